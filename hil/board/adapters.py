"""From a board specification to something that has a port and, mostly, reset lines.

An adapter says where the board's byte stream is and how the board is restarted; what
travels over the stream is the same for all. The simulated board's adapter is
`hil.board.sim`, imported only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hil.base.deadline import Clock, Deadline
from hil.board.options import BoardOptions
from hil.board.ports import ESPRESSIF_USB, USB_JTAG_SERIAL, Lister, find_one_board, find_port
from hil.board.reset import ModemLines, NoResetLines, ResetLines, SerialResetLines
from hil.board.spec import BoardSpec
from hil.errors import UsageError
from hil.facts.board import FlashedFile, TimeBase

if TYPE_CHECKING:
    from hil.board.artifacts import Expected
    from hil.link.transport import Transport

Say = Callable[[str], None]
"""Told, in a few words, what takes time."""


class Adapter(Protocol):
    """One board, before its port is opened."""

    @property
    def url(self) -> str:
        """What `serial.serial_for_url` opens. Valid after `start`."""

    @property
    def where(self) -> str:
        """The board's name in messages."""

    @property
    def lock_name(self) -> str | None:
        """What is locked against other processes; None when nobody else can reach it."""

    def start(self, deadline: Deadline) -> None:
        """Brings up what is behind the port, if it has to be brought up."""

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        """How the board is restarted; `port` gives the port that is open at the time."""

    def default_firmware(self, say: Say) -> Path | None:
        """A build for this board when the user names none; None: there is no such thing."""

    def close(self) -> None:
        """Takes down what `start` brought up."""


@runtime_checkable
class OwnStream(Protocol):
    """What an adapter also has whose bytes come from no serial port, and its time from no clock.

    `clock` is the link's, `look` the one that a test sees, `arrived_s` the time of what arrived
    last. `expected`: the build that it knows of. `note` tells it which test begins; it tells
    whether the board has been restarted for that. `flash` stands for writing the build, and
    tells whether that can be.
    """

    clock: Clock
    look: Clock
    sleep: Callable[[float], None]
    expected: Expected | None

    @property
    def arrived_s(self) -> float: ...

    def open_stream(self, url: str, baud: int) -> Transport:
        """The byte stream; raises as `hil.link.transport.open_serial`."""

    def note(self, text: str) -> bool: ...

    def flash(self) -> bool: ...


@runtime_checkable
class Emulated(Protocol):
    """What an adapter also has whose chip is emulated: no serial port, and a flash in a file.

    Bytes pass at whatever rate the two ends are set to.
    """

    time_base: TimeBase

    def open_stream(self, url: str, baud: int) -> Transport:
        """The byte stream; raises as `hil.link.transport.open_serial`."""

    def write_flash(self, expected: Expected, *, force: bool) -> tuple[FlashedFile, ...]:
        """Writes what is not in flash; where it wrote, the stream has to be opened anew."""


@runtime_checkable
class ReadableFlash(Protocol):
    """What an adapter also has whose flash can be looked at while the firmware runs."""

    def read_flash(self, offset: int, size: int) -> bytes:
        """What the flash holds there; less at the end of the chip."""


class PortAdapter:
    """A serial port, local or over RFC 2217, or a TCP byte stream."""

    def __init__(
        self, url: str, *, has_lines: bool, usb_jtag: bool = False, native_usb: bool = False
    ) -> None:
        """`native_usb`: the port is the chip's own USB; `usb_jtag`: its USB-serial-JTAG."""
        self.url = self.where = url
        self.lock_name: str | None = url
        self.native_usb = native_usb
        self._has_lines = has_lines
        self._usb_jtag = usb_jtag

    def start(self, deadline: Deadline) -> None:
        """A real board is there, or it is not."""

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        if not self._has_lines:
            return NoResetLines()
        return SerialResetLines(port, usb_jtag=self._usb_jtag)

    def default_firmware(self, say: Say) -> Path | None:
        return None

    def close(self) -> None:
        """Nothing was started."""


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
