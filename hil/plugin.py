"""The pytest plugin: options, fixtures, and a report that tells whose fault it was.

Loaded by every pytest run in an environment that has camhil installed, so this
module imports nothing that takes time; a board is opened by the first test that
asks for one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from hil.errors import (
    ExitCode,
    HilError,
    InfrastructureError,
    NotProvenError,
    UnavailableError,
    UsageError,
)
from hil.options import (
    BOARD_ARGUMENTS,
    RUN_ARGUMENTS,
    SIM_ARGUMENTS,
    VERDICT_ARGUMENTS,
    RunOptions,
    add_arguments,
)
from hil.record import FLAKY, RERUN
from hil.report.run_log import BY_VERDICT, KIND, RECORDED, WRONG, RunLog, set_kind

if TYPE_CHECKING:
    from hil.board import Board
    from hil.fixture_set import FixturePhoto
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle
    from hil.testbench import Bench
    from hil.workers import Controller

RecordMeasurement = Callable[[str, "float | str | None"], None]

_BENCH = pytest.StashKey["Bench"]()
_LOG = pytest.StashKey[RunLog]()
_RECORDED = pytest.StashKey["list[tuple[str, float | str | None]]"]()
_MOST_WRONG = 5  # answers that a test's failure lists
_CONTROLLER: pytest.StashKey[Controller] = pytest.StashKey()


# ---- options --------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    board = parser.getgroup("camhil", "camhil: tests on a board")
    add_arguments(board.addoption, BOARD_ARGUMENTS + RUN_ARGUMENTS + VERDICT_ARGUMENTS)
    add_arguments(parser.getgroup("camhil-sim", "camhil: --board sim").addoption, SIM_ARGUMENTS)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(capability): not run on a board whose identity lacks the capability"
    )
    config.pluginmanager.register(_Ending(), "camhil-ending")
    config.pluginmanager.register(_Reports(config), "camhil-reports")
    if _is_worker(config):
        return  # the controller has looked at the options
    try:
        _options(config).check()
        _distribute(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _options(config: pytest.Config) -> RunOptions:
    options = RunOptions.from_values(vars(config.option))
    if _is_worker(config):
        from hil.workers import options_of_worker

        return options_of_worker(options, config)
    return options


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")  # of pytest-xdist


def _distribute(config: pytest.Config) -> None:
    """Where pytest-xdist is to start workers, what they find is put together here."""
    if getattr(config.option, "dist", "no") == "no":
        return
    from hil.workers import Controller, check_workers, workers_of

    workers = workers_of(config)
    check_workers(_options(config), workers)
    if workers:
        controller = Controller(lambda: _log(config), lambda: _wants_log(config))
        config.stash[_CONTROLLER] = controller
        config.pluginmanager.register(controller, "camhil-controller")


def _bench(config: pytest.Config) -> Bench:
    if _BENCH not in config.stash:
        from hil.testbench import Bench

        config.stash[_BENCH] = Bench(_options(config))
    return config.stash[_BENCH]


def _log(config: pytest.Config) -> RunLog:
    if _LOG not in config.stash:
        config.stash[_LOG] = RunLog(_options(config).facts)
    return config.stash[_LOG]


# ---- fixtures -------------------------------------------------------------------


@pytest.fixture(scope="session")
def bench(pytestconfig: pytest.Config) -> Iterator[Bench]:
    """The board, the oracle and the tolerances of this run (`hil.testbench.Bench`)."""
    bench = _bench(pytestconfig)
    bench.progress = _progress(pytestconfig)
    yield bench
    _log(pytestconfig).wrong_outside_of_tests(len(bench.review()))
    _log(pytestconfig).bench_closing(bench)
    bench.close()


@pytest.fixture
def board(bench: Bench, request: pytest.FixtureRequest) -> Board:
    """A board that answers: flashed, identified, recovered if the last test lost it."""
    board = bench.testable_board(request.node.nodeid)
    for mark in request.node.iter_markers("needs"):
        bench.require(*mark.args)
    return board


@pytest.fixture(scope="session")
def oracle(bench: Bench) -> Oracle:
    """The host's answer for any image: LiteRT reference kernels and a numpy CAM."""
    return bench.oracle


@pytest.fixture(scope="session")
def tolerances(bench: Bench) -> Tolerances:
    """The tolerances in force."""
    return bench.tolerances


@pytest.fixture
def photo(request: pytest.FixtureRequest) -> Photo:
    """One photograph of `--photos`; a test that takes it runs once for each of them."""
    from hil.images import load

    entry: FixturePhoto = request.param
    return load(entry.path, resize=_options(request.config).resize)


