"""What `--board` may say.

A specification is text; which adapter drives the board follows from its form alone, so a
typing error is found before any port is touched. `FORMS` lists the forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hil.board.qemu_options import parse_qemu
from hil.errors import UsageError

Check = Callable[[str], str | None]


@dataclass(frozen=True)
class Form:
    """One way to name a board.

    `kind` names the adapter (see `hil.board.adapters`), `example` and `meaning` are what
    an error lists, `pattern` decides whether a text has this form, and `check` says what
    is wrong with a text that has it (None: nothing). `one_each`: every process that asks gets
    a board of its own.
    """

    kind: str
    example: str
    meaning: str
    pattern: re.Pattern[str]
    check: Check | None = None
    one_each: bool = False


@dataclass(frozen=True)
class BoardSpec:
    """A parsed specification: the adapter's kind and the text that it gets."""

    kind: str
    text: str


def _host_and_port(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        return str(cause)
    if not parts.hostname:
        return "the host is missing"
    return None if port else "the port number is missing"


def _file(text: str) -> str | None:
    path = Path(text.partition(":")[2])
    return None if path.is_file() else f"there is no file {str(path)!r}"


def _qemu(text: str) -> str | None:
    try:
        parse_qemu(text)
    except ValueError as cause:
        return str(cause)
    return None


FORMS: tuple[Form, ...] = (
    Form("sim", "sim", "the simulated board", re.compile(r"sim\Z"), one_each=True),
    Form(
        "qemu",
        "qemu:icount",
        "an emulated ESP32; qemu alone: without virtual time",
        re.compile(r"qemu(?::|\Z)"),
        _qemu,
        one_each=True,
    ),
    Form("auto", "auto", "the one attached board", re.compile(r"auto\Z")),
    Form("serial", "/dev/ttyUSB0", "a serial port", re.compile(r"/\S|\./\S|COM\d+\Z")),
    Form(
        "rfc2217",
        "rfc2217://host:port",
        "a serial port of another machine",
        re.compile(r"rfc2217://"),
        _host_and_port,
    ),
    Form(
        "socket",
        "socket://host:port",
        "bytes over TCP, without reset lines",
        re.compile(r"socket://"),
        _host_and_port,
    ),
    Form(
        "replay",
        "replay:FILE",
        "a recording (--record), without any board",
        re.compile(r"replay:."),
        _file,
    ),
)


def parse_board_spec(text: str, forms: Sequence[Form] = FORMS) -> BoardSpec:
    """Parses a `--board` value.

    `forms` is the registry: a new adapter adds its `Form` here and its opener to
    `hil.board.adapters`. Raises UsageError for a text of no form, or of a form it does not
    complete.
    """
    for form in forms:
        if form.pattern.match(text):
            problem = form.check(text) if form.check else None
            if problem:
                raise UsageError(
                    f"--board {text}: {problem}",
                    where="--board",
                    hint=f"write it as {form.example}",
                )
            return BoardSpec(form.kind, text)
    known = "\n".join(f"    {form.example:<22}{form.meaning}" for form in forms)
    raise UsageError(
        f"--board {text!r} names no board",
        where="--board",
        hint=f"use one of\n{known}",
    )
