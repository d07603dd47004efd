"""The parts of the ESP-IDF project agree: sources, settings, pins, partitions, components."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hil.build import needs, plan
from hil.build.budget import read_budget
from hil.build.flash_layout import find_partition, read_csv
from hil.build.idf import SUPPORTED, TARGETS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "firmware" / "esp32"
MAIN = PROJECT / "main"
SOURCES = sorted((*MAIN.rglob("*.cpp"), *MAIN.rglob("*.h")))
MENU = (MAIN / "Kconfig.projbuild").read_text()
DEFAULTS = sorted(PROJECT.glob("sdkconfig.defaults*"))
# Names that ESP-IDF and ESP-NN define.
FOREIGN = {
    "IDF_TARGET",
    "IDF_TARGET_ESP32",
    "IDF_TARGET_ESP32S3",
    "NN_ANSI_C",
    "FREERTOS_HZ",
    "ESP_DEFAULT_CPU_FREQ_MHZ",
}

# GPIOs that must not be a camera's: UART0 and flash.
TAKEN = {
    "CAMHIL_CAMERA_AI_THINKER": {1, 3, *range(6, 12)},
    "CAMHIL_CAMERA_ESP32S3_EYE": {43, 44, *range(26, 33)},
}
GPIO_COUNT = {"CAMHIL_CAMERA_AI_THINKER": 40, "CAMHIL_CAMERA_ESP32S3_EYE": 49}


def menu_names() -> set[str]:
    return set(re.findall(r"^\s*(?:config|choice) (\w+)", MENU, re.MULTILINE))


def settings(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", file.read_text(), re.MULTILINE))


# ---- Kconfig ----------------------------------------------------------------------


def test_every_setting_that_the_sources_ask_for_exists() -> None:
    for file in (*SOURCES, MAIN / "CMakeLists.txt"):
        used = set(re.findall(r"\bCONFIG_(\w+)", file.read_text()))
        assert used - menu_names() - FOREIGN == set(), file.name


def test_every_setting_of_the_menu_has_an_effect() -> None:
    code = "".join(file.read_text() for file in (*SOURCES, MAIN / "CMakeLists.txt"))
    # The pins of this board are those of the #else.
    without = menu_names() - set(re.findall(r"\bCONFIG_(\w+)", code))
    assert without <= {"CAMHIL_CAMERA", "CAMHIL_CAMERA_AI_THINKER"}


def test_the_menu_names_only_settings_that_exist() -> None:
    named = set(re.findall(r"\bCAMHIL_\w+", MENU))
    assert named <= menu_names()


def test_defaults_name_only_settings_of_the_menu_or_of_esp_idf() -> None:
    for file in DEFAULTS:
        ours = {name for name in settings(file) if name.startswith("CAMHIL_")}
        assert ours <= menu_names(), file.name


def test_there_are_defaults_for_every_target() -> None:
    assert {f"sdkconfig.defaults.{target}" for target in TARGETS} <= {f.name for f in DEFAULTS}


# ---- CMake ------------------------------------------------------------------------


def test_every_source_is_built_and_every_built_source_exists() -> None:
    text = (MAIN / "CMakeLists.txt").read_text()
    built = re.findall(r"(?:set\(|APPEND )own_sources ([^)]*)\)", text)
    assert set(" ".join(built).split()) == {file.name for file in MAIN.glob("*.cpp")}


def test_files_that_cmake_names_exist() -> None:
    for file in (PROJECT / "CMakeLists.txt", *PROJECT.glob("*.cmake")):
        for name in re.findall(r"CMAKE_CURRENT_LIST_DIR\}/([\w./]+\.\w+)", file.read_text()):
            assert (PROJECT / name).exists(), f"{file.name}: {name}"
    included = re.findall(
        r"^include\((\w+\.cmake)\)", (PROJECT / "CMakeLists.txt").read_text(), re.M
    )
    assert set(included) == {file.name for file in PROJECT.glob("*.cmake")}


def test_the_networks_are_read_before_the_components_are_configured() -> None:
    lines = (PROJECT / "CMakeLists.txt").read_text().splitlines()
    assert lines.index("include(networks.cmake)") < lines.index("project(camhil)")


def test_what_is_made_of_the_networks_is_looked_for_where_it_is_written() -> None:
    written = re.search(r"--generate (\S+)\)", (PROJECT / "networks.cmake").read_text())
    assert written is not None
    assert written[1] == f"${{CMAKE_BINARY_DIR}}/{plan.FOLDER}"
    assert f"{written[1]}/{plan.PARTITION}" in (PROJECT / "model.cmake").read_text()
    assert written[1] in (MAIN / "CMakeLists.txt").read_text()
    included = {
        name for file in SOURCES for name in re.findall(r'#include "(\w+\.h)"', file.read_text())
    }
    assert {needs.RESOLVER, needs.LIMITS} <= included


def test_nothing_that_depends_on_a_network_is_in_the_repository() -> None:
    assert not (MAIN / needs.RESOLVER).exists()
    assert not (MAIN / "generated").exists()


# ---- flash ------------------------------------------------------------------------


def test_the_project_uses_the_partition_table_of_the_firmware() -> None:
    name = settings(PROJECT / "sdkconfig.defaults")["PARTITION_TABLE_CUSTOM_FILENAME"].strip('"')
    assert (PROJECT / name).resolve() == ROOT / "firmware" / "partitions.csv"


def test_the_model_partition_is_the_one_that_the_firmware_looks_for() -> None:
    code = (MAIN / "storage.cpp").read_text()
    name = re.search(r'kModelPartition\[\] = "(\w+)"', code)
    subtype = re.search(r"kModelSubtype = static_cast<\w+>\((0x\w+)\)", code)
    assert name is not None
    assert subtype is not None
    partition = find_partition(read_csv(ROOT / "firmware" / "partitions.csv"), name[1])
    assert (partition.type, partition.subtype) == (1, int(subtype[1], 16))


def test_an_app_that_keeps_the_budget_fits_its_partition() -> None:
    partition = find_partition(read_csv(ROOT / "firmware" / "partitions.csv"), "factory")
    assert read_budget(PROJECT / "budget.toml").app_bytes <= partition.size


def test_the_partitions_fit_the_smallest_flash() -> None:
    sizes = [
        int(found[1])
        for file in DEFAULTS
        if (
            found := re.search(
                r"^CONFIG_ESPTOOLPY_FLASHSIZE_(\d+)MB=y", file.read_text(), re.MULTILINE
            )
        )
    ]
    end = max(p.offset + p.size for p in read_csv(ROOT / "firmware" / "partitions.csv"))
    assert end <= min(sizes) * 1024 * 1024


# ---- pins -------------------------------------------------------------------------


def camera_pins() -> dict[str, dict[str, int]]:
    """For each camera of the menu: signal -> GPIO."""
    code = (MAIN / "camera.cpp").read_text()
    first, _, rest = code[code.index("#if CONFIG_CAMHIL_CAMERA") :].partition("#else")
    blocks = {
        "CAMHIL_CAMERA_ESP32S3_EYE": first,
        "CAMHIL_CAMERA_AI_THINKER": rest[: rest.index("#endif")],
    }
    assert "CONFIG_CAMHIL_CAMERA_ESP32S3_EYE" in first
    return {
        name: {signal: int(pin) for signal, pin in re.findall(r"pin_(\w+) = (-?\d+);", block)}
        for name, block in blocks.items()
    }


def led_pin(camera: str) -> int:
    found = re.search(rf"default (\d+) if {camera}\n", MENU)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("camera", TAKEN)
def test_each_signal_of_a_camera_has_a_gpio_of_its_own(camera: str) -> None:
    pins = camera_pins()[camera]
    assert len(pins) == 16
    wired = [pin for pin in pins.values() if pin != -1]
    assert len(set(wired)) == len(wired)
    assert not set(wired) & TAKEN[camera]
    assert max(wired) < GPIO_COUNT[camera]
    assert led_pin(camera) not in wired


def test_input_only_gpios_of_the_esp32_carry_inputs() -> None:
    pins = camera_pins()["CAMHIL_CAMERA_AI_THINKER"]
    outputs = {"pwdn", "reset", "xclk", "sccb_sda", "sccb_scl"}
    assert [signal for signal in outputs if pins[signal] >= 34] == []
    assert led_pin("CAMHIL_CAMERA_AI_THINKER") < 34


def documented_pins() -> Iterator[tuple[str, str, str]]:
    """Rows of the pin table of docs/boards.md: signal, AI-Thinker, ESP32-S3-EYE."""
    text = (ROOT / "docs" / "boards.md").read_text()
    for row in re.findall(r"^\| `([\w ]+)` \| (\S+) \| (\S+) \|$", text, re.MULTILINE):
        signal, thinker, eye = row
        yield signal, thinker, eye


def test_the_documented_pins_are_those_of_the_code() -> None:
    def shown(pin: int) -> str:
        return "none" if pin == -1 else str(pin)

    code = camera_pins()
    thinker = {s: shown(p) for s, p in code["CAMHIL_CAMERA_AI_THINKER"].items()}
    eye = {s: shown(p) for s, p in code["CAMHIL_CAMERA_ESP32S3_EYE"].items()}
    thinker["led"] = shown(led_pin("CAMHIL_CAMERA_AI_THINKER"))
    eye["led"] = shown(led_pin("CAMHIL_CAMERA_ESP32S3_EYE"))
    rows = list(documented_pins())
    assert {signal: pin for signal, pin, _ in rows} == thinker
    assert {signal: pin for signal, _, pin in rows} == eye


# ---- components -------------------------------------------------------------------


def test_components_are_pinned_and_esp_idf_has_its_range() -> None:
    text = (MAIN / "idf_component.yml").read_text()
    needed = yaml.safe_load(text)["dependencies"]
    first, last = SUPPORTED
    assert needed.pop("idf") == f">={first[0]}.{first[1]},<{last[0]}.{last[1] + 1}"
    assert set(needed) == {
        "espressif/esp-tflite-micro",
        "espressif/esp-nn",
        "espressif/esp32-camera",
    }
    assert [pin for pin in needed.values() if not re.fullmatch(r"==\d+\.\d+\.\d+", pin)] == []


def test_the_partition_table_is_plain_csv() -> None:
    with (ROOT / "firmware" / "partitions.csv").open() as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
    assert [len(row) for row in rows] == [5] * len(rows)
