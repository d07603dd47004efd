"""Which images are run, reported on and used for choosing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.judge.evaluation.selection import Selection, select
from hil.samples.labels import DataSet, Entry


def data(*splits: str, sources: str = "") -> DataSet:
    entries = tuple(
        Entry(n + 2, f"{n}.png", True, (), split, sources[n : n + 1])
        for n, split in enumerate(splits)
    )
    return DataSet(Path("labels.csv"), Path(), entries, ())


def numbers(files: frozenset[str]) -> set[int]:
    return {int(file.removesuffix(".png")) for file in files}


def run(selection: Selection) -> list[int]:
    return [int(entry.file.removesuffix(".png")) for entry in selection.entries]


def test_test_is_reported_val_is_chosen_on_and_the_rest_is_not_run() -> None:
    found = select(data("train", "val", "test", "train", "test"))
    assert run(found) == [1, 2, 4]
    assert numbers(found.reported) == {2, 4}
    assert numbers(found.validation) == {1}
    assert "2 of 5 lines belong to neither and are not run" in found.how


def test_splits_can_be_named() -> None:
    found = select(data("a", "b", "c"), split="b", validation="c")
    assert run(found) == [1, 2]
    assert numbers(found.reported) == {1}
    assert numbers(found.validation) == {2}


def test_without_splits_a_fifth_is_chosen_on_the_same_each_time() -> None:
    found = select(data(*[""] * 1000))
    assert len(found.entries) == len(found.reported) == 1000
    assert found.validation < found.reported
    assert 160 < len(found.validation) < 240
    assert select(data(*[""] * 1000)).validation == found.validation
    fewer = select(data(*[""] * 500))
    assert fewer.validation == found.validation & fewer.reported


def test_the_split_that_is_reported_is_never_all_that_is_chosen_on() -> None:
    found = select(data(*["val"] * 100), split="val")
    assert len(found.reported) == 100
    assert 0 < len(found.validation) < 100


def test_all_splits_can_be_reported_on() -> None:
    found = select(data("train", "val", "test"), split="all")
    assert numbers(found.reported) == {0, 1, 2}
    assert numbers(found.validation) == {1}


def test_sources_narrow_both() -> None:
    found = select(data("val", "val", "test", "test", sources="abab"), sources=["b"])
    assert run(found) == [1, 3]
    assert numbers(found.reported) == {3}
    assert numbers(found.validation) == {1}


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"split": "tset"}, "no sample has the split 'tset'", "there are: test, val"),
        ({"validation": "dev"}, "no sample has the split 'dev'", "there are: test, val"),
        ({"sources": ["z"]}, "no sample has the source 'z'", "there are: a, b"),
        ({"sources": ["a"]}, "no samples are left to report on", "--source"),
    ],
)
def test_what_is_not_there_is_refused(options: dict[str, object], message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        select(data("val", "test", sources="ab"), **options)  # type: ignore[arg-type]
    assert hint in caught.value.hint


def test_the_windows_of_a_recording_are_chosen_on_together_or_not_at_all() -> None:
    entries = tuple(
        Entry(n + 2, f"{n}.bin", None, (), group=f"recording {n // 10}") for n in range(1000)
    )
    found = select(DataSet(Path("labels.csv"), Path(), entries, ()))
    recordings = [entries[n : n + 10] for n in range(0, 1000, 10)]
    chosen = [sum(entry.file in found.validation for entry in one) for one in recordings]
    assert set(chosen) == {0, 10}