@pytest.fixture
def record_measurement(request: pytest.FixtureRequest) -> RecordMeasurement:
    """Records a value of the test's own: `record_measurement("invoke_us", value)`.

    It appears in JUnit XML as a property of the test, and in the facts file.
    """

    def record(name: str, value: float | str | None) -> None:
        value = getattr(value, "item", lambda: value)()  # numpy's numbers are none of JSON's
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(
                f"record_measurement({name!r}): {value} is no measurement",
                where=request.node.nodeid,
                hint="record None where there is no value",
            )
        request.node.user_properties.append((name, value))
        request.node.stash.setdefault(_RECORDED, []).append((name, value))

    return record


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Our fixtures are asked anew by the next test: pytest would raise the same error again.

    What the bench remembers is the better answer: the board may be back, a time limit of one
    test is none of the others, and a board that is lost is "not run".
    """
    try:
        return (yield)
    except BaseException:
        if fixturedef.func.__module__ == __name__:
            fixturedef.finish(request)  # type: ignore[arg-type]
        raise


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "photo" in metafunc.fixturenames and _uses_our_photo(metafunc):
        from hil.fixture_set import load_photos

        photos = load_photos(_options(metafunc.config).photos)
        metafunc.parametrize("photo", photos, indirect=True, ids=[entry.name for entry in photos])


def _uses_our_photo(metafunc: pytest.Metafunc) -> bool:
    """False where a test or a conftest brings a `photo` of its own."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", "")
        listed = names.split(",") if isinstance(names, str) else names
        if "photo" in [name.strip() for name in listed]:
            return False
    manager = metafunc.definition.session._fixturemanager
    definitions = manager.getfixturedefs("photo", metafunc.definition)
    return definitions is not None and definitions[-1].func.__module__ == __name__


# ---- outcomes -------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    recorded = item.stash.get(_RECORDED, None) if report.when == "call" else None
    setattr(report, RECORDED, tuple(recorded or ()))
    error = None if call.excinfo is None else _cause(call.excinfo.value)
    setattr(report, BY_VERDICT, getattr(error, BY_VERDICT, ()))
    if isinstance(error, HilError):
        set_kind(report, error)
        if isinstance(error, UnavailableError):
            _skip(report, error)
    bench = item.config.stash.get(_BENCH, None)
    if bench is not None:
        _judge_answers(bench, report)
        if isinstance(error, InfrastructureError) and not isinstance(error, UnavailableError):
            bench.note_failure(error, item.nodeid)
        if report.when == "call":
            if report.passed:
                bench.note_success()
            _add_measurement(item, bench, report)
        _log(item.config).write_news(bench)
    if isinstance(error, HilError):
        _log(item.config).trouble(item.nodeid, error)
    return report


def _cause(raised: BaseException) -> BaseException:
    """What a test ended with; a time limit that interrupted camhil as what it is."""
    if "pytest_timeout" not in sys.modules:
        return raised
    from hil.timed_out import time_limit

    return time_limit(raised) or raised


def _judge_answers(bench: Bench, report: pytest.TestReport) -> None:
    """A test that passed over a wrong answer has failed, whatever it looked at."""
    wrong = bench.review()
    setattr(report, WRONG, bool(wrong))
    if wrong and report.passed:
        report.outcome = "failed"
        text = "\n".join(str(one) for one in wrong[:_MOST_WRONG])
        more = f"\nand {len(wrong) - _MOST_WRONG} more" if len(wrong) > _MOST_WRONG else ""
        report.longrepr = f"the board gave wrong answers in this test\n{text}{more}"
        setattr(report, BY_VERDICT, tuple(one.key for one in wrong))


