"""The results file: taken over, cut where it was interrupted, refused if it is another's."""

from __future__ import annotations

import dataclasses
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.errors import InfrastructureError, UsageError
from hil.facts.evaluation import (
    Answer,
    Result,
    joined,
    result_line,
    with_map,
)
from hil.facts.results_file import ResultsFile
from hil.network.location import Location
from hil.network.task import Task
from hil_lab.fakes.evaluation_header import evaluation_header

TASK = Task("localization", 0, "softmax", 2, 1, 60.0)
HEADER = evaluation_header(task=TASK)


def result(number: int) -> Result:
    cam = np.full((6, 6), number, np.int32)
    values = np.array([-number, number], np.int8).tobytes()
    answer = with_map(Answer(number, (number,), values), 60, Location(8, 8, 0, 0), cam)
    return joined(f"{number}.png", number, (96, 96), answer, answer)


def written(path: Path, count: int) -> Path:
    with ResultsFile(path, HEADER) as file:
        for number in range(count):
            file.add(result(number))
    return path


def test_results_are_taken_over_and_added_to(tmp_path: Path) -> None:
    path = written(tmp_path / "deep" / "results.jsonl", 3)
    with ResultsFile(path, HEADER) as file:
        assert file.kept == {f"{n}.png": result(n) for n in range(3)}
        file.add(result(3))
    with ResultsFile(path, HEADER) as file:
        assert list(file.kept) == ["0.png", "1.png", "2.png", "3.png"]


def test_a_file_of_another_kind_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"\x89PNG without any line end")
    with pytest.raises(UsageError, match="this is no results file"):
        ResultsFile(path, HEADER)
    assert path.read_bytes() == b"\x89PNG without any line end"


def test_a_later_result_of_a_picture_replaces_the_earlier(tmp_path: Path) -> None:
    path = written(tmp_path / "results.jsonl", 1)
    newer = dataclasses.replace(result(0), file_crc=99)
    with ResultsFile(path, HEADER) as file:
        file.add(newer)
    with ResultsFile(path, HEADER) as file:
        assert file.kept == {"0.png": newer}


@pytest.mark.parametrize("missing", [1, 10, 200])
def test_a_line_that_was_cut_short_is_dropped_and_written_again(
    tmp_path: Path, missing: int
) -> None:
    path = written(tmp_path / "results.jsonl", 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:-missing])
    with ResultsFile(path, HEADER) as file:
        assert list(file.kept) == ["0.png", "1.png"]
        file.add(result(2))
    assert path.read_bytes() == whole


def test_a_header_that_was_cut_short_starts_anew(tmp_path: Path) -> None:
    path = written(tmp_path / "results.jsonl", 0)
    whole = path.read_bytes()
    path.write_bytes(whole[:20])
    with ResultsFile(path, HEADER) as file:
        assert file.kept == {}
    assert path.read_bytes() == whole


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "results.jsonl", 3)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"size"', b'"sice"')
    path.write_bytes(b"".join(lines))
    with pytest.raises(UsageError, match="a damaged line") as caught:
        ResultsFile(path, HEADER)
    assert caught.value.where == f"{path}, line 3"
    assert path.read_bytes() == b"".join(lines)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"build_id": "ef"}, "of another build id: ab, now it is ef"),
        ({"model_sha256": "00"}, "of another model sha256: cd, now it is 00"),
        ({"target": "esp32"}, "of another target: sim, now it is esp32"),
        ({"task": replace(TASK, threshold=50.0)}, "of another threshold: 60.0, now it is 50.0"),
        ({"task": replace(TASK, kind="none")}, "of another kind: localization, now it is none"),
        ({"resolver": "tflm"}, "of another resolver"),
        ({"fit": "squash"}, "of another fit: crop, now it is squash"),
    ],
)
def test_results_of_something_else_are_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = written(tmp_path / "results.jsonl", 1)
    with pytest.raises(UsageError, match=message):
        ResultsFile(path, dataclasses.replace(HEADER, **change))


def test_a_newer_camhil_goes_on_with_the_same_facts(tmp_path: Path) -> None:
    path = written(tmp_path / "results.jsonl", 1)
    with ResultsFile(path, dataclasses.replace(HEADER, camhil="0.2")) as file:
        assert len(file.kept) == 1


def test_a_file_without_a_fit_is_of_cut_pictures(tmp_path: Path) -> None:
    path = written(tmp_path / "results.jsonl", 1)
    path.write_text(path.read_text().replace(',"fit":"crop"', ""))
    with ResultsFile(path, HEADER) as file:
        assert len(file.kept) == 1


def test_an_unknown_fit_is_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "results.jsonl", 1)
    path.write_text(path.read_text().replace('"fit":"crop"', '"fit":"stretch"'))
    with pytest.raises(UsageError, match="a damaged line: ValueError: fit is 'stretch'"):
        ResultsFile(path, HEADER)


def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n")
    with pytest.raises(UsageError, match="a damaged line"):
        ResultsFile(path, HEADER)
    assert path.read_text() == "my notes\n"


def test_two_evaluations_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with (
        ResultsFile(path, HEADER),
        pytest.raises(UsageError, match="another evaluation writes this file"),
    ):
        ResultsFile(path, HEADER)
    with ResultsFile(path, HEADER):
        pass


@pytest.fixture
def small_files() -> Iterator[int]:
    """No file may get larger than this many bytes, as on a disk that is full."""
    limit = 2500
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_infrastructure_and_the_file_goes_on_later(
    tmp_path: Path, small_files: int
) -> None:
    path, count = tmp_path / "results.jsonl", 0
    with ResultsFile(path, HEADER) as file:
        while path.stat().st_size + len(result_line(result(count), HEADER)) < small_files:
            file.add(result(count))
            count += 1
        with pytest.raises(InfrastructureError, match="cannot write the results") as caught:
            file.add(result(count))
        assert "free space" in caught.value.hint
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    assert count > 0
    with ResultsFile(path, HEADER) as file:
        assert len(file.kept) == count


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot write the results"):
        ResultsFile(tmp_path / "file" / "results.jsonl", HEADER)
