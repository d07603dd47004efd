"""The pages of commands and options, written from the parsers at each build."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from hil.cli import COMMANDS, command_parser
from hil.run.options import ARGUMENTS, SIM_ARGUMENTS, Argument

_COLUMNS = "| | |\n|---|---|"


def write(folder: Path) -> None:
    """Writes the pages into the site's sources."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("cli", cli_page()), ("options", options_page())):
        (folder / f"{name}.md").write_text("\n".join(lines) + "\n", "utf-8")


def cli_page() -> Iterator[str]:
    """Every command of `hil` with its arguments."""
    yield "# The command `hil`\n"
    yield "`hil --help` and `hil COMMAND --help` say the same. Exit codes are those of"
    yield "[every run](../exit-codes.md). Boards are named as in"
    yield "[Attaching a board](../boards.md); what a project sets once goes into its"
    yield "[pyproject.toml](../pytest.md#settings).\n"
    yield _COLUMNS
    for name, summary in COMMANDS.items():
        yield f"| [`hil {name}`](#hil-{name}) | {_cell(summary)} |"
    for name, summary in COMMANDS.items():
        yield from _command(name, summary)


def options_page() -> Iterator[str]:
    """Every option that the plugin gives pytest."""
    yield "# Options of pytest\n"
    yield "The options of the plugin, as `pytest --help` has them too. The short name is ours where"
    yield "no other plugin and no conftest.py of your project has it; the long one always is"
    yield "([In your project](../pytest.md#options)). `hil` has those of the board as well.\n"
    yield from _table("Tests on a board", [a for a in ARGUMENTS if a not in SIM_ARGUMENTS])
    yield from _table("The simulated board", SIM_ARGUMENTS)


def _command(name: str, summary: str) -> Iterator[str]:
    parser = command_parser(name)
    usage = parser.format_usage().removeprefix("usage: ").strip()
    yield f"\n## hil {name}\n\n{summary[0].upper()}{summary[1:]}.\n\n```text\n{usage}\n```"
    for group in parser._action_groups:
        actions = [a for a in group._group_actions if not isinstance(a, argparse._HelpAction)]
        if actions:
            own = group.title in ("positional arguments", "options")
            yield "" if own else f"\n*{group.title}*"
            yield f"\n{_COLUMNS}"
            for action in actions:
                yield f"| {_names(action)} | {_cell(_help(parser, action))} |"


def _names(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _metavar(action)
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(f"`{name} {value}`".replace(" `", "`") for name in action.option_strings)


def _metavar(action: argparse.Action) -> str:
    if action.choices is not None and action.metavar is None:
        return f"{{{','.join(str(choice) for choice in action.choices)}}}"
    name = action.metavar or action.dest.upper()
    return " ".join(name) if isinstance(name, tuple) else str(name)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return "" if not action.help else action.help % {**vars(action), "prog": parser.prog}


def _table(title: str, arguments: list[Argument] | tuple[Argument, ...]) -> Iterator[str]:
    yield f"## {title}\n\n| option | long name | |\n|---|---|---|"
    for argument in arguments:
        yield f"| `{argument.flag}` | `{argument.option}` | {_cell(argument.help)} |"
    yield ""


def _cell(text: str) -> str:
    """Text in a table: what would be taken for a placeholder of HTML or a border is escaped."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split())).replace("<", "&lt;")
