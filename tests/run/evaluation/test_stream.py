"""The stream of pictures across failures of a board that fails on command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from hil.errors import FirmwareError, InfrastructureError
from hil.link.stats import LinkStats
from hil.run.evaluation.oracle_messages import Reply
from hil.run.evaluation.stream import LinkCount, stream
from hil.samples.labels import Entry

AHEAD = 3


class LostError(InfrastructureError):
    """The board went away."""

    def __init__(self) -> None:
        super().__init__("the board was lost", hint="look at the cable")


class FakeBoard:
    """Takes three pictures ahead; `fail(picture)` may raise instead of answering."""

    def __init__(self, fail: Callable[[bytes], None]) -> None:
        self._fail = fail
        self.link_stats = LinkStats()
        self.on_inference: Callable[..., None] | None = lambda *_: None

    def infer_many(self, images: Iterable[bytes]) -> Iterator[str]:
        source = iter(images)
        taken: list[bytes] = []
        while True:
            while len(taken) < AHEAD and (image := next(source, None)) is not None:
                taken.append(image)
            if not taken:
                return
            image = taken.pop(0)
            self._fail(image)
            yield f"answer to {image.decode()}"


class FakeBench:
    def __init__(self, fail: Callable[[bytes], None]) -> None:
        self.board = FakeBoard(fail)
        self.lost_in: list[str] = []

    def ready_board(self, _: str = "") -> FakeBoard:
        return self.board

    def note_failure(self, _: InfrastructureError, test: str) -> None:
        self.lost_in.append(test)


def pictures(count: int) -> Iterator[Reply]:
    for n in range(count):
        yield Reply(Entry(n + 2, str(n), False, ()), None, tensor=str(n).encode())


def answers(bench: FakeBench, source: Iterable[Reply]) -> Iterator[tuple[str, str]]:
    fake: Any = bench
    for picture, inference in stream(fake, source):
        yield picture.entry.file, str(inference)


EXPECTED = [(str(n), f"answer to {n}") for n in range(10)]


def test_the_bench_is_given_nothing_to_keep() -> None:
    bench = FakeBench(lambda _: None)
    for _ in answers(bench, pictures(2)):
        assert bench.board.on_inference is None


def failing(*times: bytes) -> Callable[[bytes], None]:
    """Fails once for each of these pictures."""
    left = list(times)

    def fail(image: bytes) -> None:
        if image in left:
            left.remove(image)
            raise LostError

    return fail


def test_every_picture_is_answered_in_order() -> None:
    assert list(answers(FakeBench(failing()), pictures(10))) == EXPECTED


@pytest.mark.parametrize("lost", [(b"0",), (b"4",), (b"9",), (b"3", b"4", b"5"), (b"2", b"8")])
def test_a_recovered_board_goes_on_where_it_was_lost(lost: tuple[bytes, ...]) -> None:
    bench = FakeBench(failing(*lost))
    assert list(answers(bench, pictures(10))) == EXPECTED
    assert bench.lost_in == [image.decode() for image in lost]


def test_a_board_that_is_lost_twice_in_one_picture_ends_the_run_and_names_it() -> None:
    bench = FakeBench(failing(b"4", b"4"))
    found: list[tuple[str, str]] = []
    with pytest.raises(LostError) as caught:
        found.extend(answers(bench, pictures(10)))
    assert found == EXPECTED[:4]
    assert caught.value.where == "4"


def test_a_wrong_answer_is_not_tried_again() -> None:
    def fail(image: bytes) -> None:
        if image == b"4":
            raise FirmwareError("the engine failed", hint="look at the model")

    bench = FakeBench(fail)
    with pytest.raises(FirmwareError):
        list(answers(bench, pictures(10)))
    assert bench.lost_in == []


def test_an_oracle_that_fails_is_not_the_boards_fault() -> None:
    def ending() -> Iterator[Reply]:
        yield from pictures(5)
        raise InfrastructureError("an oracle process ended", hint="memory?")

    bench = FakeBench(failing())
    found: list[tuple[str, str]] = []
    with pytest.raises(InfrastructureError, match="an oracle process ended"):
        found.extend(answers(bench, ending()))
    assert found == EXPECTED[:5]
    assert bench.lost_in == []


def test_link_counts_go_on_when_the_port_is_opened_anew() -> None:
    count = LinkCount(LinkStats(bytes_out=100, damaged=1))
    assert count.settle(LinkStats(bytes_out=150, damaged=4)).damaged == 3
    assert count.settle(LinkStats(bytes_out=20, damaged=2)) == LinkStats(bytes_out=70, damaged=5)
    assert count.settle(LinkStats(bytes_out=60, damaged=2)) == LinkStats(bytes_out=110, damaged=5)
