"""Firmware builds: what is read from them, and what is wrong with bad ones."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hil.board.artifacts import read_expected, read_model
from hil.build.flash_layout import Partition, encode_table
from hil.errors import UsageError
from hil.testing.tiny_model import tiny_model
from hil.wire.network_header import HEADER_BYTES, NetworkHeader, Tensor, pack_partition
from hil_lab.fakes.firmware_build import BUILD_ID, Build, model_partition


def refused(firmware: Path, message: str, *, hint: str = "", where: str = "") -> None:
    """Reading must fail with these texts; `message` is a pattern."""
    with pytest.raises(UsageError, match=message) as caught:
        read_expected(firmware)
    assert hint in caught.value.hint
    assert where in caught.value.where


def test_a_whole_build_gives_the_identity_of_its_app_and_model(build: Build) -> None:
    expected = read_expected(build.write())
    assert expected.build_id == BUILD_ID
    assert (expected.chip, expected.project, expected.version) == ("esp32", "person", "1.2.3")
    assert expected.idf_version == "v5.1.6"
    assert expected.model.tflite == tiny_model()
    assert expected.model.where.endswith("model.bin")
    assert expected.model_sha256 == hashlib.sha256(tiny_model()).digest()
    head = expected.model.contract.head
    assert head is not None
    assert (head.positive_class, head.threshold) == (1, 60)
    assert expected.model.contract_crc == zlib.crc32(build.files[0x30000][1][:4092])
    assert [file.offset for file in expected.files] == [0x1000, 0x8000, 0x10000, 0x30000]
    assert (expected.settings.mode, expected.settings.size) == ("dio", "4MB")
    assert expected.use_stub


def test_esptool_reads_the_same_digest_from_the_app(build: Build) -> None:
    from esptool.bin_image import LoadFirmwareImage

    expected = read_expected(build.write())
    image = LoadFirmwareImage("esp32", build.files[0x10000][1])
    assert image.stored_digest == expected.app_sha256
    assert image.calc_digest == expected.app_sha256


def test_the_json_file_itself_is_accepted_too(build: Build) -> None:
    directory = build.write()
    assert read_expected(directory / "flasher_args.json") == read_expected(directory)


def test_a_missing_directory_is_reported(tmp_path: Path) -> None:
    refused(tmp_path / "build", "does not exist", hint="idf.py build")


def test_a_directory_without_flasher_args_is_reported(tmp_path: Path) -> None:
    refused(tmp_path, r"no flasher_args\.json", hint="idf.py build", where=str(tmp_path))


@pytest.mark.parametrize("text", ["", "{", "[1, 2", "\x00"])
def test_broken_json_is_reported(build: Build, text: str) -> None:
    (build.write() / "flasher_args.json").write_text(text)
    refused(build.directory, "not valid JSON", where="flasher_args.json")


def test_json_of_another_kind_is_reported(build: Build) -> None:
    (build.write() / "flasher_args.json").write_text("[]")
    refused(build.directory, "not a JSON object")


def test_bytes_that_are_no_text_are_reported(build: Build) -> None:
    (build.write() / "flasher_args.json").write_bytes(b"\xff\xfe")
    refused(build.directory, r"cannot read flasher_args\.json")


@pytest.mark.parametrize("key", ["flash_files", "app", "partition-table", "extra_esptool_args"])
def test_a_missing_entry_is_named(build: Build, key: str) -> None:
    del build.arguments[key]
    refused(build.write(), f"'{key}' is missing")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flash_files": {}}, "flash_files is empty"),
        ({"flash_files": {"zero": "a.bin"}}, "'zero' is not an offset"),
        ({"flash_files": {"-0x10": "a.bin"}}, "not an offset"),
        ({"flash_files": {"0x1000": 7}}, "7 is not a file name"),
        ({"app": {"file": "person.bin"}}, "app has no offset"),
        ({"app": {"offset": "0x20000"}}, "app is at 0x20000"),
        ({"app": []}, "app is not a JSON object"),
        ({"extra_esptool_args": {}}, "names no chip"),
        ({"flash_settings": "4MB"}, "flash_settings is not a JSON object"),
    ],
)
def test_an_unusable_entry_is_named(build: Build, change: dict[str, Any], message: str) -> None:
    build.arguments.update(change)
    refused(build.write(), message, where="flasher_args.json")


def test_a_file_that_is_not_there_is_named(build: Build) -> None:
    directory = build.write()
    (directory / "model.bin").unlink()
    refused(directory, r"model\.bin, to be flashed at 0x30000, cannot be read: No such file")


def test_an_empty_file_is_named(build: Build) -> None:
    build.files[0x10000] = ("person.bin", b"")
    refused(build.write(), r"person\.bin is empty")


def test_a_file_larger_than_its_partition_says_by_how_much(
    build: Build, new_app: Callable[..., bytes]
) -> None:
    build.files[0x10000] = ("person.bin", new_app(filler=bytes(0x20000)))
    size = len(build.files[0x10000][1])
    build.files[0x30000] = ("model.bin", b"")
    del build.arguments["flash_files"]["0x30000"]
    refused(
        build.write(),
        rf"person\.bin \({size} bytes\) is {size - 0x20000} bytes larger than its partition "
        r"'factory' \(131072 bytes\)",
        hint="partitions.csv",
    )


def test_files_that_overlap_are_both_named(build: Build, new_app: Callable[..., bytes]) -> None:
    build.files[0x10000] = ("person.bin", new_app(filler=bytes(0x20000)))
    refused(build.write(), r"person\.bin at 0x10000 .* overlaps model\.bin at 0x30000")


def test_files_in_one_flash_sector_overlap(build: Build) -> None:
    build.files[0x8C00] = ("extra.bin", b"x")
    build.arguments["flash_files"]["0x8c00"] = "extra.bin"
    refused(build.write(), r"partition-table\.bin at 0x8000 .* overlaps extra\.bin at 0x8c00")


def test_a_file_outside_of_all_partitions_is_named(build: Build) -> None:
    build.files[0x50000] = ("extra.bin", b"x")
    build.arguments["flash_files"]["0x50000"] = "extra.bin"
    refused(build.write(), r"extra\.bin at 0x50000 lies in no partition")


def test_a_damaged_partition_table_is_reported(build: Build) -> None:
    name, table = build.files[0x8000]
    build.files[0x8000] = (name, table[:12] + b"\x01" + table[13:])
    refused(build.write(), "not a usable partition table: Incorrect MD5", hint="partitions.csv")


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_flipped_bit_of_the_bootloader_is_found_with_the_files_name(build: Build) -> None:
    name, bootloader = build.files[0x1000]
    header, rest = range(24 * 8), range(24 * 8, len(bootloader) * 8, 61)
    for bit in (*header, *rest):
        build.files[0x1000] = (name, flipped(bootloader, bit))
        refused(build.write(), r"bootloader\.bin ", where="bootloader.bin")


def test_a_bootloader_for_another_chip_is_reported(build: Build) -> None:
    name, bootloader = build.files[0x1000]
    body = bootloader[:12] + b"\x09" + bootloader[13:-32]
    build.files[0x1000] = (name, body + hashlib.sha256(body).digest())
    refused(build.write(), r"bootloader\.bin is built for esp32s3, flasher_args\.json says esp32")


def test_a_build_that_names_no_bootloader_is_read_all_the_same(build: Build) -> None:
    del build.arguments["bootloader"]
    expected = read_expected(build.write())
    names = [file.name for file in expected.boot_files]
    assert names == ["bootloader.bin", "partition-table.bin"]


def test_partitions_beyond_the_flash_are_reported(build: Build) -> None:
    build.arguments["flash_settings"]["flash_size"] = "128KB"
    refused(build.write(), "exceeds flash chip size 0x20000", hint="flash size")


def test_a_build_for_another_chip_than_it_says_is_reported(build: Build) -> None:
    build.arguments["extra_esptool_args"]["chip"] = "esp32s3"
    refused(build.write(), "built for esp32, flasher_args.json says esp32s3", hint="set-target")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda app: app[: len(app) // 2], "is not a whole app image"),
        (lambda app: b"\x00" + app[1:], "is not a whole app image: .*invalid magic"),
        (lambda app: app[:600] + b"\xaa" + app[601:], "is not a whole app image"),
        (lambda app: app[:23] + b"\x00" + app[24:], "has no SHA-256 appended"),
    ],
)
def test_a_damaged_app_is_reported(
    build: Build, damage: Callable[[bytes], bytes], message: str
) -> None:
    name, app = build.files[0x10000]
    build.files[0x10000] = (name, damage(app))
    refused(build.write(), message, where="person.bin")


def test_a_bootloader_in_place_of_the_app_is_reported(build: Build) -> None:
    build.files[0x10000] = ("person.bin", build.files[0x1000][1])
    refused(build.write(), "no app description")


def test_a_table_without_a_model_partition_is_reported(build: Build) -> None:
    build.files[0x8000] = ("t.bin", encode_table(build.partitions[:-1]))
    build.arguments["flash_files"]["0x8000"] = "t.bin"
    del build.arguments["flash_files"]["0x30000"]
    refused(build.write(), "no partition 'model'", hint="partitions.csv")


def test_a_build_without_a_model_file_is_reported(build: Build) -> None:
    del build.arguments["flash_files"]["0x30000"]
    refused(build.write(), "no file for the partition 'model' at 0x30000")


def test_an_empty_table_is_reported(build: Build) -> None:
    empty: list[Partition] = []
    build.files[0x8000] = ("t.bin", encode_table(empty))
    build.arguments["flash_files"]["0x8000"] = "t.bin"
    refused(build.write(), r"t\.bin is empty")


def packed(tflite: bytes) -> bytes:
    """A model partition that tells nothing true of the .tflite but its size and digest."""
    number = Tensor("x", 9, (1,), 1.0, 0, 1)
    header = NetworkHeader.of(
        tflite, ops=1, op_outputs=1, stateful=False, inputs=(number,), outputs=(number,)
    )
    return pack_partition(header, tflite)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"\xff" * HEADER_BYTES, "model partition is empty"),
        (tiny_model(), r"model\.bin is a \.tflite without the header of the model partition"),
        (b"PK\x03\x04 a zip file", "is no model partition: it is a"),
        (model_partition(tiny_model())[:-40], "bytes of a model"),
        (model_partition(tiny_model())[:-1] + b"\x55", "CRC-32"),
        (b"\x55" + model_partition(tiny_model())[1:], "CRC-32"),
        (packed(b"PK\x03\x04 a zip file"), "TFLite"),
        (packed(tiny_model()[:300]), "trunc|damage"),
        (packed(tiny_model()), "the header does not fit the .tflite"),
    ],
)
def test_a_model_that_is_none_is_reported(build: Build, image: bytes, message: str) -> None:
    build.files[0x30000] = ("model.bin", image)
    refused(build.write(), message, where="model.bin")


def test_flash_size_detect_leaves_the_size_alone(build: Build) -> None:
    build.arguments["flash_settings"]["flash_size"] = "detect"
    assert read_expected(build.write()).settings.size == "keep"


def test_unknown_entries_of_newer_versions_do_no_harm(build: Build) -> None:
    build.arguments["otadata"] = {"offset": "0xd000", "file": "ota_data_initial.bin"}
    build.write()
    assert json.loads((build.directory / "flasher_args.json").read_text())["otadata"]
    assert read_expected(build.directory).build_id == BUILD_ID


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "README.md",
            b"# A model\n\nis not in here.\n",
            "neither a .tflite file nor the content of a model partition",
        ),
        ("net.tflite", b"PK\x03\x04 a zip file", "model partition: it is a"),
        ("gone.tflite", None, "cannot read the model: No such file"),
    ],
)
def test_a_model_by_itself_that_is_none_is_called_what_it_is(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as wrong:
        read_model(path)
    assert wrong.value.where == str(path)
    assert ".toml" in wrong.value.hint


def test_a_model_by_itself_needs_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tiny_model())
    assert read_model(path).contract.head is None
    path.with_suffix(".toml").write_text("positive_class = 0\nthreshold_percent = 7\n")
    head = read_model(path).contract.head
    assert head is not None
    assert (head.positive_class, head.threshold) == (0, 7)


def pictures_noted(path: Path, settings: str) -> list[str]:
    """What a model by itself notes of pictures."""
    path.with_suffix(".toml").write_text(settings)
    return [note for note in read_model(path).contract.notes if note.startswith("no picture")]


def test_what_is_noted_of_pictures_is_what_was_declared(tmp_path: Path) -> None:
    unusual, usual = tmp_path / "unusual.tflite", tmp_path / "usual.tflite"
    unusual.write_bytes(tiny_model(input_scale=0.0187, input_zero_point=-14))
    usual.write_bytes(tiny_model())
    (undeclared,) = pictures_noted(unusual, "")
    assert "no usual scale of pixels" in undeclared
    assert pictures_noted(unusual, "pixels = { mean = 113.9, std = 53.5 }\n") == []
    assert pictures_noted(usual, "") == []
    assert pictures_noted(usual, 'pixels = "none"\n') == ["no picture: the settings say so"]
