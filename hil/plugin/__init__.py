"""The pytest plugin: options, fixtures, and a report that tells whose fault it was.

Loaded by every pytest run in an environment that has camhil installed, so this
module imports nothing that takes time; a board is opened by the first test that
asks for one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hil.errors import HilError, InfrastructureError, UnavailableError, UsageError
from hil.plugin import last_words
from hil.plugin.checks import BENCH, check_tests
from hil.plugin.ending import Ending, Verdict
from hil.plugin.needs import NEEDS, THOROUGH, is_ours, long_tests
from hil.plugin.options import add_options
from hil.plugin.outcomes import ENDS_RUN, Outcomes, cause_of
from hil.plugin.screen import progress
from hil.plugin.state import (
    BENCH_KEY,
    CONTROLLER,
    NAMES,
    REFUSAL,
    bench_of,
    ending_of,
    given,
    is_worker,
    log_of,
    options_of,
    photos_of,
    refusal_of,
    told,
    wants_log,
)
from hil.run.run_log import BY_VERDICT, RECORDED, USES_BOARD, WRONG, set_kind

if TYPE_CHECKING:
    from hil.board import Board
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle
    from hil.run.run_log import RunLog
    from hil.run.testbench import Bench
    from hil.samples.fixture_set import FixturePhoto
    from hil.samples.seeded import Sample

RecordMeasurement = Callable[[str, "float | str | None"], None]

_RECORDED = pytest.StashKey["list[tuple[str, float | str | None]]"]()
_MOST_WRONG = 5  # answers that a test's failure lists


# ---- options --------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)
    config.stash[NAMES] = add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", NEEDS)
    config.addinivalue_line("markers", THOROUGH)
    config.pluginmanager.register(Outcomes(config.stash[NAMES]), "camhil-outcomes")
    config.pluginmanager.register(Ending(config), "camhil-ending")
    config.pluginmanager.register(Verdict(), "camhil-verdict")
    if is_worker(config):
        return  # the controller has looked at the options
    try:
        options_of(config)
        given(config).check()
        _distribute(config)
    except HilError as error:
        raise ending_of(config, error) from error


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Tells when pytest took the board for a place of tests; it looks before it loads plugins."""
    board, here = Path(given(config).board).absolute(), config.invocation_params.dir
    led_astray = board.exists() and config.rootpath in (board, board.parent)
    if not led_astray or config.rootpath in (here, *here.parents):
        return []
    return [
        f"camhil: pytest takes {board} for a place of tests, so this project's settings are not "
        f"read: write --hil-board={board}"
    ]


def _distribute(config: pytest.Config) -> None:
    """Where pytest-xdist is to start workers, what they find is put together here."""
    if getattr(config.option, "dist", "no") == "no":
        return
    from hil.plugin.workers import Controller, check_workers, workers_of

    workers = workers_of(config)
    check_workers(given(config), workers)
    if workers:
        controller = Controller(lambda: log_of(config), lambda: wants_log(config))
        config.stash[CONTROLLER] = controller
        config.pluginmanager.register(controller, "camhil-controller")


# ---- fixtures -------------------------------------------------------------------