class _Reports:
    """Takes down each outcome as it is reported: only then is it clear whether it counts.

    pytest-rerunfailures decides between the two whether an attempt is made again.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        config = self._config
        if _CONTROLLER in config.stash or not (_BENCH in config.stash or hasattr(report, KIND)):
            return
        log = _log(config)
        log.test_finished(report)
        if _is_worker(config):
            from hil.workers import send_with

            send_with(report, log)


def _skip(report: pytest.TestReport, error: UnavailableError) -> None:
    """What this machine cannot run is skipped; `RunLog.exit_code` keeps it from passing."""
    path, line, _ = report.location
    report.outcome = "skipped"
    report.longrepr = (path, (line or 0) + 1, f"Skipped: {error.message}; {error.hint}")


def _add_measurement(item: pytest.Item, bench: Bench, report: pytest.TestReport) -> None:
    """Latency and memory into JUnit, pictures into pytest-html, for tests of one photograph."""
    photo = getattr(item, "funcargs", {}).get("photo")
    measurement = bench.measurements.get(getattr(photo, "name", ""))
    if measurement is None:
        return
    report.user_properties.extend(measurement.properties())
    wanted = report.failed or _log(item.config).first_picture_of(measurement)
    if wanted and item.config.getoption("htmlpath", None):
        from hil.report.html import html_extra

        report.extras = [*getattr(report, "extras", []), html_extra(measurement)]  # type: ignore[attr-defined]


def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    kind = getattr(report, KIND, None)
    if report.outcome == RERUN:
        return None  # another attempt follows, and that one counts
    if kind == InfrastructureError.kind:
        return "infrastructure", "I", "INFRASTRUCTURE"
    if kind == "not run":
        return "not run", "N", "NOT RUN"
    if kind == NotProvenError.kind:
        return kind, "P", "NOT PROVEN"
    if kind == FLAKY:
        return "flaky", "f", "FLAKY"
    return None


# trylast: inside the terminal reporter's wrapper, so that its summary knows what is found here.
@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
    """Turns pytest's exit status into ours, also when a report cannot be written."""
    if _is_worker(session.config):
        from hil.workers import send_at_end

        yield
        send_at_end(session.config, session.config.stash.get(_LOG, None))
        return
    if _CONTROLLER in session.config.stash:
        session.config.stash[_CONTROLLER].finish()
    if _LOG in session.config.stash:
        session.config.stash[_LOG].diagnose()  # before reports are written: they show it
    options = _options(session.config)
    if _wants_verdict(session.config, options):
        # A run that used no board has to be told that its gates were not measured.
        _add_junit_properties(session, _log(session.config), options)
    try:
        yield
    except OSError as cause:
        from hil.record.writer import report_error

        _log(session.config).errors.append(report_error(cause.filename or "report", cause))
    log = session.config.stash.get(_LOG, None)
    if log is None:
        return
    if options.store is not None and not session.config.option.collectonly:
        log.add_to_store(options, int(session.exitstatus))
    log.close(int(session.exitstatus))
    if _wants_verdict(session.config, options):
        log.conclude(options)
    if not session.config.option.collectonly:
        log.tell_github()
    if session.exitstatus in (ExitCode.PASSED, ExitCode.TEST_FAILED):
        session.exitstatus = log.exit_code(int(session.exitstatus))


def _wants_verdict(config: pytest.Config, options: RunOptions) -> bool:
    asked = options.gates or options.baseline or options.store
    return bool(asked) and not config.option.collectonly


def _wants_log(config: pytest.Config) -> bool:
    return _LOG in config.stash or _wants_verdict(config, _options(config))


def _add_junit_properties(session: pytest.Session, log: RunLog, options: RunOptions) -> None:
    """The verdict and each gate as properties of the test suite."""
    from _pytest.junitxml import xml_key

    xml = session.config.stash.get(xml_key, None)
    if xml is not None and options.gates is not None:
        for name, value in log.gate_properties(options, int(session.exitstatus)):
            xml.add_global_property(name, value)


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(postfix: list[str], session: pytest.Session) -> None:
    """The diagnosis, in pytest-html's report."""
    log = session.config.stash.get(_LOG, None)
    if log is not None and log.diagnosis is not None and not log.diagnosis.empty:
        from hil.report.html import diagnosis_html

        postfix.append(diagnosis_html(log.diagnosis))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    log = terminalreporter.config.stash.get(_LOG, None)
    if log is not None:
        from hil.report.terminal import write_summary

        write_summary(terminalreporter, log, _options(terminalreporter.config).record)


class _Ending:
    """Writes the verdict below everything else, pytest's list of failures included."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> Generator[None, None, None]:
        yield
        log = terminalreporter.config.stash.get(_LOG, None)
        if log is not None and log.conclusion is not None:
            from hil.report.terminal import write_conclusion

            write_conclusion(terminalreporter, log.conclusion)


def _progress(config: pytest.Config) -> Callable[[str], None]:
    """Says what is going on while the terminal would otherwise stand still."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def say(text: str) -> None:
        if reporter is not None and config.get_verbosity() >= 0:
            reporter.ensure_newline()
            reporter.write_line(f"camhil: {text}")

    return say
