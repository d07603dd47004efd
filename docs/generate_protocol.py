"""Writes the tables of docs/protocol.md from protocol.cddl and the link's error explanations.

python docs/generate_protocol.py           # rewrites the tables
python docs/generate_protocol.py --check   # exit status 1 when they are not up to date
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from hil.link.errors import EXPLANATIONS
from hil.wire.enums import ErrorCode

ROOT = Path(__file__).resolve().parent.parent
CDDL = ROOT / "hil" / "wire" / "protocol.cddl"
DOCUMENT = ROOT / "docs" / "protocol.md"

_RULE = re.compile(r"^([a-z][a-z0-9-]*) = ?(.*)$")
_NOTE = "\x01"  # encloses the comment behind a member
_TYPES = (
    (r"\((uint \.size \d)\)", r"\1"),
    (r"uint \.size 1", "u8"),
    (r"uint \.size 2", "u16"),
    (r"uint \.size 4", "u32"),
    (r"uint \.size 8", "u64"),
    (r"int \.size 4", "i32"),
    (r"int \.size 8", "i64"),
    (r"#6\.(\d+)\((.*)\)$", r"tag \1, \2"),
    (r"bstr \.size \(?(\d+)\.\.(\d+)\)?", r"\1 to \2 bytes"),
    (r"bstr \.size (\d+)", r"\1 bytes"),
    (r"tstr \.size \((\d+)\.\.(\d+)\)", r"text of \1 to \2 bytes"),
    (r"\[ (\d+)\*(\d+) (.*) \]", r"\1 to \2 times \3"),
    (r"\{ (\d+)\*(\d+) (.*) => (.*) \}", r"map of \1 to \2 entries, \3 to \4"),
    (r"\[ (.*) \]", r"array of \1"),
    (r" / ", " or "),
)
_MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


@dataclass(frozen=True)
class Field:
    """One labelled member of a message or of a part of one."""

    name: str
    type: str
    note: str


@dataclass(frozen=True)
class Rule:
    """One rule of the CDDL; `kind` is the number in front of a message, None for other rules."""

    name: str
    body: str
    comment: str
    kind: int | None
    fields: tuple[Field, ...]

    def alternatives(self) -> list[str]:
        """The names in a choice `a / b` or a group choice `( a // b )`."""
        choice = re.sub(r"seq: uint \.size 4,", "", self.body).strip("[]() ")
        return [name.strip(" ()") for name in re.split(r"//?", choice)]


def parse(text: str) -> dict[str, Rule]:
    """The rules of protocol.cddl by name, in its order."""
    rules: dict[str, Rule] = {}
    comment: list[str] = []
    lines: list[str] = []
    name = ""
    for line in [*text.splitlines(), ""]:
        start = _RULE.match(line)
        if name and (start or not line.strip() or line.startswith(";")):
            rules[name] = _rule(name, lines, comment)
            name, comment, lines = "", [], []
        if start:
            name, lines = start[1], [start[2]]
        elif line.startswith(";"):
            comment.append(line.lstrip("; "))
        elif name:
            lines.append(line)
        elif not line.strip():
            comment = []
    return rules


def _rule(name: str, lines: list[str], comment: list[str]) -> Rule:
    marked = ""
    for line in lines:
        code, _, note = line.partition(";")
        marked += code + (f" {_NOTE}{note.strip()}{_NOTE} " if note else " ")
    body = re.sub(f"{_NOTE}[^{_NOTE}]*{_NOTE}", " ", marked)
    body = re.sub(r"\s+", " ", body).strip()
    kind = re.match(r"\( ?(\d+)", body)
    return Rule(name, body, " ".join(comment), int(kind[1]) if kind else None, _fields(marked))


def _fields(marked: str) -> tuple[Field, ...]:
    """The labelled members of `( ... )` or `[ ... ]`, with the note behind each one's comma."""
    fields: list[Field] = []
    for part in _members(marked):
        note = re.match(rf"\s*{_NOTE}([^{_NOTE}]*){_NOTE}", part)
        if note and fields:
            fields[-1] = replace(fields[-1], note=note[1])
            part = part[note.end() :]
        own = re.search(rf"{_NOTE}([^{_NOTE}]*){_NOTE}", part)
        member = re.match(rf"\s*([a-z][a-z0-9_]*): ([^{_NOTE}]*)", part)
        if member:
            kind = re.sub(r"\s+", " ", member[2]).strip()
            fields.append(Field(member[1], kind, own[1] if own else ""))
    return tuple(fields)


