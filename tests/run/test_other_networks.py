"""Trials of other networks: recorded apart, only where the flash may be written, and undone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.board.artifacts import read_expected
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.board.sim import SimAdapter
from hil.errors import ExitCode, NotAskedError
from hil.facts.other_networks import ANSWERS
from hil.facts.reader import read_run
from hil.judge.judged import judge_recorded
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.sim import firmware
from hil.sim.options import SimOptions
from hil.suite.networks import other_network

pytest_plugins = ["pytester"]

BREAKS = """
import hil.suite.test_replaced_network as suite

def ask(others, trial, samples, *, thorough):
    trial.infer(samples[0].data)
    {how}

suite.ask_everything = ask
"""


@pytest.fixture(scope="module")
def flashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a flash that holds the build."""
    path = tmp_path_factory.mktemp("flashed") / "flash.bin"
    board = SimAdapter(SimOptions(flash_file=path))
    open_adapter(board, read_expected(firmware.build()), BoardOptions(handshake_s=60.0)).close()
    return path


@pytest.fixture
def flash(flashed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(flashed, tmp_path / "flash.bin"))


@pytest.fixture
def bench(flash: Path) -> Iterator[Bench]:
    found = Bench(RunOptions(sim_flash_file=flash))
    yield found
    found.close()


def test_what_a_guest_answers_is_no_answer_of_the_run(bench: Bench) -> None:
    network = other_network("wide map, average pooling")
    with bench.others.network("wide", network.contract, network.traits) as trial:
        trial.infer(bytes(network.contract.header.sample_bytes))
    (record,) = bench.others.records
    assert (record.name, record.due, record.wrong, record.answers) == ("wide", ANSWERS, (), 1)
    assert bench.answers.inferences == []
    assert bench.others.away
    bench.others.restore()
    bench.ready_board().infer(bench.sample("uniform-0").data)
    assert len(bench.answers.inferences) == 1
    assert bench.review() == ()


def test_a_wrong_answer_of_a_guest_is_told_of_it_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle that is asked of another sample stands for a board that is wrong."""
    contract = other_network("svdf").contract
    with bench.others.network("svdf", contract, ()) as trial:
        run = trial.oracle.run
        monkeypatch.setattr(
            trial.oracle, "run", lambda sample, **options: run(bytes(len(sample)), **options)
        )
        trial.infer(b"\x40" * contract.header.sample_bytes)
    bench.others.restore()
    (record,) = bench.others.records
    assert record.wrong
    assert bench.review() == ()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (RunOptions(flash="never"), "--board-flash never"),
        (RunOptions(board="qemu"), "with --thorough alone"),
        (RunOptions(record=Path("talk.rec")), "a recording is of one network"),
    ],
)
def test_a_flash_that_is_not_to_be_written_is_not(
    bench: Bench, options: RunOptions, why: str
) -> None:
    bench.ready_board()
    bench.options = options
    with pytest.raises(NotAskedError, match=why):
        bench.others.require()


def test_a_board_without_lines_into_its_loader_is_not_asked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ready_board()
    monkeypatch.setattr(SimAdapter, "can_load", False)
    contract = other_network("svdf").contract
    trial = bench.others.network("svdf", contract, ())
    with pytest.raises(NotAskedError, match="no reset lines"), trial:
        raise AssertionError("it was written")
    assert not bench.others.away


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("raise AssertionError('it broke')", ExitCode.TEST_FAILED),
        ("raise KeyboardInterrupt", ExitCode.INTERRUPTED),
    ],
)
def test_the_runs_own_network_is_back_however_a_trial_ends(
    pytester: pytest.Pytester, flash: Path, how: str, kind: ExitCode
) -> None:
    pytester.makeconftest(BREAKS.format(how=how))
    options = ("--facts=run.jsonl", f"--sim-flash-file={flash}", "-k", "variable or own_network")
    run = pytester.runpytest_subprocess("--pyargs", "hil.suite.test_replaced_network", *options)
    assert run.ret == kind
    facts = read_run(pytester.path / "run.jsonl")
    (record,) = facts.other_networks
    assert record.name == "variable"
    assert record.wrong
    assert judge_recorded(facts).wrong == ()
    after = Bench(RunOptions(sim_flash_file=flash, flash="never", firmware=None))
    try:
        identity = after.ready_board().identity
        assert facts.model is not None
        assert identity.model_sha256.hex() == facts.model.sha256
    finally:
        after.close()
