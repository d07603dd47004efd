"""Results survive their JSON lines exactly; anything else is refused."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.facts.evaluation import (
    RESULTS_VERSION,
    Answer,
    Header,
    Result,
    Times,
    header_line,
    joined,
    pack_answer,
    read_header,
    read_result,
    result_line,
)
from hil.network.location import Location, NoLocation

HEADER = Header(RESULTS_VERSION, "0.1", "sim", "tflm", "ab", "cd", 1, 60, (96, 96), "litert")
WHOLE = st.integers(0, 2**32 - 1)
LOCATIONS = st.one_of(
    st.sampled_from(NoLocation),
    st.tuples(*[st.integers(0, 95)] * 4).map(lambda values: Location(*values)),
)
MAPS = st.one_of(
    st.none(),
    st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(-(2**31), 2**31 - 1), min_size=columns, max_size=columns),
            min_size=1,
            max_size=4,
        )
    ),
)


@st.composite
def answers(draw: Callable[..., Any]) -> Answer:
    cells = draw(MAPS)
    return pack_answer(
        draw(WHOLE),
        tuple(draw(st.lists(st.integers(-128, 127), min_size=2, max_size=3))),
        draw(st.integers(0, 100)),
        draw(LOCATIONS),
        None if cells is None else np.array(cells, np.int32),
    )


# Names of files are NFC wherever they are read (hil/base/file_names.py).
NAMES = st.text(min_size=1).map(lambda name: unicodedata.normalize("NFC", name))
RESULTS = st.builds(
    joined,
    NAMES,
    WHOLE,
    st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    answers(),
    st.one_of(st.none(), answers()),
    st.one_of(st.none(), st.builds(Times, *[WHOLE] * 5)),
)
PLAIN = joined("a.png", 7, (96, 96), pack_answer(1, (-5, 5), 60, NoLocation.FLAT_MAP, None))


@given(RESULTS)
def test_a_result_comes_back_from_its_line(result: Result) -> None:
    line = result_line(result)
    assert "\n" not in line
    assert read_result(line.encode(), "here") == result


def test_a_header_comes_back_from_its_line() -> None:
    assert read_header(header_line(HEADER).encode(), "here") == HEADER


def test_an_answer_that_both_give_is_kept_once() -> None:
    cam = np.arange(36, dtype=np.int32).reshape(6, 6)
    first, second = (pack_answer(1, (3, 4), 60, Location(8, 8, 0, 0), cam) for _ in range(2))
    assert first is not second
    result = joined("a", 1, (9, 9), first, second)
    assert result.device is result.oracle
    assert '"device":"same"' in result_line(result)
    back = read_result(result_line(result).encode(), "here")
    assert back.device is back.oracle


def test_the_map_is_given_as_array_and_as_rows() -> None:
    cam = np.array([[1, -2, 3], [4, 5, -6]], np.int32)
    answer = pack_answer(1, (3, 4), 60, NoLocation.FLAT_MAP, cam)
    assert answer.array().tolist() == [[1, -2, 3], [4, 5, -6]]
    assert answer.rows() == ((1, -2, 3), (4, 5, -6))


@pytest.mark.parametrize(
    "change",
    [
        {"file": 3},
        {"file_crc": "7"},
        {"file_crc": 7.0},
        {"size": [96]},
        {"size": [True, 96]},
        {"device": "other"},
        {"oracle": None},
        {"times": {}},
        {"extra": 1},
        {"kind": "image"},
    ],
    ids=str,
)
def test_a_line_that_was_changed_is_refused(change: dict[str, Any]) -> None:
    data = json.loads(result_line(PLAIN)) | change
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(json.dumps(data).encode(), "here")


@pytest.mark.parametrize(
    "change",
    [
        {"location": "nowhere"},
        {"location": [1, 2, 3]},
        {"cam": [[1, 2], [3]]},
        {"cam": []},
        {"cam": [[2**31]]},
        {"scores": [0.5]},
    ],
    ids=str,
)
def test_an_answer_that_was_changed_is_refused(change: dict[str, Any]) -> None:
    data = json.loads(result_line(PLAIN))
    data["oracle"] |= change
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(json.dumps(data).encode(), "here")


def test_half_a_line_and_another_version_are_refused() -> None:
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(result_line(PLAIN).encode()[:50], "here")
    newer = header_line(dataclasses.replace(HEADER, version=RESULTS_VERSION + 1))
    with pytest.raises(UsageError, match="results of version 2, this camhil reads 1"):
        read_header(newer.encode(), "here")
    with pytest.raises(UsageError, match="a damaged line"):
        read_header(b'{"kind":"evaluation","version":1}', "here")
