"""The facts file is valid up to its last line, and a full disk is reported, not raised."""

from __future__ import annotations

import json
from pathlib import Path

from hil.report.jsonl import FactsFile


def test_each_fact_is_one_json_line_with_its_kind(tmp_path: Path) -> None:
    facts = FactsFile(tmp_path / "deep" / "facts.jsonl")
    facts.write("image", {"name": "a", "scores": [1, -2]})
    facts.write("end", {"exit_code": 0})
    facts.close()
    lines = (tmp_path / "deep" / "facts.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"kind": "image", "name": "a", "scores": [1, -2]},
        {"kind": "end", "exit_code": 0},
    ]
    assert facts.error is None


def test_lines_are_on_disk_before_the_file_is_closed(tmp_path: Path) -> None:
    facts = FactsFile(tmp_path / "facts.jsonl")
    facts.write("run", {})
    assert (tmp_path / "facts.jsonl").read_text() == '{"kind":"run"}\n'
    facts.close()


def test_a_full_disk_becomes_one_infrastructure_error() -> None:
    facts = FactsFile(Path("/dev/full"))
    facts.write("run", {})
    facts.write("end", {})
    facts.close()
    assert facts.error is not None
    assert "No space left on device" in facts.error.message
    assert facts.error.where == "/dev/full"


def test_a_directory_that_cannot_be_made_becomes_an_infrastructure_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    facts = FactsFile(tmp_path / "file" / "facts.jsonl")
    facts.write("run", {})
    assert facts.error is not None
    assert "facts.jsonl" in facts.error.where
