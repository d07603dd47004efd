"""Text files that users write: byte order marks, other encodings, and garbage."""

from __future__ import annotations

import codecs
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hil.base.resources import find
from hil.board.flasher_args import read_flasher_args
from hil.build import flash_layout
from hil.build.budget import read_budget
from hil.errors import ExitCode, HilError, UsageError
from hil.facts.evaluation import (
    Answer,
    header_line,
    joined,
    result_line,
)
from hil.facts.reader import read_run
from hil.facts.results_file import ResultsFile
from hil.judge.baseline import files as baseline_files
from hil.judge.evaluation.against import read_other
from hil.judge.gates.load import load_gates
from hil.judge.tolerance import load_tolerances
from hil.network.contract import read_network
from hil.network.location import NoLocation
from hil.samples.fixture_set import load_photos
from hil.samples.labels import read_labels
from hil.testing.tiny_model import tiny_model
from hil_lab.fakes.evaluation_header import evaluation_header
from hil_lab.fakes.firmware_build import make_build
from hil_lab.fakes.recorded_run import recorded_run, write_run
from model.dataset.coco import CocoOptions, read_coco, read_minival
from model.dataset.rule import Rule
from model.dataset.split import HASH, Splitter
from model.training.recipe import read_recipe

BOM = codecs.BOM_UTF8
Place = Callable[[Path], tuple[Path, Callable[[], Any]]]
"""Makes a file that can be used, in a folder; the file, and what reads it."""

REPORT = {
    "metrics": [{"metric": "ROC AUC", "board": {"value": 0.9}, "oracle": None}],
    "by": {"engine": "tflm", "model_sha256": "ab" * 32},
    "samples": "cd" * 32,
}
COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": 160, "height": 120}],
    "annotations": [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 80, 80]}],
    "categories": [{"id": 1, "name": "person"}],
}


def _text(name: str, content: str, read: Callable[[Path], Any]) -> Place:
    def place(folder: Path) -> tuple[Path, Callable[[], Any]]:
        path = folder / name
        path.write_text(content, encoding="utf-8")
        return path, lambda: read(path)

    return place


def _labels(folder: Path) -> tuple[Path, Callable[[], Any]]:
    (folder / "a.png").touch()
    path = folder / "labels.csv"
    path.write_text("file,person,boxes\na.png,1,0.1 0.1 0.9 0.9\n")
    return path, lambda: read_labels(folder)


def _manifest(folder: Path) -> tuple[Path, Callable[[], Any]]:
    (folder / "a.png").touch()
    path = folder / "manifest.toml"
    path.write_text('[[photo]]\nfile = "a.png"\nboxes = [[0.1, 0.1, 0.9, 0.9]]\n')
    return path, lambda: load_photos(folder)


def _settings(folder: Path) -> tuple[Path, Callable[[], Any]]:
    (folder / "m.tflite").write_bytes(tiny_model())
    path = folder / "m.toml"
    path.write_text("positive_class = 1\nthreshold_percent = 60\n")
    return path, lambda: read_network(folder / "m.tflite", path).partition


def _flasher_args(folder: Path) -> tuple[Path, Callable[[], Any]]:
    build = make_build(folder / "build").write()
    return build / "flasher_args.json", lambda: read_flasher_args(build)


def _run_file(folder: Path) -> tuple[Path, Callable[[], Any]]:
    path = write_run(folder / "facts.jsonl", recorded_run(1))
    return path, lambda: read_run(path)


def _baseline(folder: Path) -> tuple[Path, Callable[[], Any]]:
    from hil.judge.baseline.snapshot import snapshot

    path = folder / "baseline.json"
    baseline_files.save(snapshot(recorded_run(1)), path)
    return path, lambda: baseline_files.load(path)


def _coco(folder: Path) -> tuple[Path, Callable[[], Any]]:
    (folder / "val2017").mkdir()
    (folder / "val2017" / "a.png").touch()
    (folder / "annotations").mkdir()
    path = folder / "annotations" / "instances_val2017.json"
    path.write_text(json.dumps(COCO))
    return path, lambda: read_coco(folder, Rule(), Splitter(HASH), CocoOptions())


def _results(folder: Path) -> tuple[Path, Callable[[], Any]]:
    path = folder / "results.jsonl"
    header = evaluation_header()
    answer = Answer(7, (1,), b"\x03\x04", 60, NoLocation.BELOW_THRESHOLD)

    def read() -> Any:
        with ResultsFile(path, header) as results:
            return dict(results.kept)

    path.write_text(
        header_line(header) + "\n" + result_line(joined("a", 1, (9, 9), answer), header) + "\n"
    )
    return path, read


GATES = '[[gate]]\nmetric = "invoke_us"\nstatistic = "max"\nmax = 400\n'
PARTITIONS = "nvs, data, nvs, 0x9000, 0x6000,\nfactory, app, factory, 0x10000, 1M, encrypted\n"
FILES: dict[str, Place] = {
    "gates": _text("gates.toml", GATES, load_gates),
    "tolerances": _text("tolerances.toml", "score_lsb = 1\n", load_tolerances),
    "budget": _text(
        "budget.toml", (find("firmware") / "esp32" / "budget.toml").read_text(), read_budget
    ),
    "recipe": _text("recipe.toml", "epochs = 3\n", read_recipe),
    "partitions": _text("partitions.csv", PARTITIONS, flash_layout.read_csv),
    "ids": _text("ids.txt", "12\n13\n", read_minival),
    "report": _text("other.json", json.dumps(REPORT), read_other),
    "labels": _labels,
    "manifest": _manifest,
    "model settings": _settings,
    "flasher_args": _flasher_args,
    "run": _run_file,
    "baseline": _baseline,
    "results": _results,
    "coco": _coco,
}
each_file = pytest.mark.parametrize("make", FILES.values(), ids=FILES.keys())


