"""The commands that the pages show: what stands in their blocks of `sh`."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "firmware/README.md")
)

_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"(\.venv/bin/)?(hil|pytest|make|python) [a-z./-]")


@dataclass(frozen=True)
class Command:
    """One command of a page; `words` as a shell would split it, without variables before it."""

    page: str
    text: str
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        return self.words[0]

    def option(self, name: str) -> str | None:
        """The value of an option, written with a blank or with `=`."""
        for word, following in zip(self.words, (*self.words[1:], ""), strict=True):
            if word == name:
                return following
            if word.startswith(f"{name}="):
                return word.removeprefix(f"{name}=")
        return None


def commands_of(page: str) -> list[Command]:
    """All commands of a page, in their order."""
    return [
        Command(page, line.strip(), words)
        for language, block in _blocks(page)
        if language == "sh"
        for line in block.replace("\\\n", " ").splitlines()
        for words in _simple_commands(line)
    ]


def blocks_that_hide_commands(page: str) -> list[str]:
    """First lines of blocks that begin like a command and are not marked as `sh`."""
    text = (ROOT / page).read_text("utf-8")
    plain = [block for language, block in _blocks(page) if not language]
    indented = re.findall(r"(?<=\n\n) {4}([^\n]+)", _BLOCK.sub("", text))
    return [first for block in (*plain, *indented) if _OURS.match(first := block.split("\n")[0])]


def _blocks(page: str) -> list[tuple[str, str]]:
    return _BLOCK.findall((ROOT / page).read_text("utf-8"))


def _simple_commands(line: str) -> list[tuple[str, ...]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    found: list[list[str]] = [[]]
    for word in lexer:
        if word in ("&&", "|", ";"):
            found.append([])
        elif found[-1] or not re.match(r"[A-Z_]+=", word):
            found[-1].append(word)
    for words in found:
        if words:
            words[0] = re.sub(r"^\.venv(-model)?/bin/", "", words[0])
    return [tuple(words) for words in found if words]
