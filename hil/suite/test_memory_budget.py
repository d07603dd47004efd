"""The firmware keeps the memory budget of its project while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.suite.expect import not_asked

if TYPE_CHECKING:
    from hil.board import Board
    from hil.run.testbench import Bench


def test_the_memory_budget_is_kept(bench: Bench, board: Board) -> None:
    from hil.build.budget import read_budget
    from hil.build.running import budget_file, figures

    if board.build is None:
        not_asked("no memory budget: no build is named")
    file = budget_file(board.build)
    if file is None:
        not_asked(f"no memory budget: the project of {board.build.source} has no budget.toml")
    samples = [bench.sample(name).data for name in ("uniform-0", "constant", "uniform-0")]
    # Two at once, with all that a result can carry: the most that the stacks have to hold.
    list(board.infer_many(samples, cam_always=True))
    found = figures(board.memory(), board.identity.target, read_budget(file))
    assert found, "the board tells nothing of its memory"
    assert [str(figure) for figure in found if not figure.met] == [], f"limits of {file}"
