"""`python -m hil_lab.mutants`: the control, the limit, and the folder of a seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from hil.errors import ExitCode
from hil_lab.mutants import trial
from hil_lab.mutants.__main__ import main
from hil_lab.mutants.mutator import Mutant
from hil_lab.mutants.place import Named
from hil_lab.mutants.record import MutantRecord, Outcome
from hil_lab.mutants.workshop import Built, Shop, Workshop


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where two mutants are run, the first caught; nothing is built, no suite is run."""

    def draw(self: Workshop, count: int) -> object:
        for number in range(count):
            mutant = Mutant(f"m{number}", "core/cam.cpp", 8, "operator", 0, 1, "")
            yield Built(mutant, "", tmp_path, str(number), 0.0)

    def try_mutant(
        shop: Shop, built: Built, folder: Path, arguments: Sequence[str], *, thorough: bool
    ) -> MutantRecord:
        caught = built.mutant.id == "m0"
        return MutantRecord(
            *(built.mutant.id, "core/cam.cpp", 8, "operator", "", built.object),
            *((Outcome.CAUGHT, 1) if caught else (Outcome.SURVIVED, 0)),
            *(None, None, "", (), "", (), "", None, 1.0, 1.0),
        )

    monkeypatch.setattr(Workshop, "control", lambda self: tmp_path)
    monkeypatch.setattr(Workshop, "draw", draw)
    monkeypatch.setattr(trial, "try_mutant", try_mutant)
    monkeypatch.setattr(trial, "suite", lambda *_: ExitCode.PASSED)
    return tmp_path / "campaign"


def command(folder: Path, *arguments: str) -> int:
    return main(["--number", "2", "--seed", "3", "--folder", str(folder), *arguments])


def test_lines_and_page_are_written_and_the_seed_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(folder) == ExitCode.PASSED
    assert len((folder / "mutants.jsonl").read_text().splitlines()) == 2
    assert "Not caught: 1" in (folder / "mutants.html").read_text()
    said = capsys.readouterr().out
    assert said.startswith("seed 3, 2 mutants; --seed 3 goes on in ")
    assert "1 of 2 caught" in said


@pytest.mark.parametrize(("least", "code"), [("50", 0), ("51", ExitCode.GATE_FAILED)])
def test_a_limit_that_is_not_met_has_its_exit_code(folder: Path, least: str, code: int) -> None:
    assert command(folder, "--min-caught", least) == code


@pytest.mark.parametrize(
    "changes",
    [{"named": Named.CRASHED}, {"exit_code": ExitCode.INTERNAL}, {"verdict": "SHIP"}],
)
def test_a_mistake_of_camhil_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    sound = trial.try_mutant
    changed = {"exit_code": 1, **changes}
    monkeypatch.setattr(
        trial,
        "try_mutant",
        lambda *given, **how: dataclasses.replace(sound(*given, **how), **changed),
    )
    assert command(folder) == ExitCode.TEST_FAILED


def test_a_suite_that_fails_without_a_mutant_shows_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trial, "suite", lambda *_: ExitCode.TEST_FAILED)
    assert command(folder) == ExitCode.INFRASTRUCTURE
    assert "without a mutant the suite ends with 1, not 0" in capsys.readouterr().err


def test_another_seed_in_the_same_folder_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(folder)
    assert command(folder, "--seed", "4") == ExitCode.USAGE
    assert "these are mutants of other seed" in capsys.readouterr().err
