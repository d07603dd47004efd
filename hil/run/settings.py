"""`[tool.camhil]` in pyproject.toml: what a project sets once.

    [tool.camhil]
    board = "/dev/ttyUSB0"
    firmware = "firmware/build"

The keys are pytest's options without `--hil-`. The command line wins over them. Paths are
relative to the file. Beside `network`, what its .tflite does not tell may stand here as well as
in the .toml beside it (`hil.network.settings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hil.base.toml_table import Table, read_toml
from hil.run.limits import LIMITS
from hil.run.options import ARGUMENTS, Argument
from hil.run.soak import parse_soak

FILE = "pyproject.toml"
_TABLE = ("tool", "camhil")
_WITH_FILE = (("board", "replay"), ("energy", "csv"))
"""Options and the kinds of value that name a file behind a colon."""


def read_settings(start: Path) -> Mapping[str, Any]:
    """Fields of `hil.run.options.RunOptions` from the nearest file at or above `start`.

    A pyproject.toml without the table, or that cannot be read, is passed over.

    Raises:
        UsageError: an unknown key, a value of another type or out of its range, or no table.
    """
    for folder in (start, *start.parents):
        path = folder / FILE
        try:
            ours = b"camhil" in path.read_bytes()  # nothing is parsed for other projects
        except OSError:
            continue
        table = read_toml(path).table(*_TABLE) if ours else None
        if table is not None:
            return _values(table, folder)
    return {}


def _values(table: Table, folder: Path) -> dict[str, Any]:
    from hil.network.settings import KEYS, take_settings

    given = [argument for argument in ARGUMENTS if table.has(argument.key)]
    values = {argument.name: _value(table, argument, folder) for argument in given}
    declared = next(filter(table.has, KEYS), None)
    if declared is not None:
        if "network" not in values:
            raise table.error(
                f"{declared} is said of no network",
                hint="name it here too, network = FILE, or write this into the .toml beside the "
                ".tflite, which goes wherever the network goes",
                key=declared,
            )
        values["declared"] = take_settings(table, str(folder / FILE))
    table.finish([argument.key for argument in ARGUMENTS])
    return values


def _value(table: Table, argument: Argument, folder: Path) -> Any:
    key, settings = argument.key, argument.settings
    if "action" in settings:
        return table.take(key, bool)
    kind = settings.get("type", str)
    if kind is Path:
        return folder / table.take(key, str)
    value: Any = table.take(key, kind)
    choices = settings.get("choices")
    if choices and value not in choices:
        raise table.error(
            f"{key} cannot be {value!r}", hint=f"choose from {', '.join(choices)}", key=key
        )
    limits = LIMITS.get(argument.name)
    if limits is not None and not limits.hold(value):
        raise table.error(f"{key} {value} cannot be used", hint=f"give {limits.wanted}", key=key)
    if argument.name == "soak":
        parse_soak(value)
    kind, colon, place = str(value).partition(":")
    if (argument.name, kind) in _WITH_FILE and colon:
        return f"{kind}:{folder / place}"
    return value
