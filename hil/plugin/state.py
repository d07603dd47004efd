"""What one pytest run of ours holds, and whether it holds it yet. Nothing here is a hook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hil.errors import HilError, UsageError
from hil.plugin.options import ShortNames
from hil.run.options import RunOptions
from hil.run.run_log import RunLog
from hil.run.settings import read_settings

if TYPE_CHECKING:
    from hil.plugin.workers import Controller
    from hil.run.testbench import Bench
    from hil.samples.fixture_set import FixturePhoto

NAMES = pytest.StashKey[ShortNames]()
BENCH_KEY = pytest.StashKey["Bench"]()
LOG = pytest.StashKey[RunLog]()
CONTROLLER: pytest.StashKey[Controller] = pytest.StashKey()
REFUSAL = pytest.StashKey[UsageError]()
_PHOTOS = pytest.StashKey["tuple[FixturePhoto, ...]"]()
_OPTIONS = pytest.StashKey[RunOptions]()


def given(config: pytest.Config) -> RunOptions:
    """The command line alone. Settings bind only the tests that use a board."""
    return RunOptions.from_values(vars(config.option))


def options_of(config: pytest.Config) -> RunOptions:
    if _OPTIONS not in config.stash:
        settings = read_settings(_project(config)) or read_settings(config.invocation_params.dir)
        options = RunOptions.from_values(vars(config.option), settings)
        if is_worker(config):
            from hil.plugin.workers import options_of_worker

            options = options_of_worker(options, config)
        config.stash[_OPTIONS] = options
    return config.stash[_OPTIONS]


def _project(config: pytest.Config) -> Path:
    """Where settings are looked for: where pytest was started, or the root of tests elsewhere.

    Its root alone does not tell: when pytest looks for that, it takes the file in `--hil-network
    FILE` for a test's.
    """
    root, start = config.rootpath, config.invocation_params.dir
    tests = [start / argument.partition("::")[0] for argument in config.args]
    elsewhere = any(test.exists() and test.resolve().is_relative_to(root) for test in tests)
    return root if elsewhere and not start.is_relative_to(root) else start


def photos_of(config: pytest.Config) -> tuple[FixturePhoto, ...]:
    """The run's photographs, read once; none and a refusal where they cannot be."""
    if _PHOTOS not in config.stash:
        from hil.samples.fixture_set import load_photos

        try:
            config.stash[_PHOTOS] = load_photos(options_of(config).photos)
        except UsageError as error:
            config.stash[REFUSAL], config.stash[_PHOTOS] = error, ()
    return config.stash[_PHOTOS]


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")  # of pytest-xdist


def bench_of(config: pytest.Config) -> Bench:
    if BENCH_KEY not in config.stash:
        from hil.run.testbench import Bench

        options = options_of(config)
        if is_worker(config):
            from hil.plugin.workers import check_workers

            # The controller has looked at the command line, and not at what settings bind.
            check_workers(options, config.workerinput["workercount"])  # type: ignore[attr-defined]
        config.stash[BENCH_KEY] = Bench(options)
    return config.stash[BENCH_KEY]


def log_of(config: pytest.Config) -> RunLog:
    if LOG not in config.stash:
        config.stash[LOG] = RunLog(options_of(config).facts)
    return config.stash[LOG]


@contextmanager
def told(config: pytest.Config) -> Iterator[None]:
    """Around the work of a hook: an error is shown at the end, and pytest goes on."""
    try:
        yield
    except HilError as error:
        log_of(config).errors.append(error)


def refusal_of(config: pytest.Config) -> UsageError | None:
    """The error that shows that the run, not one test, was used wrongly."""
    bench = config.stash.get(BENCH_KEY, None)
    return config.stash.get(REFUSAL, None if bench is None else bench.refusal)


def wants_verdict(config: pytest.Config) -> bool:
    """Asked for in the command line; or in the settings, and this run used a board."""
    if config.option.collectonly:
        return False
    options = options_of(config) if LOG in config.stash else given(config)
    return bool(options.gates or options.baseline or options.store)


def wants_log(config: pytest.Config) -> bool:
    return LOG in config.stash or wants_verdict(config)


def ending_of(config: pytest.Config, error: HilError) -> Exception:
    """What ends pytest with the error's text and exit code; never with INTERNALERROR."""
    text = config.stash[NAMES].in_this_run(str(error))
    if isinstance(error, UsageError):
        return pytest.UsageError(text)
    return pytest.exit.Exception(f"{error.kind}: {text}", returncode=int(error.exit_code))
