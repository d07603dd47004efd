"""What only a chip reports: cycles, heap, stacks, and that an idle board does nothing.

On the simulated board the figures are chosen, so each has to arrive as it is. Those of a chip are
looked at in `test_resources.py`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hil.suite.expect import not_asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.board import Board
    from hil.run.testbench import Bench
    from hil.sim.process import Figures, SimProcess
    from hil.wire.replies import HeapState

IDLE_S = 0.1
MOST_WAITS = 100
"""Of the three tasks in that time: each waits up to a second, and a little more often after it had
something to do. One that does not wait comes to thousands."""
PER_US = 240
RUNS = 5


@pytest.fixture
def chip(board: Board) -> Iterator[SimProcess]:
    """The simulated board's switches; it reports nothing again afterwards."""
    from hil.sim.process import Figures

    if board.simulated is None:
        not_asked("the figures of a real board are nobody's to choose")
    yield board.simulated
    board.simulated.figures(Figures())
    if board.identity.capabilities.cycles:
        board.reset()


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
        "heap alone": Figures(heap=(0, 1, 4_294_967_295)),
        "psram alone": Figures(psram=(3, 2, 1)),
        "a stack": Figures(stacks=(("transmit", 0),)),
        "nothing": Figures(),
    }


@pytest.mark.parametrize("name", ["all", "heap alone", "psram alone", "a stack", "nothing"])
def test_heap_and_stacks_arrive_as_the_machine_reports_them(
    board: Board, chip: SimProcess, name: str
) -> None:
    def told(heap: HeapState | None) -> tuple[int, int, int] | None:
        if heap is None:
            return None
        return heap.free_bytes, heap.minimum_free_bytes, heap.largest_block_bytes

    chosen = figures()[name]
    chip.figures(chosen)
    memory = board.memory()
    for what, heap, right in (
        ("heap", memory.heap, chosen.heap),
        ("PSRAM", memory.psram, chosen.psram),
    ):
        assert told(heap) == right, f"{what} (free, least free, largest block): wrong on the way"
    stacks = tuple((stack.task, stack.never_used_bytes) for stack in memory.stacks)
    assert stacks == chosen.stacks, "stacks (task, bytes never used): wrong on the way"


def test_cycles_are_those_of_the_inference(bench: Bench, board: Board, chip: SimProcess) -> None:
    from hil.sim.process import Figures

    sample = bench.sample("uniform-0").data
    assert board.infer(sample).invoke_cycles is None, "the board has no counter, and tells cycles"
    chip.figures(Figures(cycles_per_us=PER_US))
    board.reset()
    assert board.identity.capabilities.cycles, "the board has a counter of cycles, and says no"
    runs = [board.infer(sample) for _ in range(RUNS)]
    assert all(run.invoke_cycles is not None for run in runs), "the board does not tell its cycles"
    # Clock and counter are not read at the same moment, and a busy host may sleep in between.
    off = min(abs((run.invoke_cycles or 0) / PER_US - run.times.invoke_us) for run in runs)
    assert off <= 50, (
        f"cycles are not those of the inference: at {PER_US} in a microsecond they are {off:.0f} "
        "us off in the best of all runs"
    )


@pytest.mark.needs("trace")
def test_times_and_cycles_of_operators_are_not_mixed_up(
    bench: Bench, board: Board, chip: SimProcess
) -> None:
    from hil.sim.process import Figures

    sample = bench.sample("uniform-0").data
    board.infer(sample, trace=True)
    unknown = [(entry.us, entry.cycles) for entry in board.trace()]
    assert set(unknown) == {(None, None)}, "the board tells times of operators that it cannot know"
    chip.figures(Figures(cycles_per_us=PER_US))
    board.reset()
    assert board.identity.capabilities.op_times, "the engine tells operators' times, the board no"
    whole = board.infer(sample, trace=True).times.invoke_us
    for entry in board.trace():
        where = f"operator {entry.op}, output {entry.output}"
        if entry.output:
            assert (entry.us, entry.cycles) == (None, None), f"{where}: a time that is another's"
            continue
        assert entry.us is not None, f"{where}: no time"
        assert entry.us <= whole, f"{where}: {entry.us} us of an inference of {whole} us"
        assert entry.cycles == entry.us * PER_US, f"{where}: not the cycles of {entry.us} us"


def test_a_counter_that_came_round_tells_nothing(
    bench: Bench, board: Board, chip: SimProcess
) -> None:
    from hil.sim.process import Figures

    # 2^32 of these cycles pass in two microseconds.
    chip.figures(Figures(cycles_per_us=2**31))
    board.reset()
    assert board.infer(bench.sample("uniform-0").data).invoke_cycles is None, (
        "the counter of cycles came round during the inference, and the board tells what is left"
    )


def test_an_idle_board_sleeps(board: Board, chip: SimProcess) -> None:
    board.echo(b"the last request")
    before = chip.status()["waits"]
    time.sleep(IDLE_S)
    waits = chip.status()["waits"] - before
    assert waits <= MOST_WAITS, (
        f"a board with nothing to do waited {waits} times in {IDLE_S:g} s: a task goes round "
        "without waiting, so that the chip is never idle"
    )
