from __future__ import annotations

import pytest

from hil.link.line import LineClock
from hil.link.rto import RetransmissionTimer


def timer():
    return RetransmissionTimer(floor_s=0.05, initial_s=0.3, ceiling_s=2.0)


def test_first_sample_as_in_rfc_6298():
    # (2.2): SRTT = R, RTTVAR = R/2, RTO = SRTT + max(G, 4 * RTTVAR)
    t = timer()
    t.sample(0.1)
    assert t.smoothed_s == pytest.approx(0.1)
    assert t.interval_s == pytest.approx(0.1 + 4 * 0.05)


def test_second_sample_as_in_rfc_6298():
    # (2.3): RTTVAR = 3/4 * 0.05 + 1/4 * |0.1 - 0.2|, SRTT = 7/8 * 0.1 + 1/8 * 0.2
    t = timer()
    t.sample(0.1)
    t.sample(0.2)
    assert t.smoothed_s == pytest.approx(0.1125)
    assert t.interval_s == pytest.approx(0.1125 + 4 * 0.0625)


def test_back_off_doubles_up_to_the_ceiling_and_a_sample_ends_it():
    t = timer()
    for expected in (0.6, 1.2, 2.0, 2.0):
        t.back_off()
        assert t.interval_s == pytest.approx(expected)
    t.sample(0.1)
    assert t.interval_s == pytest.approx(0.3)


def test_interval_has_a_floor():
    t = timer()
    for _ in range(100):
        t.sample(0.001)
    assert t.interval_s == 0.05


def test_bytes_leave_one_after_the_other():
    line = LineClock(1000)  # 100 bytes a second
    assert line.send(100, 10.0) == pytest.approx(11.0)
    assert line.send(50, 10.2) == pytest.approx(11.5)
    assert line.send(50, 20.0) == pytest.approx(20.5)


def test_an_answer_shows_what_has_left():
    line = LineClock(1000)
    leaves_at = line.send(100, 10.0)
    line.send(100, 10.0)
    line.left(100, 10.0, leaves_at, 10.8)  # the adapter runs a little faster than its rate
    assert line.send(100, 10.8) == pytest.approx(12.8)


def test_a_line_that_is_much_faster_than_its_rate_has_none():
    line = LineClock(1000)
    leaves_at = line.send(100, 10.0)
    line.left(100, 10.0, leaves_at, 10.01)
    assert line.send(100, 10.01) == pytest.approx(10.01)
