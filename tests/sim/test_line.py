"""Time and noise of a serial line, without a clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.sim.line import Garbler, Noise, NoiseRates, Pacer, rates_match

BAUD = 115_200
BYTE_S = 10 / BAUD  # 8N1: a start bit, eight data bits, a stop bit

pieces = st.lists(st.binary(max_size=40), max_size=30)
rates = st.builds(
    NoiseRates,
    bit_error_rate=st.floats(0, 0.2),
    drop_rate=st.floats(0, 0.5),
    duplicate_rate=st.floats(0, 0.5),
    seed=st.integers(0, 1000),
)


def test_a_byte_arrives_when_its_stop_bit_has_passed() -> None:
    pacer = Pacer(BAUD)
    pacer.push(b"ab", now=5.0)

    assert pacer.due(5.0 + 0.99 * BYTE_S) == b""
    assert pacer.due(5.0 + BYTE_S) == b"a"
    assert pacer.due(5.0 + 1.99 * BYTE_S) == b""
    assert pacer.due(5.0 + 2 * BYTE_S) == b"b"


def test_an_image_takes_what_the_uart_takes() -> None:
    pacer = Pacer(BAUD)
    image = bytes(9216)
    pacer.push(image, now=0.0)

    assert pacer.due(0.7999) != image
    assert pacer.queued > 0
    pacer.due(0.8)
    assert pacer.queued == 0


def test_bytes_wait_for_those_before_them() -> None:
    pacer = Pacer(BAUD)
    pacer.push(b"abc", now=0.0)
    pacer.push(b"d", now=BYTE_S)

    assert pacer.due(3.99 * BYTE_S) == b"abc"
    assert pacer.due(4 * BYTE_S) == b"d"


def test_an_idle_line_gives_no_credit() -> None:
    pacer = Pacer(BAUD)
    pacer.push(b"a", now=0.0)
    assert pacer.due(100.0) == b"a"
    pacer.push(b"b", now=100.0)

    assert pacer.due(100.0 + 0.9 * BYTE_S) == b""


def test_bytes_on_the_line_keep_the_rate_they_were_sent_at() -> None:
    pacer = Pacer(BAUD)
    pacer.push(b"ab", now=0.0)
    pacer.set_baud(10 * BAUD)
    pacer.push(b"c", now=0.0)

    assert pacer.due(1.99 * BYTE_S) == b"a"
    assert pacer.due(2 * BYTE_S) == b"b"
    assert pacer.due(2.1 * BYTE_S) == b"c"


@given(pieces, st.lists(st.floats(0.0001, 0.01), min_size=1, max_size=40))
def test_pacing_neither_loses_nor_reorders_nor_hastens(
    parts: list[bytes], steps: list[float]
) -> None:
    pacer = Pacer(BAUD)
    sent, received, now = b"", b"", 0.0
    for index, step in enumerate(steps):
        piece = parts[index] if index < len(parts) else b""
        if piece:
            pacer.push(piece, now)
        sent += piece
        now += step
        received += pacer.due(now)
        assert len(received) <= now / BYTE_S + 1e-3
        assert sent.startswith(received)
    assert received + pacer.due(now + 10) == sent


def test_the_next_batch_is_announced_for_the_moment_it_is_complete() -> None:
    pacer = Pacer(BAUD)
    pacer.push(bytes(100), now=0.0)
    when = pacer.next_due(batch_s=0.001)

    assert when is not None
    batch = int(0.001 / BYTE_S)
    assert when == pytest.approx(batch * BYTE_S)
    assert len(pacer.due(when)) == batch
    pacer.due(1.0)
    assert pacer.next_due(batch_s=0.001) is None


@given(rates, pieces)
def test_the_same_seed_gives_the_same_noise_however_the_bytes_are_cut(
    noise: NoiseRates, parts: list[bytes]
) -> None:
    whole = Noise(noise, "to board").feed(b"".join(parts))
    cut = Noise(noise, "to board")

    assert b"".join(cut.feed(part) for part in parts) == whole


def test_both_directions_have_noise_of_their_own() -> None:
    noise = NoiseRates(bit_error_rate=0.01, seed=3)
    data = bytes(1000)

    assert Noise(noise, "to board").feed(data) != Noise(noise, "to host").feed(data)


@given(st.binary(max_size=500))
def test_a_quiet_line_changes_nothing(data: bytes) -> None:
    assert Noise(NoiseRates(), "to board").feed(data) == data


@given(st.binary(max_size=200))
def test_a_bit_error_rate_of_one_flips_every_bit(data: bytes) -> None:
    noisy = Noise(NoiseRates(bit_error_rate=1.0), "to board").feed(data)

    assert noisy == bytes(byte ^ 0xFF for byte in data)


def test_bits_are_flipped_at_the_rate_that_was_asked_for() -> None:
    noise = Noise(NoiseRates(bit_error_rate=0.01, seed=7), "to board")
    noisy = noise.feed(bytes(100_000))
    flipped = sum(byte.bit_count() for byte in noisy)

    assert flipped == noise.flipped_bits
    # Binomial: mean 8000, standard deviation 89. Five of those either way.
    assert 8000 - 445 < flipped < 8000 + 445


def test_dropped_frames_vanish_and_text_before_the_first_delimiter_stays() -> None:
    noise = Noise(NoiseRates(drop_rate=1.0), "to host")

    assert noise.feed(b"boot text\0frame\0\0frame\0") == b"boot text\0\0\0\0"
    assert noise.dropped == 2


def test_duplicated_frames_come_twice_with_their_delimiters() -> None:
    noise = Noise(NoiseRates(duplicate_rate=1.0), "to host")

    assert noise.feed(b"\0one\0\0two\0") == b"\0one\0one\0\0two\0two\0"
    assert noise.duplicated == 2


def test_a_frame_is_dropped_whole_when_it_arrives_in_pieces() -> None:
    noise = Noise(NoiseRates(drop_rate=1.0), "to host")

    assert noise.feed(b"\0fr") + noise.feed(b"am") + noise.feed(b"e\0") == b"\0\0"


@given(st.binary(min_size=1, max_size=200))
def test_a_wrong_rate_leaves_no_byte_as_it_was(data: bytes) -> None:
    garbled = Garbler(1).feed(data)

    assert len(garbled) == len(data)
    assert all(one != other for one, other in zip(garbled, data, strict=True))


def test_rates_match_within_the_tolerance_of_a_uart() -> None:
    assert rates_match(115_200, 115_200)
    assert rates_match(115_200, 117_000)
    assert not rates_match(115_200, 921_600)
    assert not rates_match(115_200, 124_000)
