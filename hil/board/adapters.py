"""From a board specification to something that has a port and, mostly, reset lines.

Adapters other than that of a port are imported only when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hil.board.adapter import Adapter
from hil.board.options import BoardOptions
from hil.board.ports import ESPRESSIF_USB, USB_JTAG_SERIAL, Lister, find_one_board, find_port
from hil.board.reset import ModemLines, NoResetLines, ResetLines, SerialResetLines
from hil.board.spec import BoardSpec
from hil.errors import UsageError


class PortAdapter(Adapter):
    """A serial port, local or over RFC 2217, or a TCP byte stream."""

    def __init__(
        self, url: str, *, has_lines: bool, usb_jtag: bool = False, native_usb: bool = False
    ) -> None:
        """`native_usb`: the port is the chip's own USB; `usb_jtag`: its USB-serial-JTAG."""
        self.where = self.lock_name = url
        self.native_usb = native_usb
        self._has_lines = has_lines
        self._usb_jtag = usb_jtag

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        if not self._has_lines:
            return NoResetLines()
        return SerialResetLines(port, usb_jtag=self._usb_jtag)


Opener = Callable[[BoardSpec, BoardOptions, Lister | None], Adapter]


def _serial(spec: BoardSpec, options: BoardOptions, lister: Lister | None) -> Adapter:
    port = find_port(spec.text, lister)
    usb_jtag = port is not None and (port.vid, port.pid) == (ESPRESSIF_USB, USB_JTAG_SERIAL)
    native = port is not None and port.native_usb
    return PortAdapter(spec.text, has_lines=True, usb_jtag=usb_jtag, native_usb=native)


def _auto(spec: BoardSpec, options: BoardOptions, lister: Lister | None) -> Adapter:
    return _serial(BoardSpec("serial", find_one_board(lister).path), options, lister)


def _sim(spec: BoardSpec, options: BoardOptions, lister: Lister | None) -> Adapter:
    from hil.board.sim import SimAdapter

    return SimAdapter(options.sim)


def _qemu(spec: BoardSpec, options: BoardOptions, lister: Lister | None) -> Adapter:
    from hil.board.qemu import QemuAdapter
    from hil.board.qemu_find import find_qemu
    from hil.board.qemu_options import parse_qemu

    if options.flash == "never":
        raise UsageError(
            "the flash of an emulated board is empty at the start of a run",
            where=f"--board {spec.text}",
            hint="leave out --board-flash never",
        )
    return QemuAdapter(find_qemu(), parse_qemu(spec.text))


def _replay(spec: BoardSpec, options: BoardOptions, lister: Lister | None) -> Adapter:
    from hil.board.replay import PREFIX, ReplayAdapter

    return ReplayAdapter(Path(spec.text[len(PREFIX) :]))


OPENERS: Mapping[str, Opener] = {
    "sim": _sim,
    "qemu": _qemu,
    "auto": _auto,
    "serial": _serial,
    "rfc2217": lambda spec, _options, _lister: PortAdapter(spec.text, has_lines=True),
    "socket": lambda spec, _options, _lister: PortAdapter(spec.text, has_lines=False),
    "replay": _replay,
}


PORT_KINDS = ("auto", "serial", "rfc2217", "socket")
"""Kinds of `OPENERS` that lead to a `PortAdapter`: a board that brings no build of its own."""


def find_adapter(
    spec: BoardSpec,
    options: BoardOptions,
    lister: Lister | None = None,
    openers: Mapping[str, Opener] = OPENERS,
) -> Adapter:
    """The adapter for a specification. `openers` is the registry, keyed by `Form.kind`."""
    if spec.kind not in openers:
        raise UsageError(
            f"no adapter for boards of kind {spec.kind!r}",
            where=spec.text,
            hint=f"known kinds: {', '.join(openers)}",
        )
    return openers[spec.kind](spec, options, lister)
