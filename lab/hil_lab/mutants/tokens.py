"""C++ as tokens, as far as a mutant needs it: code apart from comments, texts and includes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<include> ^[ \t]*\#(?:\\\n|[^\n])* )
    | (?P<text>    "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    | (?P<number>  (?:0[xX][\da-fA-F']+ | 0[bB][01']+ | \d[\d']*)[uUlL]*\b(?!\.)
                 | \d[\d.]*[eEfF\d]* )
    | (?P<word>    [A-Za-z_]\w* )
    | (?P<sign>    <<= | >>= | \.\.\. | :: | -> | \+\+ | -- | << | >> | <= | >= | == | !=
                 | && | \|\| | \+= | -= | \*= | /= | %= | &= | \|= | \^= | [^\w\s] )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: number, word, sign or text. Its place is from `begin` to `end`."""

    kind: str
    text: str
    begin: int
    end: int


def tokens_of(source: str) -> tuple[Token, ...]:
    """The code: no comments, no lines of the preprocessor, nothing in a static_assert."""
    found = [
        Token(str(match.lastgroup), match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(source)
        if match.lastgroup not in ("comment", "include")
    ]
    kept: list[Token] = []
    at = 0
    while at < len(found):
        if found[at].text == "static_assert":
            at = closing(found, at + 1) + 1
            continue
        kept.append(found[at])
        at += 1
    return tuple(kept)


def closing(tokens: Sequence[Token], at: int) -> int:
    """The bracket that closes the one at `at`; the last token if none does."""
    depth = 0
    for index in range(at, len(tokens)):
        if tokens[index].kind == "sign":
            depth += (tokens[index].text in _OPEN) - (tokens[index].text in _CLOSE)
        if depth == 0:
            return index
    return len(tokens) - 1
