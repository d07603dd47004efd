"""A board that runs what it runs: compared with a named model, or judged without an oracle."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import hil.board
from hil.base.resources import find
from hil.board.errors import WrongIdentityError
from hil.errors import ExitCode, NotRunError, UsageError
from hil.facts.reader import read_run
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.sim.options import SimOptions
from hil.sim.process import SimProcess

pytest_plugins = ["pytester"]

MODEL = find("model/person_cam.tflite")

TESTS = """
    from hil.suite.expect import expect
    from hil.suite.pictures import synthetic_photo

    def test_without_oracle(board):
        assert board.echo(b"hello") == b"hello"
        assert board.infer(synthetic_photo("noise").tensor).count > 0

    def test_with_oracle(bench, board):
        expect(bench.measure(synthetic_photo("noise")), "answer", "score", "cam")

    def test_with_oracle_too(oracle):
        assert oracle.contract.head.threshold
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A flashed simulated board behind a TCP port: nothing can be flashed or reset there."""
    from hil.board import open_board
    from hil.board.options import BoardOptions
    from hil.sim import firmware

    options = SimOptions(flash_file=tmp_path_factory.mktemp("chip") / "flash.bin")
    open_board("sim", firmware=firmware.build(), options=BoardOptions(sim=options)).close()
    with SimProcess(options, tcp=0) as process:
        yield process.port


def run(pytester: pytest.Pytester, url: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(TESTS)
    return pytester.runpytest_inprocess(
        "--board", url, "--board-flash=never", "--facts=facts.jsonl", "-v", *arguments
    )


def test_without_a_model_only_what_needs_none_is_judged(
    pytester: pytest.Pytester, url: str
) -> None:
    result = run(pytester, url)
    assert result.ret == ExitCode.INFRASTRUCTURE
    result.stdout.fnmatch_lines(
        [
            "*test_without_oracle PASSED*",
            "*test_with_oracle NOT RUN*",
            "*test_with_oracle_too NOT RUN*",
            "*not run: not passed either*",
            "2 checks: no model to compare with *",
            "*hint: *--firmware DIR*--network FILE.tflite",
        ]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    facts = read_run(pytester.path / "facts.jsonl")
    assert facts.model is None
    assert facts.board is not None
    assert facts.link is not None
    assert facts.board.resolver == "none"
    assert facts.opinion is None


def test_with_the_model_that_the_user_names_all_is_judged(
    pytester: pytest.Pytester, url: str
) -> None:
    result = run(pytester, url, "--network", str(MODEL))
    assert result.ret == ExitCode.PASSED
    result.assert_outcomes(passed=3)
    facts = read_run(pytester.path / "facts.jsonl")
    assert facts.model is not None
    assert facts.board is not None
    assert facts.model.sha256 == facts.board.model_sha256
    assert facts.model.build_id == facts.board.build_id


# ---- which model it is, without a board -------------------------------------------


@pytest.fixture
def bench_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    def make(model: Path | None, *, on_board: bytes, build: Any = None) -> Bench:
        def opened(*_: object, **__: object) -> Any:
            identity = SimpleNamespace(model_sha256=on_board)
            return SimpleNamespace(
                identity=identity, build=build, incidents=[], note=print, close=lambda: None
            )

        monkeypatch.setattr(hil.board, "open_board", opened)
        return Bench(RunOptions(board="socket://lab:1", flash="never", network=model))

    return make


def test_another_model_on_the_board_is_one_first_cause(bench_of: Callable[..., Bench]) -> None:
    bench = bench_of(MODEL, on_board=bytes([7]) * 32)
    with pytest.raises(WrongIdentityError, match=r"the board's model has SHA-256 0707.*, .*tflite"):
        bench.ready_board("test_one")
    for later in (bench.ready_board, lambda: bench.oracle, lambda: bench.model):
        with pytest.raises(NotRunError, match=r"in test_one: the board's model has SHA-256 0707"):
            later()


def test_another_model_in_the_build_is_wrong_use(bench_of: Callable[..., Bench]) -> None:
    build = SimpleNamespace(model_sha256=bytes([7]) * 32, source="build", model=None)
    bench = bench_of(MODEL, on_board=bytes(32), build=build)
    with pytest.raises(UsageError, match="the build has another model") as wrong:
        bench.ready_board()
    assert bench.refusal is wrong.value


def test_the_oracle_without_a_model_is_a_check_that_could_not_run(
    bench_of: Callable[..., Bench],
) -> None:
    with pytest.raises(NotRunError, match="no model to compare with"):
        _ = bench_of(None, on_board=bytes(32)).oracle


def test_a_model_is_a_tflite_file_with_its_toml_or_a_model_image(tmp_path: Path) -> None:
    from hil.board.artifacts import read_model
    from hil.network.contract import read_network

    image = tmp_path / "model.bin"
    image.write_bytes(read_network(MODEL).partition)
    first, second = read_model(MODEL), read_model(image)
    assert first.tflite == second.tflite == MODEL.read_bytes()
    assert first.header == second.header
    alone = read_model(Path(shutil.copy(MODEL, tmp_path / "alone.tflite")))
    assert alone.header.head is None  # nobody says which class the map is of
    with pytest.raises(UsageError, match="cannot read the model"):
        read_model(tmp_path / "none.bin")