def _members(marked: str) -> list[str]:
    """The text between the outermost brackets, cut at its commas."""
    parts = [""]
    depth = 0
    in_note = False
    for character in marked.strip():
        in_note ^= character == _NOTE
        if character in ")]" and not in_note:
            depth -= 1
            if depth == 0:
                break
        if depth == 1 and character == "," and not in_note:
            parts.append("")
        elif depth:
            parts[-1] += character
        if character in "([" and not in_note:
            depth += 1
    return parts


def messages(rules: dict[str, Rule], direction: str) -> str:
    return "\n\n".join(
        _described(rules[name], f"{name} ({rules[name].kind})")
        for name in rules[direction].alternatives()
    )


def parts(rules: dict[str, Rule]) -> str:
    return "\n\n".join(
        _described(rule, rule.name)
        for rule in rules.values()
        if rule.body.startswith("[") and rule.fields and rule.name not in ("request", "reply")
    )


def _described(rule: Rule, title: str) -> str:
    text = f"**{title}** {rule.comment}".strip()
    if not rule.fields:
        return f"{text}\n\nNo fields."
    rows = [
        f"| `{field.name}` | {readable(field.type)} | {field.note} |".replace("|  |", "| |")
        for field in rule.fields
    ]
    return "\n".join([text, "", "| field | type | |", "|---|---|---|", *rows])


def readable(kind: str) -> str:
    """A type of the CDDL in the words of the document."""
    for pattern, words in _TYPES:
        kind = re.sub(pattern, words, kind)
    return kind


def enum_table(rules: dict[str, Rule]) -> str:
    rows = ["| enumeration | values |", "|---|---|"]
    for rule in rules.values():
        members = [rules.get(name) for name in rule.alternatives()]
        if rule.name != "error-code" and all(m and m.body.isdecimal() for m in members):
            values = ", ".join(f"{m.body} {m.name}" for m in members if m)
            rows.append(f"| **{rule.name}** | {values} |")
    return "\n".join(rows)


def error_table() -> str:
    rows = ["| code | name | meaning | one | two | what to do |", "|---|---|---|---|---|---|"]
    for code in ErrorCode:
        text = EXPLANATIONS[code]
        one, two = (re.sub(r":? \{0[^}]*\}", "", number) for number in (text.one, text.two))
        name = code.name.lower().replace("_", "-")
        rows.append(f"| {int(code)} | {name} | {text.meaning} | {one} | {two} | {text.hint} |")
    return "\n".join(rows)


def tables(cddl: str) -> dict[str, str]:
    """The generated tables by the name of their place in the document."""
    rules = parse(cddl)
    return {
        "requests": messages(rules, "request"),
        "replies": messages(rules, "reply"),
        "parts": parts(rules),
        "enumerations": enum_table(rules),
        "errors": error_table(),
    }


def updated(document: str, cddl: str) -> str:
    """The document with its tables as they should be."""
    content = tables(cddl)
    found = {match[1] for match in re.finditer(r"<!-- begin (\w+) -->", document)}
    if found != set(content):
        raise SystemExit(f"{DOCUMENT.name} has places for {sorted(found)}, not {sorted(content)}")
    return _MARKED.sub(lambda match: f"{match[1]}{content[match[2]]}\n{match[3]}", document)


def main(arguments: list[str]) -> int:
    document = DOCUMENT.read_text(encoding="utf-8")
    wanted = updated(document, CDDL.read_text(encoding="utf-8"))
    if "--check" in arguments:
        return int(document != wanted)
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