# The others ask for this one, whose name nobody else has: a project may have a `bench` of its own.
@pytest.fixture(scope="session", name=BENCH)
def hil_bench(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The bench of this run, as `bench`."""
    try:
        bench = bench_of(pytestconfig)
        bench.energy.start()
    except UsageError as error:
        pytestconfig.stash[REFUSAL] = error
        raise
    bench.progress = progress(pytestconfig)
    yield bench
    try:
        wrong = bench.review()
        log_of(pytestconfig).wrong_outside_of_tests(len(wrong), "; ".join(map(str, wrong[:1])))
        last_words.ask_again(request.session, bench, log_of(pytestconfig))
        log_of(pytestconfig).bench_closing(bench)
    finally:
        bench.close()


@pytest.fixture(scope="session")
def bench(_hil_bench: Bench) -> Bench:
    """The board, the oracle and the tolerances of this run (`hil.run.testbench.Bench`)."""
    return _hil_bench


@pytest.fixture
def board(_hil_bench: Bench, request: pytest.FixtureRequest) -> Board:
    """A board that answers: flashed, identified, recovered if the last test lost it."""
    board = _hil_bench.testable_board(request.node.nodeid)
    for mark in request.node.iter_markers("needs"):
        if is_ours(mark, board.identity.capabilities, request.config):
            _hil_bench.require(*mark.args)
    return board


@pytest.fixture(scope="session")
def oracle(_hil_bench: Bench) -> Oracle:
    """The host's answer for any sample (`hil.oracle.Oracle`)."""
    return _hil_bench.oracle


@pytest.fixture(scope="session")
def tolerances(_hil_bench: Bench) -> Tolerances:
    """The tolerances in force."""
    return _hil_bench.tolerances


@pytest.fixture
def photo(request: pytest.FixtureRequest, _hil_bench: Bench) -> Photo:
    """One photograph of `--photos`; a test that takes it runs once for each of them. Beside `board`
    or `oracle` it has the size and the channels of the network's input."""
    from hil.images import load

    entry: FixturePhoto = request.param
    try:
        found = load(entry.path, resize=options_of(request.config).resize)
    except UsageError as error:
        request.config.stash[REFUSAL] = error
        raise
    # Both have found out by now which network it is.
    asks = {"board", "oracle"}.intersection(request.fixturenames)
    return _hil_bench.fitting(found) if asks else found


@pytest.fixture
def sample(request: pytest.FixtureRequest, _hil_bench: Bench) -> Sample:
    """A seeded sample of the network; a test that takes it runs once for each of `--samples`."""
    return _hil_bench.sample(request.param)


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
    if _uses_ours(metafunc, "photo"):
        photos = photos_of(metafunc.config)
        metafunc.parametrize("photo", photos, indirect=True, ids=[entry.name for entry in photos])
    if _uses_ours(metafunc, "sample"):
        from hil.samples.seeded import sample_names

        names = sample_names(options_of(metafunc.config).samples)
        metafunc.parametrize("sample", names, indirect=True)


def _uses_ours(metafunc: pytest.Metafunc, name: str) -> bool:
    """False where a test or a conftest brings a fixture of its own with this name."""
    if name not in metafunc.fixturenames:
        return False
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", "")
        listed = names.split(",") if isinstance(names, str) else names
        if name in [each.strip() for each in listed]:
            return False
    manager = metafunc.definition.session._fixturemanager
    definitions = manager.getfixturedefs(name, metafunc.definition)
    return definitions is not None and definitions[-1].func.__module__ == __name__


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects the long tests in a run that is not thorough."""
    long = long_tests(items, config)
    if not long:
        return
    try:
        thorough = options_of(config).thorough
    except HilError as error:
        raise ending_of(config, error) from error
    if not thorough:
        config.hook.pytest_deselected(items=long)
        left_out = set(long)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Tells wrong use once, before the tests; a worker of xdist tells it in its first test."""
    config = session.config
    if config.option.collectonly or is_worker(config):
        return
    try:
        if REFUSAL in config.stash:
            raise config.stash[REFUSAL]
        check_tests(session.items, options_of(config))
    except HilError as error:
        raise ending_of(config, error) from error


# ---- outcomes -------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    recorded = item.stash.get(_RECORDED, None) if report.when == "call" else None
    setattr(report, RECORDED, tuple(recorded or ()))
    error = cause_of(call)
    setattr(report, BY_VERDICT, getattr(error, BY_VERDICT, ()))
    setattr(report, USES_BOARD, BENCH in getattr(item, "fixturenames", ()))
    bench = item.config.stash.get(BENCH_KEY, None)
    with told(item.config):
        if isinstance(error, UsageError) and error is refusal_of(item.config):
            setattr(report, ENDS_RUN, True)
            item.session.shouldfail = "usage: the run cannot go on"
        if bench is not None:
            _judge_answers(bench, report)
            _tell_caught(bench, report, error, log_of(item.config))
            if isinstance(error, InfrastructureError) and not isinstance(error, UnavailableError):
                bench.note_failure(error, item.nodeid)
            if report.when == "call":
                if report.passed:
                    bench.note_success()
                _add_measurement(item, bench, report)
            log_of(item.config).write_news(bench)
        if isinstance(error, HilError):
            log_of(item.config).trouble(item.nodeid, error)
    return report


def _judge_answers(bench: Bench, report: pytest.TestReport) -> None:
    """A test in which a wrong answer came has failed, whatever it looked at; unless it is to."""
    wrong = bench.review()
    setattr(report, WRONG, bool(wrong))
    expected = hasattr(report, "wasxfail")
    if wrong and not report.failed and not expected:
        report.outcome = "failed"
        text = "\n".join(str(one) for one in wrong[:_MOST_WRONG])
        more = f"\nand {len(wrong) - _MOST_WRONG} more" if len(wrong) > _MOST_WRONG else ""
        report.longrepr = f"the board gave wrong answers in this test\n{text}{more}"
        setattr(report, BY_VERDICT, tuple(one.key for one in wrong))


def _tell_caught(
    bench: Bench, report: pytest.TestReport, error: BaseException | None, log: RunLog
) -> None:
    """A board that was lost is told, also where the test caught the error and went on."""
    lost = bench.caught(error, report.nodeid)
    if lost is None:
        return
    if report.passed and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        set_kind(report, lost)
        log.trouble(report.nodeid, lost)
    else:
        log.not_measured(report.nodeid, lost)


def _add_measurement(item: pytest.Item, bench: Bench, report: pytest.TestReport) -> None:
    """Latency and memory into JUnit, pictures into pytest-html, for tests of one photograph."""
    photo = getattr(item, "funcargs", {}).get("photo")
    measurement = bench.measurements.get(getattr(photo, "name", ""))
    if measurement is None:
        return
    report.user_properties.extend(measurement.properties())
    wanted = report.failed or log_of(item.config).first_picture_of(measurement)
    if wanted and item.config.getoption("htmlpath", None):
        from hil.report.html import html_extra

        report.extras = [*getattr(report, "extras", []), html_extra(measurement)]  # type: ignore[attr-defined]
