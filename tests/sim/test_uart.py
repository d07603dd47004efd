"""The relay between host and program, with a host and a program made for the purpose."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from hil.base.deadline import Deadline
from hil.sim.line import NoiseRates
from hil.sim.loop import Loop
from hil.sim.uart import DEFAULT_BAUD, Uart

WAIT_S = 10.0
ALL_LOST = NoiseRates(drop_rate=1.0)
Until = Callable[[Callable[[], bool]], None]


class Host:
    """A host port that remembers what happens to it."""

    name = "test"

    def __init__(self, rate: int | None = DEFAULT_BAUD) -> None:
        self.baud = rate
        self.received = b""
        self.paused = False

    def write(self, data: bytes) -> None:
        self.received += data

    def rate(self) -> int | None:
        return self.baud

    def pause(self, paused: bool) -> None:
        self.paused = paused

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def loop() -> Iterator[Loop]:
    with contextlib.closing(Loop()) as made:
        yield made


@pytest.fixture
def until(loop: Loop) -> Until:
    """Runs the loop until a condition holds."""

    def run(condition: Callable[[], bool]) -> None:
        deadline = Deadline.after(WAIT_S)

        def look() -> None:
            if condition() or deadline.expired():
                loop.stop()
            else:
                loop.later(0.001, look)

        loop.later(0.0, look)
        loop.run()
        assert condition()

    return run


def make(
    loop: Loop, host: Host, *, noise: NoiseRates | None = None, pacing: int | None = None
) -> Uart:
    uart = Uart(loop, noise or NoiseRates(), pacing)
    uart.connect_host(host)
    return uart


def pending(program: socket.socket) -> bytes:
    program.setblocking(False)
    try:
        return program.recv(1 << 16)
    except BlockingIOError:
        return b""


def test_bytes_pass_both_ways_unchanged(loop: Loop, until: Until) -> None:
    host = Host()
    uart = make(loop, host)
    every_byte = bytes(range(256))
    with uart.attach() as program:
        uart.from_host(every_byte)
        assert program.recv(1000) == every_byte

        program.sendall(every_byte)
        until(lambda: host.received == every_byte)


def test_a_program_waits_for_a_paced_line(loop: Loop, until: Until) -> None:
    host, given = Host(), 0

    def give_all() -> bool:
        nonlocal given
        with contextlib.suppress(BlockingIOError):
            while True:
                given += program.send(bytes(64))
        return len(host.received) >= 200

    with make(loop, host, pacing=9600).attach() as program:
        program.setblocking(False)
        program.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        until(give_all)
    # What lies between are two small buffers: an answer is not behind all that there is to say.
    assert given - len(host.received) < 8192


def test_a_chip_that_runs_nothing_hears_nothing(loop: Loop) -> None:
    uart = make(loop, Host())
    uart.from_host(b"lost")

    with uart.attach() as program:
        assert pending(program) == b""


def test_a_host_at_another_rate_is_garbled_both_ways(loop: Loop, until: Until) -> None:
    host = Host(rate=9600)
    uart = make(loop, host)
    with uart.attach() as program:
        uart.from_host(b"hello")
        assert host.paused
        until(lambda: not host.paused)
        garbled = pending(program)
        assert len(garbled) == 5
        assert garbled != b"hello"

        uart.print("hello")
        assert host.received != b"hello"
        assert len(host.received) == 5


@pytest.mark.parametrize("broken", ["to the board", "from the board"])
def test_a_line_may_fail_in_one_direction_at_fast_rates_alone(loop: Loop, broken: str) -> None:
    host, deaf = Host(), broken == "to the board"
    limit = "deaf_above" if deaf else "mute_above"
    uart = make(loop, host, noise=NoiseRates(**{limit: 460_800}))
    with uart.attach() as program:
        for baud in (115_200, 460_800, 921_600):
            uart.set_baud(baud)
            host.baud = baud
            uart.from_host(b"hello")
            host.received = b""
            uart.print("hello")
            good = baud <= 460_800
            assert (pending(program) == b"hello") is (good or not deaf)
            assert (host.received == b"hello") is (good or deaf)
    with uart.attach(autobaud=True) as program:
        uart.from_host(b"esptool")
        assert pending(program) == b"esptool"


def test_bytes_of_a_host_that_switched_first_wait_for_the_board(loop: Loop) -> None:
    host = Host()
    uart = make(loop, host)
    with uart.attach() as program:
        host.baud = 921_600
        uart.from_host(b"new ")
        uart.from_host(b"rate")
        assert pending(program) == b""

        uart.set_baud(921_600)

        assert pending(program) == b"new rate"
        assert not host.paused


def test_what_was_written_before_a_switch_arrives_at_the_old_rate(loop: Loop) -> None:
    host = Host()
    uart = make(loop, host)
    with uart.attach() as program:
        program.sendall(b"acknowledged")
        uart.set_baud(921_600)

        assert host.received == b"acknowledged"


def test_download_mode_takes_any_rate_and_has_no_noise(loop: Loop) -> None:
    uart = make(loop, Host(rate=460_800), noise=ALL_LOST)
    with uart.attach(autobaud=True) as program:
        uart.from_host(b"\0frame\0")
        assert pending(program) == b"\0frame\0"

    with uart.attach() as program:
        uart.connect_host(Host())
        uart.from_host(b"\0frame\0")
        assert pending(program) == b"\0\0"


def test_a_host_waits_for_a_slow_line_and_a_reset_lets_it_go(loop: Loop) -> None:
    host = Host()
    uart = make(loop, host, pacing=300)
    with uart.attach():
        uart.from_host(bytes(4096))
        assert not host.paused
        uart.from_host(b"x")
        assert host.paused

        uart.reset()
        assert not host.paused


def test_a_paced_line_delivers_everything_in_order(loop: Loop, until: Until) -> None:
    host = Host()
    uart = make(loop, host, pacing=1_000_000)
    data = bytes(range(256)) * 8
    with uart.attach() as program:
        uart.from_host(data)
        received = bytearray()

        def arrived() -> bool:
            received.extend(pending(program))
            return len(received) == len(data)

        until(arrived)
        assert received == data
        program.sendall(data)
        until(lambda: host.received == data)


def test_a_program_that_does_not_read_loses_bytes_and_they_are_counted(loop: Loop) -> None:
    uart = make(loop, Host())
    with uart.attach():
        while not uart.overrun_bytes:
            uart.from_host(bytes(1 << 16))

    assert uart.overrun_bytes > 0


def test_the_last_words_of_a_program_reach_the_host(loop: Loop) -> None:
    host = Host()
    uart = make(loop, host)
    with uart.attach() as program:
        program.sendall(b"goodbye")
    uart.reset()

    assert host.received == b"goodbye"
