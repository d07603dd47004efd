"""From records to counts, page, and complaints on what was marked as equivalent."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.facts.records import TestRecord
from hil_lab.mutants.equivalent import Equivalents, complaints, read_equivalent
from hil_lab.mutants.figures import figures, for_document, summary
from hil_lab.mutants.page import render
from hil_lab.mutants.place import Named
from hil_lab.mutants.record import (
    MUTANTS,
    Campaign,
    MutantRecord,
    Outcome,
    Said,
    append,
    begin,
    read,
)
from hil_lab.mutants.trial import failed, outcome, read_diagnosis

LINES = {"core/cam.cpp": 30, "core/link.cpp": 70}
CAMPAIGN = Campaign(7, tuple(LINES), "ab", ())


def record(name: str, result: Outcome, **changes: object) -> MutantRecord:
    base = MutantRecord(
        *(name, "core/cam.cpp", 3, "operator", "@@ -3 +3 @@\n-a < b\n+a <= b", "00"),
        *(result, None, None, None, "", (), "", (), "", None, 1.0, 1.0),
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


CAUGHT = record("aa", Outcome.CAUGHT, exit_code=1, named=Named.FILE, failed=("test_cam",))
ENDLESS = record("bb", Outcome.TIMED_OUT, named=Named.NO_PLACE)
AT_TIMES = record("cc", Outcome.UNSTEADY, exit_code=1, again=0, named=Named.UNEXPLAINED)
MISSED = record("dd", Outcome.SURVIVED, exit_code=0, file="core/link.cpp")
EQUAL = record("ee", Outcome.SURVIVED, exit_code=0)
EQUIVALENT = Equivalents({"ee": "compared with itself"}, ("ff is stale",))
ALL = (CAUGHT, ENDLESS, AT_TIMES, MISSED, EQUAL)


@pytest.mark.parametrize(
    ("code", "again", "expected"),
    [
        (0, None, Outcome.SURVIVED),
        (1, None, Outcome.CAUGHT),
        (6, 1, Outcome.CAUGHT),
        (7, None, Outcome.CAUGHT),
        (1, 0, Outcome.UNSTEADY),
        (1, -1, Outcome.CAUGHT),
        (None, None, Outcome.TIMED_OUT),
    ],
)
def test_a_mutant_is_caught_only_if_it_is_caught_again(
    code: int | None, again: int | None, expected: Outcome
) -> None:
    assert outcome(code, again) is expected


def test_equivalent_ones_do_not_count_and_time_outs_do() -> None:
    total = figures(ALL, LINES, {"ee"}).total
    assert (total.run, total.counted, total.seen) == (5, 4, 2)
    # Wilson's interval of 2 of 4: (2 + z2/2 +- z sqrt(2 * 2/4 + z2/4)) / (4 + z2), z2 = 3.8415
    assert total.share == "50 % (15 to 85)"


def test_what_only_the_thorough_run_catches_is_counted_apart() -> None:
    thorough = record("ff", Outcome.SURVIVED, exit_code=1, thorough=Outcome.CAUGHT)
    total = figures((*ALL, thorough), LINES, {"ee", "ff"}).total
    assert (total.counted, total.seen, total.seen_thoroughly) == (5, 2, 3)
    assert (total.thorough, total.survived - total.equivalent) == (1, 1)


def test_the_figures_for_a_document_name_seed_and_survivors() -> None:
    text = for_document(figures(ALL, LINES, {"ee"}), CAMPAIGN, ALL, {"ee"})
    assert "**2 of 4 caught, 50 % (15 to 85)" in text
    assert "Seed 7, " in text
    assert text.count("`a < b` -> `a <= b`") == 2
    assert "- `core/link.cpp:3` `a < b` -> `a <= b`" in text


def test_each_file_has_its_own_row() -> None:
    cam, link = figures(ALL, LINES, {"ee"}).rows
    assert (cam.file, cam.run, cam.caught, cam.unsteady, cam.equivalent) == (
        *("core/cam.cpp", 4, 1, 1, 1),
    )
    assert (link.run, link.survived, link.share) == (1, 1, "0 % (0 to 79)")


def test_a_file_of_which_none_was_run_has_no_share() -> None:
    assert figures((CAUGHT,), LINES, {}).rows[1].share == "-"


def test_a_mutant_that_is_caught_is_not_equivalent_whatever_is_written() -> None:
    assert figures((CAUGHT,), LINES, {"aa"}).total.counted == 1


def test_ship_beside_a_failure_is_told() -> None:
    shipped = dataclasses.replace(CAUGHT, verdict="SHIP, on the simulated board")
    assert figures((shipped, MISSED), LINES, {}).shipped == ("aa",)
    sound = dataclasses.replace(MISSED, verdict="SHIP")
    assert figures((sound,), LINES, {}).shipped == ()


def test_the_summary_says_how_many_of_how_many() -> None:
    text = summary(figures(ALL, LINES, {"ee"}))
    assert text.startswith("2 of 4 caught, 50 % (15 to 85) at 95 %; 1 of them timed out")
    assert "1 survived, 1 equivalent; diagnosis: 1 file, 1 no place, 1 unexplained" in text


def test_the_page_shows_survivors_reasons_and_escapes_what_it_shows() -> None:
    said = (Said("cam.negated", "the sign <is> wrong", "cam.cpp"),)
    shown = (dataclasses.replace(CAUGHT, said=said), MISSED, EQUAL)
    page = render(CAMPAIGN, shown, (), LINES, EQUIVALENT)
    assert "Not caught: 1" in page
    assert "compared with itself" in page
    assert "ff is stale" in page
    assert "a &lt;= b" in page
    assert "the sign &lt;is&gt; wrong" in page
    assert "<script" not in page


# ---- equivalent ones


def test_a_stale_entry_and_one_that_is_caught_are_told() -> None:
    said = complaints({"aa": "x", "ff": "y", "ee": "z"}, {"aa", "ee"}, ALL)
    assert [text.partition(" in ")[0] for text in said] == ["ff", "aa"]
    assert "stale" in said[0]
    assert "it was caught" in said[1]


def test_the_file_of_today_is_read_and_names_mutants_of_today() -> None:
    from hil_lab.mutants.workshop import Sources

    known = {each.id for mutants in Sources.read().mutants.values() for each in mutants}
    assert complaints(read_equivalent(), known, ()) == []


ENTRY = '[[equivalent]]\nid = "aa"\nfile = "core/cam.cpp"\nchange = "0 -> 1"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ENTRY, "'why' .*is missing"),
        (f'{ENTRY}why = " "\n', "aa has no reason"),
        (f'{ENTRY}why = "x"\n{ENTRY}why = "x"\n', "aa is there twice"),
        (f'{ENTRY}why = "x"\nwhi = "x"\n', "unknown key 'whi'"),
    ],
)
def test_an_entry_without_a_reason_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "equivalent.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        read_equivalent(path)


# ---- the folder


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    for each in ALL:
        append(tmp_path, MUTANTS, each)
    assert read(tmp_path, MUTANTS, MutantRecord) == list(ALL)


def test_a_line_that_was_cut_short_is_run_again(tmp_path: Path) -> None:
    append(tmp_path, MUTANTS, CAUGHT)
    with (tmp_path / MUTANTS).open("a") as file:
        file.write('{"id": "b')
    assert read(tmp_path, MUTANTS, MutantRecord) == [CAUGHT]
    append(tmp_path, MUTANTS, ENDLESS)
    assert read(tmp_path, MUTANTS, MutantRecord) == [CAUGHT, ENDLESS]


def test_a_folder_goes_on_with_the_same_code_only(tmp_path: Path) -> None:
    begin(tmp_path, CAMPAIGN)
    begin(tmp_path, CAMPAIGN)
    with pytest.raises(UsageError, match=r"of other seed and code"):
        begin(tmp_path, dataclasses.replace(CAMPAIGN, seed=8, code="cd"))


def test_other_code_has_a_folder_of_its_own() -> None:
    others = ({"code": "cd"}, {"seed": 8}, {"suite": ("-x",)}, {"files": ("core/cam.cpp",)})
    names = {dataclasses.replace(CAMPAIGN, **each).name for each in others}  # type: ignore[arg-type]
    assert len(names | {CAMPAIGN.name}) == 5


# ---- the suite and the diagnosis


def test_what_failed_or_could_not_be_measured_is_listed_and_what_was_not_asked_is_not() -> None:
    outcomes = ("passed", "failed", "firmware", "infrastructure", "usage", "not asked", "not run",
                "skipped", "xfailed")  # fmt: skip
    tests = [TestRecord(each, "call", each, 0.1, "") for each in outcomes]
    assert [test.test for test in failed(tests)] == [
        *("failed", "firmware", "infrastructure", "usage"),
    ]


def test_what_the_diagnosis_printed_is_read() -> None:
    from hil.diagnose.catalogue import finding
    from hil.facts.diagnosis import Unexplained

    said = finding("cam.negated", "map", "explains 2 of 2", ("a", "b"))
    puzzle = Unexplained("map", "the map is wrong", ("a",), ("a fact",))
    text = json.dumps(
        {"findings": [dataclasses.asdict(said)], "unexplained": [dataclasses.asdict(puzzle)]}
    )
    assert read_diagnosis(text, "") == ((said,), (puzzle,), "")


def test_a_traceback_is_kept() -> None:
    assert read_diagnosis("", "Traceback ...\nKeyError: 'x'") == (
        *((), (), "Traceback ...\nKeyError: 'x'"),
    )
