"""Which split a picture belongs to."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from model.dataset.split import Splitter, compile_group, hashed_split

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1)


def test_the_hash_is_the_sha256_of_the_name() -> None:
    # NIST's example: SHA-256 of "abc" starts with ba7816bf, 0.728 of the range: train.
    assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf")
    assert pytest.approx(0.7284, abs=1e-4) == 0xBA7816BF / 2**32
    assert hashed_split("abc") == "train"
    # SHA-256 of the empty text starts with e3b0c442, 0.889: val.
    assert hashed_split("") == "val"


def test_the_shares_are_80_10_10() -> None:
    counts = Counter(hashed_split(f"IMG_{n}.jpg") for n in range(20_000))
    assert counts["train"] / 20_000 == pytest.approx(0.8, abs=0.01)
    assert counts["val"] / 20_000 == pytest.approx(0.1, abs=0.01)
    assert counts["test"] / 20_000 == pytest.approx(0.1, abs=0.01)


@given(st.lists(NAMES, unique=True), st.lists(NAMES, unique=True))
def test_adding_files_moves_none(names: list[str], more: list[str]) -> None:
    splitter = Splitter()
    before = {name: splitter.split(name) for name in names}
    after = {name: splitter.split(name) for name in sorted({*names, *more})}
    assert all(after[name] == split for name, split in before.items())


@given(NAMES, NAMES)
def test_folders_do_not_change_the_split(folder: str, name: str) -> None:
    assert Splitter().split(f"{folder}/{name}") == Splitter().split(name)


@given(st.lists(st.integers(0, 9999), min_size=2), st.sampled_from("abcdefgh"))
def test_a_group_stays_together(frames: list[int], video: str) -> None:
    splitter = Splitter(group=re.compile(r"([^/]*)-\d+\.jpg$"))
    assert len({splitter.split(f"person/{video}-{frame}.jpg") for frame in frames}) == 1


def test_a_name_without_the_group_is_hashed_itself() -> None:
    splitter = Splitter(group=re.compile(r"^(\w+)-\d+"))
    assert splitter.key("other.jpg") == "other.jpg"
    assert splitter.key("walk-12.jpg") == "walk"
    assert Splitter(group=re.compile(r"^room\d")).key("room1/a.jpg") == "room1"


def test_what_the_input_says_stays_where_it_knows_a_test() -> None:
    splitter = Splitter()
    for split in ("train", "val", "test"):
        assert splitter.split("abc", split, of={"train", "val", "test"}) == split


def test_without_a_test_val_is_reported_on_and_a_part_of_train_is_chosen_on() -> None:
    splitter, of = Splitter(), {"train", "val"}
    names = [f"{n}.jpg" for n in range(500)]
    assert {splitter.split(name, "val", of=of) for name in names} == {"test"}
    for name in names:
        expected = "val" if hashed_split(name) == "val" else "train"
        assert splitter.split(name, "train", of=of) == expected


def test_one_split_alone_or_a_hash_that_is_asked_for_says_nothing() -> None:
    names = [f"{n}.jpg" for n in range(100)]
    for name in names:
        assert Splitter().split(name, "val", of={"val"}) == hashed_split(name)
        assert Splitter("hash").split(name, "val", of={"val", "test"}) == hashed_split(name)


def test_a_pattern_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not a regular expression"):
        compile_group("(")


def test_what_nothing_may_be_measured_on_is_all_for_training() -> None:
    splitter = Splitter("train")
    names = [f"{n}.jpg" for n in range(200)]
    assert {splitter.split(name) for name in names} == {"train"}
    assert splitter.split("abc", "test", of={"train", "val", "test"}) == "train"
