"""The options in pytest: `--hil-NAME`, and short names where nobody else has them.

A short name (`--board`) is never an option of pytest's parser, so no conftest and no plugin can
collide with it, whatever loads first. Instead the arguments are looked at before each parse. In
the last one, when all options are known, a short name that nobody has becomes the long one. The
parses before it are for pytest's own options and the places of conftests; there it is left out
with its value, which would be taken for a place of tests.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.run.options import ARGUMENTS, SIM_ARGUMENTS, Argument, add_arguments

if TYPE_CHECKING:
    import pytest

_LONG = {argument.flag: argument.option for argument in ARGUMENTS}
_SWITCHES = {argument.flag for argument in ARGUMENTS if "action" in argument.settings}
_HELP = {argument.option: argument.help for argument in ARGUMENTS}
_OTHERS = tuple(argument for argument in ARGUMENTS if argument not in SIM_ARGUMENTS)

_TELLS = "camhil_tells"

_Change = Callable[[Sequence[str], frozenset[str]], Iterator[str]]


def add_options(parser: pytest.Parser) -> ShortNames:
    """Adds `--hil-NAME` for every option, and lets `parser` take the short names."""
    _tell_collisions(parser)
    _add(parser, "camhil", "camhil: tests on a board", _OTHERS)
    _add(parser, "camhil-sim", "camhil: the simulated board", SIM_ARGUMENTS)
    return ShortNames(parser)


def _add(parser: pytest.Parser, name: str, title: str, arguments: tuple[Argument, ...]) -> None:
    add_arguments(parser.getgroup(name, title).addoption, arguments, long=True)


def _tell_collisions(parser: pytest.Parser) -> None:
    """Lets whoever adds an option second, with a long name of ours, be told so as wrong use."""
    # pytest would end with a traceback. The attributes are in pytest 8 and 9.
    parser_: Any = parser
    get = parser_.getgroup

    def getgroup(*args: Any, **named: Any) -> Any:
        group = get(*args, **named)
        if not hasattr(group, _TELLS):
            setattr(group, _TELLS, True)
            group.addoption = _telling(group.addoption)
        return group

    parser_.getgroup = getgroup
    parser_._anonymous.addoption = _telling(parser_._anonymous.addoption)


def _telling(add: Callable[..., Any]) -> Callable[..., Any]:
    def add_or_tell(*names: str, **settings: Any) -> Any:
        with _collisions():
            return add(*names, **settings)

    return add_or_tell


@contextmanager
def _collisions() -> Iterator[None]:
    """Within, a second option with a long name of ours is wrong use."""
    try:
        yield
    except (ValueError, argparse.ArgumentError) as cause:
        name = next(
            (name for name in _LONG.values() if re.search(rf"{name}(?![\w-])", str(cause))), ""
        )
        if not name:
            raise
        import pytest

        error = UsageError(
            f"two options have the name {name}",
            hint="names that begin with --hil- are camhil's: rename the other one, of a "
            "conftest.py or a plugin; or do without camhil here, with -p no:camhil",
        )
        raise pytest.UsageError(str(error)) from cause


class ShortNames:
    """Which short names are ours in this run; asked anew each time, since conftests add options."""

    def __init__(self, parser: pytest.Parser) -> None:
        self._parser = parser
        # All parses use these two, in pytest 8 and 9, with the arguments first.
        self._wrap("parse_known_and_unknown_args", without_short_names)
        self._wrap("parse", with_long_names)

    def taken(self) -> frozenset[str]:
        """Short names that somebody else's option has."""
        return frozenset(name for option in self._options() for name in option.names()) & {*_LONG}

    def in_this_run(self, text: str) -> str:
        """A message, with the long name of every option whose short name is somebody else's."""
        if "--" not in text:
            return text
        for name in self.taken():
            text = re.sub(rf"(?<![\w-]){name}(?![\w-])", _LONG[name], text)
        return text

    def _wrap(self, method: str, change: _Change) -> None:
        parse = getattr(self._parser, method)

        def parse_changed(args: Sequence[str | os.PathLike[str]], *rest: Any, **named: Any) -> Any:
            if change is with_long_names:
                self._show_in_help()
            given = [os.fspath(arg) for arg in args]
            with _collisions():  # pytest 8 finds some of them only here
                return parse(list(change(given, self.taken())), *rest, **named)

        setattr(self._parser, method, parse_changed)

    def _show_in_help(self) -> None:
        """Names the short form in the help of each option that has it."""
        ours = {long: short for short, long in _LONG.items() if short not in self.taken()}
        for option in self._options():
            long = next((name for name in option.names() if name in _LONG.values()), None)
            if long is not None:
                shown = self.in_this_run(_HELP[long])
                shown += f" (short: {ours[long]})" if long in ours else ""
                option.attrs()["help"] = shown

    def _options(self) -> Iterator[Any]:
        # No public way leads to the names that are in use; these attributes are in pytest 8 and 9.
        parser: Any = self._parser
        for group in (*parser._groups, parser._anonymous):
            yield from group.options


def with_long_names(args: Sequence[str], taken: frozenset[str]) -> Iterator[str]:
    """The arguments with `--hil-NAME` for each short name that is not `taken`."""
    for arg, name, value in _split(args, taken):
        yield arg if name is None else _LONG[name] + value


def without_short_names(args: Sequence[str], taken: frozenset[str]) -> Iterator[str]:
    """The arguments without short names that are not `taken`, and without their values.

    A value that is a place of tests stays: a conftest in it may make the name a switch.
    """
    waiting = False
    for arg, name, value in _split(args, taken):
        if name is not None:
            waiting = not value and name not in _SWITCHES
        elif arg.startswith("-") or not waiting or _is_place_of_tests(arg):
            yield arg
            waiting = False
        else:
            waiting = False


def _split(args: Sequence[str], taken: frozenset[str]) -> Iterator[tuple[str, str | None, str]]:
    """Each argument; with name and "=value" for a short name of ours, before any "--"."""
    options = True
    for arg in args:
        options = options and arg != "--"
        name, equals, value = arg.partition("=")
        ours = options and name in _LONG and name not in taken
        yield arg, name if ours else None, equals + value


def _is_place_of_tests(arg: str) -> bool:
    path, node, _ = arg.partition("::")
    return bool(node) or path.endswith(".py") or Path(path, "conftest.py").is_file()