@each_file
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, make: Place) -> None:
    path, read = make(tmp_path)
    without = read()
    path.write_bytes(BOM + path.read_bytes())
    assert read() == without


@each_file
def test_a_file_in_latin_1_is_a_usage_error_that_names_it(tmp_path: Path, make: Place) -> None:
    path, read = make(tmp_path)
    path.write_bytes(path.read_bytes().rstrip(b"\n") + "\n# K\u00fcche\n".encode("latin-1"))
    with pytest.raises(UsageError) as caught:
        read()
    assert path.name in caught.value.where


@each_file
def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path, make: Place) -> None:
    path, read = make(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(HilError) as caught:  # a file that would be written to: infrastructure
        read()
    assert caught.value.exit_code in (ExitCode.USAGE, ExitCode.INFRASTRUCTURE)


@each_file
@pytest.mark.parametrize("content", [b"", b"\0", BOM, b"\xff\xfea\0", b"[" * 100_000, b"\x89PNG"])
def test_what_is_no_such_file_is_a_usage_error(tmp_path: Path, make: Place, content: bytes) -> None:
    path, read = make(tmp_path)
    empty_is_all_right = path.suffix in (".toml", ".csv", ".jsonl") and content in (b"", BOM)
    path.write_bytes(content)
    try:
        read()
    except UsageError:
        return
    assert empty_is_all_right


def test_the_line_of_a_byte_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "partitions.csv"
    path.write_bytes(BOM + PARTITIONS.encode() + b"# K\xfcche\n")
    with pytest.raises(UsageError, match="not UTF-8, or not text: byte 0xfc") as caught:
        flash_layout.read_csv(path)
    assert caught.value.where == f"{path}:3"
    assert caught.value.hint == "save the file as UTF-8"


NUMBERS = st.sampled_from([10**400, -(10**400), 2**70, -1, 0, 1e308, float("nan"), float("inf")])
SCALARS = st.none() | st.booleans() | NUMBERS | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def _changed(value: Any, place: int, new: Any) -> tuple[Any, int]:
    """The value with its `place`th part (depth first) replaced; the parts left to count."""
    if place == 0:
        return new, -1
    place -= 1
    if not isinstance(value, dict | list):
        return value, place
    value = value.copy()
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if place >= 0:
            value[key], place = _changed(inner, place, new)
    return value, place


@pytest.mark.parametrize("name", ["coco", "report", "flasher_args", "baseline", "run", "results"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 40), new=VALUES)
def test_any_value_in_a_json_file_is_read_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: int, new: Any
) -> None:
    path, read = _shared(tmp_path_factory, name)
    lines = [json.loads(line) for line in _content(path, name)]
    lines[0], _ = _changed(lines[0], place, new)
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    _read_or_refused(read)


LINES = st.text(st.sampled_from("aà,;.0123456789-+xMKe \t#\"'=[]{}:\\\n\r\0") | st.characters())


@pytest.mark.parametrize("name", ["labels", "partitions", "gates", "manifest", "ids", "recipe"])
@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 60), text=LINES)
def test_any_text_in_a_text_file_is_read_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, cut: int, text: str
) -> None:
    path, read = _shared(tmp_path_factory, name)
    whole = "\n".join(_content(path, name))
    path.write_text(
        whole[:cut] + text + whole[cut:], encoding="utf-8", errors="surrogatepass", newline=""
    )
    _read_or_refused(read)


@pytest.mark.parametrize(
    "line",
    [
        "a.png,1,1e999 0 1 1",
        "a.png,1,nan nan nan nan",
        "a.png,1,-0.1 0 1 1",
        "a.png,1," + "9" * 5000 + " 0 1 1",
        "a.png,1,0 0 1 1 1",
    ],
)
def test_impossible_boxes_of_labels_are_named_with_their_line(tmp_path: Path, line: str) -> None:
    path, read = _labels(tmp_path)
    path.write_text(f"file,person,boxes\n{line}\n")
    with pytest.raises(UsageError, match="line 2: box"):
        read()


def test_a_width_of_any_length_is_no_number(tmp_path: Path) -> None:
    path, read = _labels(tmp_path)
    path.write_text("file,person,boxes,width,height\na.png,1,," + "9" * 5000 + ",96\n")
    with pytest.raises(UsageError, match="line 2: width and height"):
        read()


def test_a_whole_number_of_toml_has_64_bits(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(GATES.replace("400", "1" + "0" * 400))
    with pytest.raises(UsageError, match="max is a whole number of 1329 bits"):
        load_gates(path)


_Shared = tuple[Path, Callable[[], Any]]
_made: dict[str, tuple[_Shared, list[str]]] = {}


def _shared(factory: pytest.TempPathFactory, name: str) -> _Shared:
    """One file of each kind for all examples."""
    if name not in _made:
        made = FILES[name](factory.mktemp("files"))
        text = made[0].read_text()
        one_value = made[0].suffix == ".json"
        _made[name] = made, [text] if one_value else text.splitlines()
    return _made[name][0]


def _content(path: Path, name: str) -> list[str]:
    return list(_made[name][1])


def _read_or_refused(read: Callable[[], Any]) -> None:
    with contextlib.suppress(UsageError):
        read()
