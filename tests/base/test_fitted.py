"""Lines that are too long for a terminal are broken between words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hil.base.columns import fitted

WORDS = st.lists(st.text("abc_/.-", min_size=1, max_size=30), min_size=1, max_size=30)


@given(WORDS, st.integers(0, 12), st.integers(20, 120))
def test_every_line_fits_or_is_one_word_and_no_word_is_lost(
    words: list[str], indent: int, width: int
) -> None:
    lines = fitted(" " * indent + " ".join(words), width).split("\n")
    assert [word for line in lines for word in line.split()] == words
    assert [line for line in lines if len(line) > width and len(line.split()) > 1] == []


def test_what_fits_stays_as_it_is() -> None:
    text = "name      value\n\n    a command\n"
    assert fitted(text, 15) == text


def test_what_follows_stands_below_the_value_of_a_fact() -> None:
    assert fitted("link        8 chunks of 1536 bytes", 24).split("\n") == [
        "link        8 chunks of",
        "            1536 bytes",
    ]


def test_what_follows_a_sentence_is_set_in_by_two() -> None:
    assert fitted("  note: one two three", 15).split("\n") == ["  note: one two", "    three"]


def test_a_value_that_begins_far_to_the_right_leaves_no_narrow_column() -> None:
    assert fitted("a long name of a fact  and its value", 30).split("\n") == [
        "a long name of a fact  and its",
        "  value",
    ]
