"""Changes of the rate of the line, when they go wrong: both ends are at the old rate again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.base.deadline import Deadline
from hil.errors import InfrastructureError
from hil.wire.requests import SetBaud

if TYPE_CHECKING:
    from tests.sim.conftest import Chip, StartBench

WAIT_S = 20.0
SLOW, FAST = 115_200, 921_600


@pytest.mark.parametrize("fault", ["deaf_above", "mute_above"])
def test_a_rate_that_works_one_way_only_leaves_both_ends_at_the_old_one(
    bench: StartBench, chip: Chip, fault: str
) -> None:
    running = bench(chip(), start="app", **{fault: 460_800})
    running.connect()
    with pytest.raises(InfrastructureError, match="does not work at 921600 baud"):
        running.channel.set_baud(FAST, Deadline.after(WAIT_S))
    assert running.channel.echo(b"both here", Deadline.after(WAIT_S)) == b"both here"
    assert running.board.status()["baud"] == SLOW
    running.channel.set_baud(460_800, Deadline.after(WAIT_S))
    assert running.board.status()["baud"] == 460_800
    assert running.channel.echo(b"faster", Deadline.after(WAIT_S)) == b"faster"


def test_a_host_that_goes_away_on_trial_leaves_the_board_at_the_old_rate(
    bench: StartBench, chip: Chip
) -> None:
    running = bench(chip(), start="app")
    fallback_s = running.connect().baud_fallback_ms / 1000
    running.channel.request(SetBaud(FAST), Deadline.after(WAIT_S))
    limit = Deadline.after(fallback_s + WAIT_S)
    running.channel.listen(Deadline.after(fallback_s))
    while running.board.status()["baud"] != SLOW:
        assert not limit.expired()
        running.channel.listen(Deadline.after(0.1))
    assert running.channel.echo(b"still at the old rate", Deadline.after(WAIT_S))


def test_a_board_that_nobody_asks_goes_back_to_the_rate_of_its_start(
    bench: StartBench, chip: Chip
) -> None:
    running = bench(chip(), start="app")
    idle_s = running.connect().idle_ms / 1000
    running.channel.set_baud(FAST, Deadline.after(WAIT_S))
    limit = Deadline.after(idle_s + WAIT_S)
    while running.board.status()["baud"] != SLOW:
        assert not limit.expired()
        running.channel.listen(Deadline.after(0.2))
    running.channel.apply_baud(SLOW)
    assert running.channel.echo(b"met again", Deadline.after(WAIT_S)) == b"met again"
