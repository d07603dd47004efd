"""The run file is valid up to its last line, and a full disk is reported, not raised."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from hil.facts.records import KINDS, EndFacts, MeasurementRecord
from hil.facts.writer import RunFile

VALUE = MeasurementRecord("test_it", "lag_us", 12)
END = EndFacts(0, (("passed", 3),))


def test_each_record_is_one_json_line_with_its_kind(tmp_path: Path) -> None:
    facts = RunFile(tmp_path / "deep" / "facts.jsonl")
    facts.write(VALUE)
    facts.write(END)
    facts.close()
    lines = (tmp_path / "deep" / "facts.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"kind": "measurement", "test": "test_it", "name": "lag_us", "value": 12},
        {"kind": "end", "exit_code": 0, "outcomes": [["passed", 3]]},
    ]
    assert facts.error is None


def test_lines_are_on_disk_before_the_file_is_closed(tmp_path: Path) -> None:
    facts = RunFile(tmp_path / "facts.jsonl")
    facts.write(END)
    assert (tmp_path / "facts.jsonl").read_text().startswith('{"kind":"end"')
    facts.close()


def test_a_full_disk_becomes_one_infrastructure_error() -> None:
    facts = RunFile(Path("/dev/full"))
    facts.write(VALUE)
    facts.write(END)
    facts.close()
    assert facts.error is not None
    assert "No space left on device" in facts.error.message
    assert facts.error.where == "/dev/full"


def test_a_directory_that_cannot_be_made_becomes_an_infrastructure_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    facts = RunFile(tmp_path / "file" / "facts.jsonl")
    facts.write(END)
    assert facts.error is not None
    assert "facts.jsonl" in facts.error.where


def test_no_record_has_a_field_of_the_name_that_tells_its_kind() -> None:
    for record in KINDS.values():
        assert "kind" not in {field.name for field in dataclasses.fields(record)}
