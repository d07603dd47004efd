"""Whatever happens to the frames, the results arrive, are right and are in order."""

from __future__ import annotations

import contextlib
import dataclasses
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hil.errors import InfrastructureError
from hil.link.jobs import Job
from hil.wire.network_header import Tensor
from hil_lab.fakes.firmware import default_header
from hil_lab.fakes.link import no_fault, random_faults

from .conftest import assert_right, connected, image

JOBS = [Job(image(number)) for number in range(6)]


def assert_all_right(bench, jobs):
    assert_right(list(bench.channel.infer_many(jobs, 60)), jobs)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 0.2),
    st.floats(0, 0.2),
    st.integers(0, 2**32),
    st.sampled_from((None, 115200, 921600)),
    st.sampled_from((0.001, 0.05, 0.5)),
)
def test_random_losses_doublings_and_bit_errors(to_board, to_host, seed, baud, invoke_s):
    bench = connected(
        baud=baud,
        invoke_s=invoke_s,
        to_board=random_faults(to_board, seed),
        to_host=random_faults(to_host, seed + 1),
    )
    assert_all_right(bench, JOBS)


fates = st.dictionaries(
    st.integers(0, 60), st.sampled_from(("drop", "double", "flip")), max_size=12
)


def _suffer(pattern):
    def fault(number, frame):
        fate = pattern.get(number)
        if fate == "drop":
            return ()
        if fate == "double":
            return (frame, frame)
        if fate == "flip":
            return (frame[: len(frame) // 2] + b"\x00" + frame[len(frame) // 2 + 1 :],)
        return (frame,)

    return fault


@settings(max_examples=60, deadline=None)
@given(fates, fates)
def test_chosen_frames_suffer(to_board, to_host):
    bench = connected(baud=921600, to_board=_suffer(to_board), to_host=_suffer(to_host))
    assert_all_right(bench, JOBS[:4])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(JOBS), max_size=8))
def test_images_that_repeat_in_any_order(seed, jobs):
    bench = connected(
        baud=921600, to_board=random_faults(0.1, seed), to_host=random_faults(0.1, seed + 1)
    )
    assert_all_right(bench, jobs)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_noisy_console_between_the_frames(seed):
    source = random.Random(seed)

    def chatter(request, replies):
        if source.random() < 0.3:
            bench.board.print("I (12) app: \x1b[32mstill here\x1b[0m\r\n")
        if source.random() < 0.1:
            bench.board.inject(source.randbytes(30))
        return replies

    bench = connected(baud=921600)
    bench.board.edit = chatter
    assert_all_right(bench, JOBS)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sets(st.integers(0, 40), max_size=3))
def test_a_board_that_restarts_in_between(seed, restarts):
    count = 0

    def restart_sometimes(request, replies):
        nonlocal count
        count += 1
        if count in restarts:
            bench.board.restart()
            return []
        return replies

    bench = connected(baud=921600, to_board=random_faults(0.05, seed))
    bench.board.edit = restart_sometimes
    assert_all_right(bench, JOBS[:4])


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 0.6),
    st.floats(0, 0.6),
    st.integers(0, 2**32),
    st.lists(st.sampled_from((115_200, 460_800, 921_600)), min_size=1, max_size=3),
)
def test_both_ends_are_at_one_rate_whatever_becomes_of_its_change(to_board, to_host, seed, wanted):
    bench = connected(baud=115_200)
    bench.board.to_board = random_faults(to_board, seed)
    bench.board.to_host = random_faults(to_host, seed + 1)
    for baud in wanted:
        with contextlib.suppress(InfrastructureError):
            bench.channel.set_baud(baud, bench.within(60))
            assert bench.channel.baud == baud
        assert bench.board.baud == bench.board.host_baud == bench.channel.baud
    bench.board.to_board = bench.board.to_host = no_fault
    bench.channel.memory(bench.within(5))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 200_000), st.integers(0, 2**32), st.floats(0, 0.15))
def test_a_sample_of_any_size_arrives(size, seed, rate):
    header = dataclasses.replace(
        default_header(), inputs=(Tensor("x", 9, (size,), 0.5, 0, size),), image=None
    )
    bench = connected(
        header=header,
        baud=921_600,
        to_board=random_faults(rate, seed),
        to_host=random_faults(rate, seed + 1),
    )
    source = random.Random(seed)
    assert_all_right(bench, [Job(source.randbytes(size)) for _ in range(2)])
