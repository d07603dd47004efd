"""All mutants of a C++ source: each one small change of its code, as a typing mistake or a slip of
thought would make it.

The changes are those of R. A. DeMillo, R. J. Lipton and F. G. Sayward, "Hints on Test Data
Selection", Computer 11 (1978) and of what followed it: another operator, another constant, a
condition negated or decided, a part of it or a statement left out. They work on tokens: what is
in a comment, in a text or in a static_assert changes no answer of a board, and is left alone.
The code has to be formatted by clang-format: an operator with two operands has a blank on each
side, which tells it from a pointer, a reference and a template's brackets.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hil_lab.mutants.tokens import Token, closing, tokens_of

_BINARY = {
    "+": ("-", "*"), "-": ("+", "*"), "*": ("+", "/"), "/": ("*", "%"), "%": ("/", "*"),
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",),
    "&": ("|",), "|": ("&",), "^": ("|",), "<<": (">>",), ">>": ("<<",),
    "+=": ("-=", "="), "-=": ("+=", "="), "|=": ("&=", "="), "&=": ("|=", "="),
}  # fmt: skip
_STEP = {"++": "--", "--": "++"}
_WORD = {"true": "false", "false": "true", "break": "continue", "continue": "break", "else": ""}
_NO_STATEMENT = frozenset(
    ("if", "for", "while", "do", "switch", "else", "case", "default", "namespace", "using",
     "template", "struct", "class", "enum", "public", "private", "protected", "typedef",
     # What these declare is used.
     "const", "constexpr", "auto", "static")
)  # fmt: skip
_CONTEXT = 2
_ID_DIGITS = 10

Change = tuple[str, int, int, str]
"""Kind, from where to where, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one source.

    Attributes:
        id: of file, change and the lines around it: it stays while those do.
        file: below `firmware/`.
        line: the first one that is changed, from 1.
        kind: operator, constant, word, condition, operand or statement.
        begin, end: the bytes of the source's text that `new` replaces.
    """

    id: str
    file: str
    line: int
    kind: str
    begin: int
    end: int
    new: str

    def apply(self, source: str) -> str:
        return source[: self.begin] + self.new + source[self.end :]

    def diff(self, source: str) -> str:
        """As `diff -u` shows it, without the header."""
        lines = difflib.unified_diff(
            source.splitlines(), self.apply(source).splitlines(), lineterm="", n=3
        )
        return "\n".join(list(lines)[2:])


def mutants_of(file: str, source: str) -> tuple[Mutant, ...]:
    """All of them, in the order of the source; no two give the same text."""
    tokens = tokens_of(source)
    seen, known = {source}, Counter[str]()
    found = []
    for kind, begin, end, new in sorted(_changes(tokens, source), key=lambda each: each[1:3]):
        text = source[:begin] + new + source[end:]
        if text in seen:
            continue
        seen.add(text)
        name = _name(file, source, begin, end, new)
        known[name] += 1  # the same change in the same surroundings, elsewhere
        if known[name] > 1:
            name = f"{name}-{known[name]}"
        found.append(Mutant(name, file, source.count("\n", 0, begin) + 1, kind, begin, end, new))
    return tuple(found)


def _name(file: str, source: str, begin: int, end: int, new: str) -> str:
    first = source.rfind("\n", 0, begin) + 1
    last = source.find("\n", end)
    last = len(source) if last < 0 else last
    before = [line.strip() for line in source[:first].splitlines() if line.strip()][-_CONTEXT:]
    after = [line.strip() for line in source[last:].splitlines() if line.strip()][:_CONTEXT]
    changed = source[first:begin] + new + source[end:last]
    parts = (file, *before, source[first:last].strip(), changed.strip(), *after)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_ID_DIGITS]


def _changes(tokens: Sequence[Token], source: str) -> Iterator[Change]:
    for at, token in enumerate(tokens):
        if token.kind == "number":
            yield from _constants(token)
        elif token.kind == "word":
            yield from _words(tokens, at, source)
        elif token.kind == "sign":
            yield from _signs(tokens, at, source)
    yield from _statements(tokens)


def _constants(token: Token) -> Iterator[Change]:
    digits = token.text.rstrip("uUlL")
    try:
        value = int(digits.replace("'", ""), 0)
    except ValueError:
        return  # a fraction, or an octal number
    suffix = token.text[len(digits) :]
    for other in sorted({0, value - 1, value + 1} - {value}):
        if other >= 0 or not suffix:
            yield "constant", token.begin, token.end, f"{other}{suffix}"


def _words(tokens: Sequence[Token], at: int, source: str) -> Iterator[Change]:
    token = tokens[at]
    if token.text in _WORD:
        yield "word", token.begin, token.end, _WORD[token.text]
    if token.text not in ("if", "while") or at + 2 >= len(tokens):
        return
    opens = at + 1 + (tokens[at + 1].text == "constexpr")
    if tokens[opens].text != "(":
        return
    begin, end = tokens[opens].end, tokens[closing(tokens, opens)].begin
    yield "condition", begin, end, f"!({source[begin:end]})"
    # `while (true)` is not asked for: it only lasts.
    for decided in ("true", "false") if token.text == "if" else ("false",):
        yield "condition", begin, end, decided


def _signs(tokens: Sequence[Token], at: int, source: str) -> Iterator[Change]:
    token = tokens[at]
    if token.text in _STEP:
        yield "operator", token.begin, token.end, _STEP[token.text]
    blank_before = source[token.begin - 1 : token.begin].isspace()
    blank_after = source[token.end : token.end + 1].isspace()
    if token.text in ("!", "-") and not blank_after:
        yield "operator", token.begin, token.end, ""
    if blank_before and blank_after:
        for other in _BINARY.get(token.text, ()):
            yield "operator", token.begin, token.end, other
        if token.text in ("&&", "||"):
            neutral = "true" if token.text == "&&" else "false"
            begin, end = _operand_before(tokens, at), _operand_after(tokens, at)
            yield "operand", begin, tokens[at - 1].end, neutral
            yield "operand", tokens[at + 1].begin, end, neutral


def _operand_after(tokens: Sequence[Token], at: int) -> int:
    """Where the right operand of a logical operator ends."""
    index = at + 1
    while index < len(tokens):
        text = tokens[index].text
        if text in ("&&", "||", ")", "]", "}", ";", ",", "?", ":"):
            break
        index = (closing(tokens, index) if text in ("(", "[", "{") else index) + 1
    return tokens[index - 1].end


def _operand_before(tokens: Sequence[Token], at: int) -> int:
    """Where the left one begins."""
    depth, index = 0, at - 1
    while index >= 0:
        text = tokens[index].text
        if text in (")", "]", "}"):
            depth += 1
        elif depth == 0 and text in ("&&", "||", "(", "[", "{", ";", ",", "?", ":", "=", "return"):
            break
        elif text in ("(", "[", "{"):
            depth -= 1
        index -= 1
    return tokens[index + 1].begin


def _statements(tokens: Sequence[Token]) -> Iterator[Change]:
    """Each simple statement left out, and what it returns; of declarations those that begin like
    another statement."""
    depth = 0
    for at, token in enumerate(tokens):
        if depth == 0 and at and token.kind == "word" and token.text not in _NO_STATEMENT:
            before = tokens[at - 1].text
            if before in (";", "{", "}", ")", ":", "else"):
                end = _statement_end(tokens, at)
                if end is not None:
                    yield "statement", token.begin, tokens[end].begin, ""
                    if token.text == "return" and end > at + 1:
                        yield "statement", tokens[at + 1].begin, tokens[end].begin, "{}"
        depth += (token.text == "(") - (token.text == ")")


def _statement_end(tokens: Sequence[Token], at: int) -> int | None:
    """Its semicolon; None for what has a block."""
    index = at
    while index < len(tokens):
        text = tokens[index].text
        if text == ";":
            return index
        if text in (")", "}", "]") or (text == "{" and tokens[index - 1].text in (")", "const")):
            return None
        index = (closing(tokens, index) if text in ("(", "[", "{") else index) + 1
    return None
