"""What only a chip reports: cycles, heap, stacks, and that an idle board does nothing.

On the simulated board the figures are chosen, so each has to arrive as it is. Those of a chip are
looked at in `test_resources.py`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from hil.errors import HilError
from hil.suite.expect import not_asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.board import Board
    from hil.run.testbench import Bench
    from hil.sim.process import Figures, SimProcess
    from hil.wire.replies import Capabilities, HeapState

IDLE_S = 0.05
MOST_WAITS = 100
"""Of the three tasks in that time: each waits up to a second, and a little more often after it had
something to do. One that goes round without waiting comes to thousands."""
PER_US = 240
MOST_OFF_US = 50
RUNS = 5


@dataclass(frozen=True)
class Chip:
    """The simulated board: whom to ask, and its switches. What it answers here is no fact of the
    run, as nothing of it was measured."""

    board: Board
    switches: SimProcess

    def restart(self, cycles_per_us: int = 0) -> Capabilities:
        """With these figures; what the board says that it can."""
        from hil.sim.process import Figures

        self.switches.figures(Figures(cycles_per_us))
        return self.board.connect().capabilities


@pytest.fixture(scope="module")
def chip(bench: Bench) -> Iterator[Chip]:
    from hil.board.guest import Guest
    from hil.sim.process import Figures

    host = bench.ready_board()
    if host.simulated is None:
        not_asked("the figures of a real board are nobody's to choose")
    guest = Guest(host)
    guest.connect()
    yield Chip(guest, host.simulated)
    host.simulated.figures(Figures())
    with suppress(HilError):  # a board that is lost is brought back by who needs it next
        host.connect()


def figures() -> dict[str, Figures]:
    """All that can be reported, little of it, and nothing."""
    from hil.sim.process import Figures

    names = ("receive", "a", "sixteen letters.", "inference")
    return {
        "all": Figures(
            heap=(123_457, 98_765, 65_431),
            psram=(4_123_459, 4_098_761, 3_000_017),
            stacks=tuple((name, 1_001 + 257 * n) for n, name in enumerate(names)),
        ),
        "heap alone": Figures(heap=(4_294_967_295, 3_000_000_019, 2_000_000_011)),
        "psram alone": Figures(psram=(4_000_037, 3_000_017, 65_537)),
        "a stack": Figures(stacks=(("transmit", 4_294_967_295),)),
        "nothing": Figures(),
    }


@pytest.mark.parametrize("name", ["all", "heap alone", "psram alone", "a stack", "nothing"])
def test_heap_and_stacks_arrive_as_the_machine_reports_them(chip: Chip, name: str) -> None:
    def told(heap: HeapState | None) -> tuple[int, int, int] | None:
        if heap is None:
            return None
        return heap.free_bytes, heap.minimum_free_bytes, heap.largest_block_bytes

    chosen = figures()[name]
    chip.switches.figures(chosen)
    memory = chip.board.memory()
    for what, heap, right in (
        ("heap", memory.heap, chosen.heap),
        ("PSRAM", memory.psram, chosen.psram),
    ):
        assert told(heap) == right, f"{what} (free, least free, largest block): wrong on the way"
    stacks = tuple((stack.task, stack.never_used_bytes) for stack in memory.stacks)
    assert stacks == chosen.stacks, "stacks (task, bytes never used): wrong on the way"


def test_cycles_are_those_of_the_inference(bench: Bench, chip: Chip) -> None:
    board, sample = chip.board, bench.sample("uniform-0").data
    assert not chip.restart().cycles, "the board counts cycles without a counter"
    assert board.infer(sample).invoke_cycles is None, "the board has no counter, and tells cycles"
    assert chip.restart(PER_US).cycles, "the board has a counter of cycles, and says no"
    runs = [board.infer(sample) for _ in range(RUNS)]
    assert all(run.invoke_cycles is not None for run in runs), "the board does not tell its cycles"
    # Clock and counter are not read at the same moment, and a busy host may sleep in between.
    off = min(abs((run.invoke_cycles or 0) / PER_US - run.times.invoke_us) for run in runs)
    assert off <= MOST_OFF_US, (
        f"cycles are not those of the inference: at {PER_US} in a microsecond they are {off:.0f} "
        "us off in the best of all runs"
    )


def test_times_and_cycles_of_operators_are_not_mixed_up(bench: Bench, chip: Chip) -> None:
    board, sample = chip.board, bench.sample("uniform-0").data
    if not board.identity.capabilities.trace:
        not_asked("the board does not trace")
    chip.restart()
    board.infer(sample, trace=True)
    unknown = {(entry.us, entry.cycles) for entry in board.trace()}
    assert unknown == {(None, None)}, "the board tells times of operators that it cannot know"
    assert chip.restart(PER_US).op_times, "the engine tells operators' times, the board says no"
    whole = board.infer(sample, trace=True).times.invoke_us
    for entry in board.trace():
        where = f"operator {entry.op}, output {entry.output}"
        if entry.output:
            assert (entry.us, entry.cycles) == (None, None), f"{where}: a time that is another's"
            continue
        assert entry.us is not None, f"{where}: no time"
        assert entry.us <= whole, f"{where}: {entry.us} us of an inference of {whole} us"
        assert entry.cycles == entry.us * PER_US, f"{where}: not the cycles of {entry.us} us"


def test_a_counter_that_came_round_tells_nothing(bench: Bench, chip: Chip) -> None:
    # 2^32 of these cycles pass in two microseconds.
    chip.restart(2**31)
    assert chip.board.infer(bench.sample("uniform-0").data).invoke_cycles is None, (
        "the counter of cycles came round during the inference, and the board tells what is left"
    )


def test_an_idle_board_sleeps(chip: Chip) -> None:
    chip.restart()
    chip.board.echo(b"the last request")
    before = chip.switches.status()["waits"]
    time.sleep(IDLE_S)
    waits = chip.switches.status()["waits"] - before
    assert waits <= MOST_WAITS, (
        f"the tasks of a board with nothing to do went round {waits} times in {IDLE_S:g} s: one "
        "does not wait, so that the chip is never idle"
    )
