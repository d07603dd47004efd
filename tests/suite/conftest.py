"""The bench of the suite, with the simulated board."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hil.board import Board
from hil.run.options import RunOptions
from hil.run.testbench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    flash = tmp_path_factory.mktemp("sim") / "flash.bin"
    bench = Bench(RunOptions(sim_flash_file=flash, handshake_s=60.0, image_s=60.0))
    yield bench
    bench.close()


@pytest.fixture
def board(bench: Bench) -> Board:
    return bench.testable_board()
