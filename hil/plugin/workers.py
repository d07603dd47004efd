"""pytest-xdist: several processes test, one of them writes and judges.

Each worker opens a board of its own, so only boards that exist as often as they are asked for
can be shared out. A worker writes nothing: the lines of its run file travel with the reports of
its tests, so that a worker that dies loses only the test that killed it. The controller puts
them into one run (`hil.facts.merge`), and concludes from that as any run does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hil.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    from hil.run.options import RunOptions
    from hil.run.run_log import RunLog

_LINES = "hil_lines"  # of a TestReport and of xdist's workeroutput: lines of the run file
_CRASHED = "hil_crashed"  # of the TestReport that xdist makes for a worker that died
_WRONG = "hil_wrong"  # of workeroutput: `RunLog.outside_of_tests`
_ERRORS = "hil_errors"  # of workeroutput: (message, where, hint) of each of `RunLog.errors`


def worker_of(config: pytest.Config) -> str:
    """The name of this process if it is a worker, such as gw0; empty otherwise."""
    name: str = getattr(config, "workerinput", {}).get("workerid", "")
    return name


def workers_of(config: pytest.Config) -> int:
    """How many workers this process, the controller, is to start; 0: it tests itself."""
    option = config.option
    if getattr(option, "dist", "no") == "no" or option.collectonly:
        return 0
    return sum(_times(spec) for spec in getattr(option, "tx", None) or ())


def _times(spec: str) -> int:
    """Of xdist's "3*popen", 3."""
    times = spec.partition("*")[0]
    return int(times) if times.isdigit() else 1


def check_workers(options: RunOptions, workers: int) -> None:
    """Raises UsageError where the board cannot be tested by so many processes at once."""
    if workers < 2:
        return
    from hil.board.spec import FORMS, parse_board_spec

    kind = parse_board_spec(options.board).kind
    own = [form.example for form in FORMS if form.one_each]
    if not any(form.kind == kind and form.one_each for form in FORMS):
        raise UsageError(
            f"{workers} processes cannot share the board {options.board}",
            where=f"-n {workers}",
            hint="one board answers one process: test it with -n 0. Several processes need a "
            f"board for each of them, which there is with --board {' or '.join(own)}",
        )
    if options.energy is not None:
        raise UsageError(
            f"{workers} processes have {workers} boards: one meter cannot tell them apart",
            where=f"-n {workers} --energy",
            hint="measure with -n 0, or leave out --energy",
        )
    if options.record is not None:
        raise UsageError(
            f"{workers} processes have {workers} conversations: one recording cannot hold them",
            where=f"--record {options.record}",
            hint="record with -n 0, or leave out --record",
        )


def options_of_worker(options: RunOptions, config: pytest.Config) -> RunOptions:
    """What a worker is asked to do: to measure with its own board, not to write or to judge."""
    file = options.sim_flash_file
    if file is not None and config.workerinput["workercount"] > 1:  # type: ignore[attr-defined]
        file = _beside(file, worker_of(config))
    return dataclasses.replace(
        options, facts=None, gates=None, baseline=None, store=None, sim_flash_file=file
    )


def _beside(file: Path, worker: str) -> Path:
    return file.with_name(f"{file.stem}-{worker}{file.suffix}")


def send_with(report: pytest.TestReport, log: RunLog) -> None:
    """Lets what a worker has found since the last report travel with this one."""
    setattr(report, _LINES, log.take_lines())


def send_at_end(config: pytest.Config, log: RunLog | None) -> None:
    """Lets a worker's last lines travel with its end."""
    if log is not None:
        output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
        output[_LINES] = log.take_lines()
        output[_WRONG] = log.outside_of_tests
        output[_ERRORS] = [(e.message, e.where, e.hint) for e in log.errors]


class Controller:
    """What pytest's hooks bring from the workers, put into the run's log.

    `log` gives it, and makes it at the first call; `in_use` tells whether this run has one: a
    project whose tests use no board is left alone.
    """

    def __init__(self, log: Callable[[], RunLog], in_use: Callable[[], bool]) -> None:
        self._log = log
        self._in_use = in_use
        self._died: dict[str, object] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._take(getattr(report, "worker_id", ""), vars(report).pop(_LINES, ()))
        if self._in_use():
            if vars(report).pop(_CRASHED, False):
                self._log().test_finished(report)
            else:
                self._log().show_flaky(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        self._take(node.gateway.id, output.get(_LINES, ()))
        if output.get(_WRONG):
            self._log().wrong_outside_of_tests(output[_WRONG])
        for message, where, hint in output.get(_ERRORS, ()):
            self._log().errors.append(InfrastructureError(message, where=where, hint=hint))
        if error is not None:
            self._died[node.gateway.id] = error

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """A test during which its process ended: nothing was measured."""
        if not self._in_use():
            return
        from hil.run.run_log import set_kind

        worker = report.node.gateway.id
        self._died.pop(worker, None)
        error = _dead(worker, f"while it ran {crashitem}")
        set_kind(report, error)
        setattr(report, _CRASHED, True)  # it is reported next, as an outcome or as one to rerun
        self._log().trouble(crashitem, error)

    def finish(self) -> None:
        """Before the run is concluded: what no test stands for."""
        if not self._in_use():
            return
        from hil.facts.merge import what_differs

        log = self._log()
        for worker, error in self._died.items():
            log.not_measured(f"worker {worker}", _dead(worker, f"outside of a test ({error})"))
        unlike = what_differs(log.records)
        if unlike:
            log.not_measured(
                "workers",
                InfrastructureError(
                    f"the workers' boards are not alike, in {unlike}",
                    where="pytest-xdist",
                    hint="something changed firmware or model during the run: run again",
                ),
            )

    def _take(self, worker: str, lines: Iterable[str]) -> None:
        lines = list(lines)
        if lines:
            self._log().take_from(worker, lines)


def _dead(worker: str, when: str) -> InfrastructureError:
    return InfrastructureError(
        f"the process of worker {worker} ended {when}",
        where="pytest-xdist",
        hint="what it has not reported is lost: run this test alone, with -n 0, to see why it ends",
    )
