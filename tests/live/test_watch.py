"""One thread looks through the board: what it sees, and what it does when the board is lost."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hil.board import Board
from hil.errors import FirmwareError, HilError, InfrastructureError, UsageError
from hil.live import watch as module
from hil.live.feed import Feed, Look
from hil.live.scores import scores_of
from hil.live.watch import Watch, check_watchable
from hil.network.contract import Contract, read_contract
from hil.network.settings import NetworkSettings
from hil.oracle.preprocess import Region
from hil.testing.tiny_model import tiny_model
from hil.testing.zoo import network

from .eyes import BYTES_IN, BYTES_OUT, CAM, ScriptedEyes, frame

LOST = InfrastructureError("the cable was pulled", hint="plug it in")
STILL_LOST = InfrastructureError("no port", hint="plug it in")
NO_FRAME = FirmwareError("the camera gives no frame", hint="look at its ribbon")
FAST = 100.0


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.0)


def watched(eyes: ScriptedEyes, contract: Contract, **options: Any) -> tuple[Watch, Feed]:
    feed = Feed()
    return Watch(cast(Board, eyes), contract, feed, most_per_s=FAST, **options), feed


def run(eyes: ScriptedEyes, contract: Contract, **options: Any) -> tuple[Feed, BaseException]:
    """Until the script ends, or an error does."""
    watch, feed = watched(eyes, contract, **options)
    with pytest.raises((HilError, StopIteration)) as ended:
        watch.run()
    return feed, ended.value


def now(feed: Feed) -> Look:
    return feed.wait(0, 0, 0.0)


def test_a_moment_holds_the_answer_to_exactly_its_frame(contract: Contract) -> None:
    eyes = ScriptedEyes([7])
    moment = watched(eyes, contract)[0].look()
    assert eyes.asked == [frame(7).data]
    assert eyes.options == [{"stage": "frame", "reuse": True}]  # it is not sent back
    assert (moment.pixels == 7).all()
    assert moment.region == Region(0, 20, 120, 120)  # the square in the middle of 160x120
    assert moment.scores.names == ("nobody", "somebody")
    assert moment.scores.values == (25.0, 75.0)
    assert (moment.scores.decision, moment.scores.threshold) == (1, 50)
    assert moment.cam is CAM


def test_what_the_rate_allows_follows_from_the_bytes_of_a_frame(contract: Contract) -> None:
    link = watched(ScriptedEyes([1]), contract)[0].look().link
    assert link.frame_bytes == BYTES_IN + BYTES_OUT
    assert link.line_s == pytest.approx(10 * 20_500 / 921_600)  # start, 8 bits, stop


def test_every_frame_is_a_point_and_the_newest_is_the_moment(contract: Contract) -> None:
    feed, _ = run(ScriptedEyes([1, 2, 3]), contract)
    look = now(feed)
    assert look.moment is not None
    assert (look.moment.number, int(look.moment.pixels[0, 0])) == (3, 3)
    assert [point.number for point in look.points] == [1, 2, 3]


def test_a_view_that_is_never_closed_keeps_nothing_of_the_run(contract: Contract) -> None:
    eyes = ScriptedEyes(range(20))
    run(eyes, contract)
    assert eyes.on_inference is None
    assert len(eyes.stamps) <= 1
    assert len(eyes.memories) <= 1


def test_a_board_that_never_gave_a_frame_ends_the_view_at_once(contract: Contract) -> None:
    _, error = run(ScriptedEyes([NO_FRAME, 1]), contract)
    assert error is NO_FRAME


def test_a_lost_board_is_brought_back_and_the_view_goes_on(contract: Contract) -> None:
    eyes = ScriptedEyes([1, LOST, 2], recovers=[None])
    feed, error = run(eyes, contract)
    assert isinstance(error, StopIteration)
    assert eyes.recoveries == 1
    look = now(feed)
    assert (look.state, look.trouble) == ("running", None)
    assert [point.number for point in look.points] == [1, 2]


def test_a_board_that_stays_lost_ends_the_view_with_the_first_cause(contract: Contract) -> None:
    eyes = ScriptedEyes([1, LOST, STILL_LOST], recovers=[STILL_LOST])
    feed, error = run(eyes, contract, patience_s=0.0)
    assert error is LOST
    trouble = now(feed).trouble
    assert now(feed).state == "lost"
    assert trouble is not None
    assert (trouble.message, trouble.hint) == ("the cable was pulled", "plug it in")


def test_a_frame_that_fails_is_asked_for_again_without_a_reset(contract: Contract) -> None:
    eyes = ScriptedEyes([1, NO_FRAME, 2])
    feed, _ = run(eyes, contract)
    assert eyes.recoveries == 0
    assert now(feed).state == "running"


def test_it_stops_when_it_is_told(contract: Contract) -> None:
    watch, _ = watched(ScriptedEyes([]), contract)
    watch.stop()
    watch.run()


def test_a_network_that_takes_no_picture_is_refused() -> None:
    contract = read_contract(network("ends"))
    with pytest.raises(UsageError, match="takes no picture") as refused:
        check_watchable(contract)
    assert "hil validate" in refused.value.hint


@pytest.mark.parametrize(
    ("settings", "names", "unit"),
    [
        ({"task": "classification", "labels": ("a", "b")}, ("a", "b"), "%"),
        ({"task": "regression"}, ("value [0]", "value [1]"), ""),
        ({"task": "none"}, ("output 0 [0]", "output 0 [1]"), ""),
    ],
)
def test_the_task_says_what_is_shown_of_an_answer(
    settings: dict[str, Any], names: tuple[str, ...], unit: str
) -> None:
    contract = read_contract(tiny_model(), settings=NetworkSettings(**settings))
    found = scores_of(contract, b"", bytes([0x80, 0x7F]))
    assert (found.names, found.unit) == (names, unit)
