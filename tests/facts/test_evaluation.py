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
    Result,
    Times,
    ValueType,
    header_line,
    joined,
    read_header,
    read_result,
    result_line,
    with_map,
)
from hil.network.location import Location, NoLocation
from hil.network.task import Task
from hil_lab.fakes.evaluation_header import evaluation_header

TASK = Task("localization", 0, "softmax", 2, 1, 60.0, ("no", "yes"), "it has a map")
INT8 = ValueType("int8", 2, 1 / 256, -128)
FLOAT = ValueType("float32", 2)
HEADER = evaluation_header(task=TASK, values=INT8)
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


VALUES = {
    INT8: st.integers(-128, 127),
    FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False),
}


@st.composite
def answers(draw: Callable[..., Any], kind: ValueType) -> Answer:
    values = draw(st.tuples(VALUES[kind], VALUES[kind]))
    plain = Answer(
        draw(WHOLE),
        tuple(draw(st.lists(WHOLE, max_size=3))),
        np.array(values, kind.dtype).tobytes(),
    )
    if draw(st.booleans()):
        return plain
    cells = draw(MAPS)
    cam = None if cells is None else np.array(cells, np.int32)
    return with_map(plain, draw(st.integers(0, 100)), draw(LOCATIONS), cam)


def located(cam: np.ndarray[Any, Any] | None, place: Location | NoLocation) -> Answer:
    return with_map(Answer(1, (9, 8), np.array([3, 4], np.int8).tobytes()), 60, place, cam)


# Names of files are NFC wherever they are read (hil/base/file_names.py).
NAMES = st.text(min_size=1).map(lambda name: unicodedata.normalize("NFC", name))


def results(kind: ValueType) -> st.SearchStrategy[Result]:
    return st.builds(
        joined,
        NAMES,
        WHOLE,
        st.one_of(st.none(), st.tuples(st.integers(1, 9999), st.integers(1, 9999))),
        answers(kind),
        st.one_of(st.none(), answers(kind)),
        st.one_of(st.none(), st.builds(Times, *[WHOLE] * 5)),
        WHOLE,
    )


PLAIN = joined("a.png", 7, (96, 96), located(None, NoLocation.FLAT_MAP))


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.dtype)
@given(data=st.data())
def test_a_result_comes_back_from_its_line(kind: ValueType, data: st.DataObject) -> None:
    header, result = dataclasses.replace(HEADER, values=kind), data.draw(results(kind))
    line = result_line(result, header)
    assert "\n" not in line
    assert read_result(line.encode(), header, "here") == result


def test_a_header_comes_back_from_its_line() -> None:
    assert read_header(header_line(HEADER).encode(), "here") == HEADER


def test_an_answer_that_both_give_is_kept_once() -> None:
    cam = np.arange(36, dtype=np.int32).reshape(6, 6)
    first, second = (located(cam, Location(8, 8, 0, 0)) for _ in range(2))
    assert first is not second
    result = joined("a", 1, (9, 9), first, second)
    assert result.device is result.oracle
    assert '"device":"same"' in result_line(result, HEADER)
    back = read_result(result_line(result, HEADER).encode(), HEADER, "here")
    assert back.device is back.oracle


def test_the_map_is_given_as_array_and_as_rows() -> None:
    cam = np.array([[1, -2, 3], [4, 5, -6]], np.int32)
    answer = located(cam, NoLocation.FLAT_MAP)
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
    data = json.loads(result_line(PLAIN, HEADER)) | change
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(json.dumps(data).encode(), HEADER, "here")


@pytest.mark.parametrize(
    "change",
    [
        {"location": "nowhere"},
        {"location": [1, 2, 3]},
        {"cam": [[1, 2], [3]]},
        {"cam": []},
        {"cam": [[2**31]]},
        {"threshold": None},
    ],
    ids=str,
)
def test_an_answer_that_was_changed_is_refused(change: dict[str, Any]) -> None:
    data = json.loads(result_line(PLAIN, HEADER))
    data["oracle"]["map"] |= change
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(json.dumps(data).encode(), HEADER, "here")


@pytest.mark.parametrize("values", [[0.5, 1], [1], [1, 2, 3], [128, 0], [True, 0], "12"], ids=str)
def test_values_of_another_number_or_type_are_refused(values: Any) -> None:
    data = json.loads(result_line(PLAIN, HEADER))
    data["oracle"]["values"] = values
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(json.dumps(data).encode(), HEADER, "here")


def test_numbers_that_are_none_are_refused() -> None:
    header = dataclasses.replace(HEADER, values=FLOAT)
    values = np.array([1, np.nan], np.float32).tobytes()
    line = result_line(dataclasses.replace(PLAIN, oracle=Answer(1, (), values)), header)
    with pytest.raises(UsageError, match="a value is not finite"):
        read_result(line.encode(), header, "here")


def test_values_are_stored_as_they_are_and_stand_for_real_numbers() -> None:
    answer = Answer(1, (), np.array([-128, 64], np.int8).tobytes())
    assert HEADER.numbers(answer).tolist() == [-128, 64]
    assert HEADER.reals(answer).tolist() == [0, 0.75]
    assert HEADER.percents(answer).tolist() == [0, 75]
    assert HEADER.positive_percent(answer) == 75
    assert FLOAT.reals(np.array([0.25, 1], np.float32).tobytes()).tolist() == [0.25, 1]


def test_half_a_line_and_another_version_are_refused() -> None:
    with pytest.raises(UsageError, match="a damaged line"):
        read_result(result_line(PLAIN, HEADER).encode()[:50], HEADER, "here")
    newer = header_line(dataclasses.replace(HEADER, version=RESULTS_VERSION + 1))
    with pytest.raises(UsageError, match="results of version 3, this camhil reads 2"):
        read_header(newer.encode(), "here")
    with pytest.raises(UsageError, match="a damaged line"):
        read_header(b'{"kind":"evaluation","version":2}', "here")
