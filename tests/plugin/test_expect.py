"""What a failed comparison of answers says: which part, and whose answer it is instead."""

from __future__ import annotations

import zlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hil.suite.expect import expect_order, expect_right, expect_same

CAM, OTHER = np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])


def result(*crcs: int, cam: Any = CAM, crc: int = 1) -> Any:
    parts = tuple(SimpleNamespace(crc=each) for each in crcs)
    return SimpleNamespace(outputs=parts, scores=(1,), location=None, cam=cam, image_crc=crc)


def right(*crcs: int, cam: Any = CAM) -> Any:
    return SimpleNamespace(output_crcs=lambda: crcs, cam=cam)


def said(check: Any, *arguments: Any) -> str:
    with pytest.raises(pytest.fail.Exception) as failed:
        check(*arguments)
    return str(failed.value)


def test_what_is_right_and_alike_passes() -> None:
    expect_right(result(1, 2), right(1, 2), "a")
    expect_right(result(1, cam=None), right(1, cam=None), "a")
    expect_same(result(1, 2), result(1, 2), "a")
    expect_order([result(crc=zlib.crc32(b"a"))], [b"a"])


def test_a_wrong_part_is_named() -> None:
    assert said(expect_right, result(1, 3), right(1, 2), "a") == "a: not the oracle's: output 1"
    assert "no map" in said(expect_right, result(1, cam=None), right(1), "a")
    assert "output 0, the number of outputs" in said(expect_same, result(9), result(1, 2), "a")
    assert "in map" in said(expect_same, result(1, cam=OTHER), result(1), "a")


def test_the_answer_to_the_sample_before_is_called_that() -> None:
    text = said(expect_right, result(9, 2, cam=OTHER), right(1, 2), "a", right(9, 8, cam=OTHER))
    stale = "(it is that of the sample before)"
    assert text == f"a: not the oracle's: output 0 {stale}, the map {stale}"


def test_results_in_another_order_say_whose_they_are() -> None:
    results = [result(crc=zlib.crc32(data)) for data in (b"b", b"a", b"x")]
    text = said(expect_order, results, [b"a", b"b", b"c"])
    assert "they are of samples [1, 0, None]" in text
