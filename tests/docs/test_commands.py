"""Every command that a page shows is one that its program takes; those of the quick starts run."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from hil.cli import COMMANDS, command_parser
from tests.docs.commands import PAGES, ROOT, Command, blocks_that_hide_commands, commands_of

# Programs of others, which no parser of ours knows.
FOREIGN = {
    ".", "bencher", "cd", "cmake", "ctest", "docker", "echo", "esp_rfc2217_server", "esptool", "gh",
    "git", "idf.py", "ls", "pip", "sha256sum", "sudo", "tee", "tensorboard", "unzip",
}  # fmt: skip


@pytest.fixture
def taken(request: pytest.FixtureRequest) -> Callable[[Command], bool]:
    """Whether a command's program takes it."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    def takes(command: Command) -> bool:
        name, *arguments = command.words
        if name in ("python", "python3") and arguments[:2] == ["-m", "pytest"]:
            name, arguments = "pytest", arguments[2:]
        if name == "hil":
            command_parser(arguments[0]).parse_args(arguments[1:])
            return arguments[0] in COMMANDS
        if name == "pytest":
            request.config._parser.parse(arguments)
            return True
        if name == "make":
            return {word for word in arguments if "=" not in word} <= targets
        if name in ("python", "python3"):
            return is_a_program(arguments)
        return name in FOREIGN

    return takes


def is_a_program(arguments: list[str]) -> bool:
    """Whether `python ...` names a module or a file of ours, or one of ESP-IDF's."""
    if arguments[0] == "-m":
        place = arguments[1].replace(".", "/")
        there = (
            f"{place}.py",
            f"{place}/__main__.py",
            f"lab/{place}.py",
            f"lab/{place}/__main__.py",
        )
        return arguments[1] == "venv" or any((ROOT / path).exists() for path in there)
    return arguments[0].startswith("$IDF_PATH/") or (ROOT / arguments[0]).exists()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_one_that_its_program_takes(
    page: str, taken: Callable[[Command], bool]
) -> None:
    wrong = []
    for command in commands_of(page):
        try:
            fine = taken(command)
        except (SystemExit, pytest.UsageError, KeyError, ModuleNotFoundError):
            fine = False
        if not fine:
            wrong.append(command.text)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_no_command_hides_in_a_block_of_another_kind(page: str) -> None:
    assert blocks_that_hide_commands(page) == []
