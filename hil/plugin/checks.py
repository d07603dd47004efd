"""Wrong use that can be told before the first test, and without a board."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from hil.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from hil.run.options import RunOptions
    from hil.samples.fixture_set import FixturePhoto

BENCH = "_hil_bench"
"""The fixture that all others of ours ask for."""


def check_tests(items: Sequence[pytest.Item], options: RunOptions) -> None:
    """Looks at what these tests will ask of the options.

    Raises:
        UsageError: an option or setting that the tests need cannot be used, the board has
            nothing to be flashed with, or a picture cannot be a test's photograph.
    """
    _check_photos(dict.fromkeys(_photos(items)), options)
    if any(BENCH in getattr(item, "fixturenames", ()) for item in items):
        _check_board(options)


def _check_board(options: RunOptions) -> None:
    from hil.board.opening import check_build

    options.check()
    with suppress(InfrastructureError):  # no board: the first test that needs one tells it
        check_build(options.board, options.firmware, options.flash)
        if options.network is not None and options.firmware is not None:
            _check_network(options.firmware, options.network, options)


def _check_network(firmware: Path, network: Path, options: RunOptions) -> None:
    from hil.board.artifacts import read_expected, read_model
    from hil.board.identity import check_model_of

    build, model = read_expected(firmware), read_model(network, options.declared)
    if options.flash == "never":
        check_model_of(build, model)
    else:
        build.with_network(model)  # raises where it does not fit


def _photos(items: Sequence[pytest.Item]) -> Iterator[FixturePhoto]:
    from hil.samples.fixture_set import FixturePhoto

    for item in items:
        callspec = getattr(item, "callspec", None)
        entry = None if callspec is None else callspec.params.get("photo")
        if isinstance(entry, FixturePhoto):
            yield entry


def _check_photos(photos: Collection[FixturePhoto], options: RunOptions) -> None:
    if not photos or options.photos is None:
        return  # none, or camhil's own
    from hil.images import load

    errors = []
    for photo in photos:
        try:
            load(photo.path, resize=options.resize)
        except UsageError as error:
            errors.append(error)
    if errors:
        first, more = errors[0], len(errors) - 1
        others = f"; {more} more of {len(photos)} cannot be used" if more else ""
        raise UsageError(first.message + others, where=first.where, hint=first.hint)
