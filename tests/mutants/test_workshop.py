"""Which mutants are built: dropped ones are replaced, and a folder goes on where it ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil_lab.mutants import workshop
from hil_lab.mutants.mutator import mutants_of
from hil_lab.mutants.record import DROPPED, MUTANTS, Dropped, MutantRecord, Outcome, append, read
from hil_lab.mutants.workshop import Built, Sources, Workshop

FILE = "core/some.cpp"
TEXT = "int F(int a, int b) {\n  return a + b;\n}\nint G(int a) {\n  return a * 2;\n}\n"
SOURCES = Sources({FILE: TEXT}, {FILE: mutants_of(FILE, TEXT)})


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that refuses a product of a and b, and makes the same of `a * 1` and `a * 3`."""

    def build_copy(place: Path, changed: dict[str, bytes]) -> Path:
        text = changed.get(FILE, TEXT.encode())
        if b"a * b" in text:
            raise UsageError("compiling the firmware failed", hint="")
        folder = tmp_path / "built"
        folder.mkdir(exist_ok=True)
        (folder / "app.bin").write_bytes(text.replace(b"a * 3", b"a * 1"))
        (folder / "flasher_args.json").write_text(json.dumps({"app": {"file": "app.bin"}}))
        return folder

    monkeypatch.setattr(workshop, "build_copy", build_copy)


def run(built: Built) -> MutantRecord:
    return MutantRecord(
        *(built.mutant.id, FILE, built.mutant.line, "operator", "", built.object),
        *(Outcome.SURVIVED, 0, None, None, "", (), "", (), "", None, 1.0, 1.0),
    )


@pytest.mark.usefixtures("compiler")
def test_what_does_not_compile_or_changes_nothing_is_dropped(tmp_path: Path) -> None:
    built = list(Workshop(SOURCES, tmp_path, 1).draw(100))
    dropped = read(tmp_path, DROPPED, Dropped)
    assert len(built) + len(dropped) == len(SOURCES.mutants[FILE])
    assert sorted(each.why for each in dropped) == [
        "compiles to what was there before",
        "does not compile",
    ]
    assert len({each.object for each in built}) == len(built)


@pytest.mark.usefixtures("compiler")
def test_a_mutant_that_compiles_to_the_original_is_dropped(tmp_path: Path) -> None:
    shop = Workshop(SOURCES, tmp_path, 1)
    shop.control()
    same = {FILE: mutants_of(FILE, TEXT.replace("+", "-"))}  # one of them is the original
    assert any(each.apply(TEXT.replace("+", "-")) == TEXT for each in same[FILE])
    other = Workshop(Sources({FILE: TEXT.replace("+", "-")}, same), tmp_path, 1)
    other.control()
    assert TEXT not in [each.mutant.apply(TEXT.replace("+", "-")) for each in other.draw(100)]


@pytest.mark.usefixtures("compiler")
def test_a_folder_goes_on_where_it_ended(tmp_path: Path) -> None:
    whole = [each.mutant for each in Workshop(SOURCES, tmp_path / "whole", 1).draw(4)]
    part = tmp_path / "part"
    for each in Workshop(SOURCES, part, 1).draw(2):
        append(part, MUTANTS, run(each))
    rest = [each.mutant for each in Workshop(SOURCES, part, 1).draw(4)]
    assert rest == whole[2:]
    assert list(Workshop(SOURCES, part, 1).draw(2)) == []


@pytest.mark.usefixtures("compiler")
def test_a_mutant_that_was_interrupted_is_due_again_though_one_like_it_was_dropped(
    tmp_path: Path,
) -> None:
    before = [each.mutant for each in Workshop(SOURCES, tmp_path, 1).draw(100)]
    assert "compiles to what was there before" in [
        each.why for each in read(tmp_path, DROPPED, Dropped)
    ]
    assert [each.mutant for each in Workshop(SOURCES, tmp_path, 1).draw(100)] == before


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"there is no gone\.cpp"):
        Sources.read(["gone.cpp"])
