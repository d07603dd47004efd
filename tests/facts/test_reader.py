"""Run files are read as they were written, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.facts.reader import read_run
from hil.facts.records import (
    RUN_VERSION,
    EndFacts,
    ImageRecord,
    MeasurementRecord,
    MemoryFacts,
    RunHeader,
    Times,
    Truth,
)
from hil.facts.writer import RunFile
from hil_lab.fakes.image_facts import facts

HEADER = RunHeader(RUN_VERSION, "0.1.0", "2026-01-02T03:04:05+00:00", ("pytest",), "Linux", ())
IMAGE = ImageRecord(
    name="a",
    source="photo",
    facts=facts(),
    times=Times(1, 2, 3, 4, 5, None),
    memory=MemoryFacts(100, 90, None, None, None, (("inference", 12),)),
    truth=Truth(True, ((0.0, 0.25, 0.5, 1.0),)),
    png="",
)
VALUE = MeasurementRecord("test_it", "lag_us", 1.5)
END = EndFacts(0, (("passed", 1),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = RunFile(tmp_path / "facts.jsonl")
    for record in (HEADER, IMAGE, VALUE, END):
        file.write(record)
    file.close()
    return tmp_path / "facts.jsonl"


def test_what_was_written_is_read_back(path: Path) -> None:
    run = read_run(path)
    assert (run.header, run.images, run.measurements, run.end) == (HEADER, (IMAGE,), (VALUE,), END)
    assert (run.board, run.tests, run.link) == (None, (), None)


def test_a_directory_stands_for_the_file_in_it(path: Path) -> None:
    assert read_run(path.parent) == read_run(path)


def test_a_run_that_was_cut_short_has_no_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])
    run = read_run(path)
    assert run.end is None
    assert run.images == (IMAGE,)


def test_a_damaged_line_is_named(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:40] + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(UsageError, match="damaged") as refused:
        read_run(path)
    assert refused.value.where.endswith("line 2")


def test_a_field_of_the_wrong_type_is_named(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"invoke_us":3', b'"invoke_us":"3"'))
    with pytest.raises(UsageError, match="invoke_us"):
        read_run(path)


def test_another_version_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"version":%d' % RUN_VERSION, b'"version":99'))
    with pytest.raises(UsageError, match="version 99"):
        read_run(path)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text("<testsuites/>\n")
    with pytest.raises(UsageError):
        read_run(tmp_path / "junit.xml")
    with pytest.raises(UsageError, match="No such file"):
        read_run(tmp_path / "nowhere.jsonl")
