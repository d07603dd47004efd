"""From a specification to a port and its reset lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from hil.board.adapters import OPENERS, PortAdapter, find_adapter
from hil.board.options import BoardOptions
from hil.board.reset import NoResetLines, SerialResetLines
from hil.board.spec import FORMS, BoardSpec, parse_board_spec
from hil.errors import UsageError


def usb(device: str, vid: int, pid: int) -> ListPortInfo:
    info = ListPortInfo(device)
    info.vid, info.pid, info.description = vid, pid, "board"
    return info


class Lines:
    dtr = rts = False


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/dev/ttyUSB0", SerialResetLines),
        ("rfc2217://lab:4000", SerialResetLines),
        ("socket://lab:5555", NoResetLines),
    ],
)
def test_ports_have_the_reset_lines_that_their_kind_can_carry(text: str, kind: type) -> None:
    adapter = find_adapter(parse_board_spec(text), BoardOptions(), lambda: [])
    assert (adapter.url, adapter.where, adapter.lock_name) == (text, text, text)
    assert isinstance(adapter.reset_lines(Lines), kind)
    assert adapter.default_firmware(print) is None


def test_auto_becomes_the_port_that_was_found() -> None:
    ports = [usb("/dev/ttyACM7", 0x303A, 0x1001)]
    adapter = find_adapter(parse_board_spec("auto"), BoardOptions(), lambda: ports)
    assert adapter.url == adapter.lock_name == "/dev/ttyACM7"


def test_every_form_has_an_opener() -> None:
    assert {form.kind for form in FORMS} == set(OPENERS)


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'renode'") as caught:
        find_adapter(BoardSpec("renode", "renode:esp32"), BoardOptions())
    assert "socket" in caught.value.hint


def test_a_registered_adapter_is_opened() -> None:
    renode = PortAdapter("socket://127.0.0.1:1", has_lines=False)
    openers = {**OPENERS, "renode": lambda spec, options, lister: renode}
    spec = BoardSpec("renode", "renode:esp32")
    assert find_adapter(spec, BoardOptions(), None, openers) is renode


def test_a_port_path_may_be_a_link(tmp_path: Path) -> None:
    assert parse_board_spec(str(tmp_path / "board")).kind == "serial"
