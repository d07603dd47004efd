"""A part of a document that another command writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil_lab.block import block, read_block, write_block


def test_a_part_is_read_and_written_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(f"before\n\n{block('ours', '')}\n\nafter\n")
    assert read_block(file, "ours") == ""
    write_block(file, "ours", "two\n\nlines")
    assert read_block(file, "ours") == "two\n\nlines"
    assert file.read_text().startswith("before\n\n")
    assert file.read_text().endswith("\n\nafter\n")


def test_a_part_that_is_not_there_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    assert read_block(file, "ours") == ""
    file.write_text("nothing\n")
    assert read_block(file, "ours") == ""
    with pytest.raises(ValueError, match="no part 'ours'"):
        write_block(file, "ours", "text")
