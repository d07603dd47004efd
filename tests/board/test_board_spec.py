"""Board specifications."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from hil.board.spec import FORMS, BoardSpec, Form, parse_board_spec
from hil.errors import UsageError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sim", "sim"),
        ("auto", "auto"),
        ("/dev/ttyUSB0", "serial"),
        ("/dev/serial/by-id/usb-Silicon_Labs_CP2102N-if00-port0", "serial"),
        ("./pty", "serial"),
        ("COM3", "serial"),
        ("COM12", "serial"),
        ("rfc2217://lab:4000", "rfc2217"),
        ("rfc2217://[fe80::1]:4000", "rfc2217"),
        ("socket://127.0.0.1:5555", "socket"),
        ("qemu", "qemu"),
        ("qemu:icount", "qemu"),
        ("qemu:icount=3,psram=4", "qemu"),
    ],
)
def test_each_form_selects_its_adapter(text: str, kind: str) -> None:
    assert parse_board_spec(text) == BoardSpec(kind, text)


@pytest.mark.parametrize(
    "text", ["", "simulator", "ttyUSB0", "COM", "com3", "http://lab:80", "sim "]
)
def test_an_unknown_form_lists_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_board_spec(text)
    for form in FORMS:
        assert form.example in caught.value.hint
    assert repr(text) in caught.value.message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("qemu:", "no option ''"),
        ("qemu:fast", "no option 'fast'"),
        ("qemu:icount,", "no option ''"),
        ("qemu:icount=11", "no shift from 0 to 10"),
        ("qemu:icount=-1", "no shift"),
        ("qemu:icount=", "no shift"),
        ("qemu:psram", "2 or 4 MB"),
        ("qemu:psram=8", "2 or 4 MB"),
        ("qemu:icount,icount=2", "icount is given twice"),
    ],
)
def test_an_unknown_option_of_the_emulator_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_board_spec(text)
    assert problem in caught.value.message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rfc2217://", "host is missing"),
        ("rfc2217://lab", "port number is missing"),
        ("socket://:5555", "host is missing"),
        ("socket://lab:99999", "ort"),
        ("socket://lab:http", "ort"),
    ],
)
def test_an_incomplete_url_says_what_is_missing(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_board_spec(text)
    assert problem in caught.value.message
    assert "host:port" in caught.value.hint


def test_a_new_adapter_is_one_more_form() -> None:
    renode = Form("renode", "renode:esp32", "another emulator", re.compile(r"renode:"))
    assert parse_board_spec("renode:x", (*FORMS, renode)) == BoardSpec("renode", "renode:x")
    with pytest.raises(UsageError, match="names no board"):
        parse_board_spec("renode:x")


def test_spec_and_facts_import_without_heavy_packages() -> None:
    heavy = ["numpy", "serial", "esptool", "cv2", "platformdirs", "rich"]
    code = (
        "import sys, hil.board, hil.board.spec, hil.facts.board, hil.board.options\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
