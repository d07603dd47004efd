"""`--energy`: a meter that writes CSV beside a run on the simulated board."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.errors import ExitCode
from hil.facts.reader import read_run

pytest_plugins = ["pytester"]

TEST = """
def test_some_inferences(board, oracle):
    photo = bytes(range(256)) * 36
    for _ in range(12):
        assert board.infer(photo).count
"""
GATES = '[[gate]]\nmetric = "energy_uj"\nmax = "1 J"\n'


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[Path]:
    """A file to which 0.1 A are written, a line each half millisecond by this machine's clock."""
    path, done = tmp_path / "meter.csv", threading.Event()
    path.write_text("time_s,current_a\n")

    def write() -> None:
        written_s = time.monotonic()
        with path.open("a") as file:
            while not done.wait(0.002):
                now_s = time.monotonic()
                while written_s + 0.0005 < now_s:
                    written_s += 0.0005
                    file.write(f"{written_s:.6f},0.1\n")
                file.flush()

    thread = threading.Thread(target=write)
    thread.start()
    yield path
    done.set()
    thread.join()


def test_energy_beside_the_simulated_board_is_synthetic_and_no_gate_reads_it(
    pytester: pytest.Pytester, flash_file: Path, everything_is_imported: None, meter: Path
) -> None:
    pytester.makepyfile(TEST)
    pytester.makefile(".toml", gates=GATES)
    energy = f"csv:{meter},volts=5,delay_ms=200"
    options = ["--board", "sim", "--sim-flash-file", str(flash_file), "--sim-invoke-us", "20000"]
    result = pytester.runpytest_inprocess(
        *options, "--energy", energy, "--gates", "gates.toml", "--facts", "run.jsonl"
    )
    result.stdout.fnmatch_lines(
        ["energy *uJ an inference (mean of *synthetic: no simulated board takes*",
         "energy_uj: not measured: synthetic: no simulated board takes what a meter measures"]
    )  # fmt: skip
    assert result.ret == ExitCode.NOT_PROVEN
    run = read_run(pytester.path / "run.jsonl")
    assert run.energies  # on a busy machine the writer of the meter's file comes too late for some
    for record, inference in zip(run.energies, run.inferences, strict=False):
        # A constant power: what the clocks leave open changes nothing.
        assert record.energy_uj == pytest.approx(0.5 * inference.times.invoke_us, rel=0.02)
