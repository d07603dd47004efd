"""Tolerance files."""

from fractions import Fraction
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.judge.tolerance import Tolerances, load_tolerances


def written(directory: Path, text: str) -> Path:
    path = directory / "limits.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_are_exact() -> None:
    assert load_tolerances() == Tolerances(0, 0, 0, Fraction(0))


def test_a_file_replaces_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    path = written(tmp_path, "score_lsb = 1\nlocation_margin = 0.1\n")
    assert load_tolerances(path) == Tolerances(1, 0, 0, Fraction(1, 10))


def test_a_margin_may_be_written_as_a_whole_number(tmp_path: Path) -> None:
    assert load_tolerances(written(tmp_path, "location_margin = 1")).location_margin == 1


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("score_lsb = 0\n\nscores_lsb = 1\n", 3, "unknown key 'scores_lsb'"),
        ("# limits\nscore_lsb = 1.0\n", 2, "score_lsb must be a whole number, not 1.0"),
        ("score_lsb = true\n", 1, "score_lsb must be a whole number, not True"),
        ("cam_units = 1\nfeatures_lsb = -1\n", 2, "features_lsb must not be negative"),
        ("location_margin = -0.1\n", 1, "location_margin must be from 0 to 1"),
        ("location_margin = 1.5\n", 1, "location_margin must be from 0 to 1"),
        ("location_margin = nan\n", 1, "location_margin must be from 0 to 1"),
        ('location_margin = "0.1"\n', 1, "location_margin must be a number"),
        ("[limits]\nscore_lsb = 1\n", 1, "unknown key 'limits'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load_tolerances(path)
    assert said in caught.value.message
    assert caught.value.where == f"{path}:{line}"


def test_a_misspelt_key_gets_a_proposal(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_tolerances(written(tmp_path, "scores_lsb = 1\n"))
    assert "score_lsb" in caught.value.hint


@pytest.mark.parametrize("text", ["score_lsb = \n", "\x00", "score_lsb = 1\nscore_lsb = 2\n"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="not a TOML file"):
        load_tolerances(written(tmp_path, text))


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load_tolerances(tmp_path / "none.toml")
