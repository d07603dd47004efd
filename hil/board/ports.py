"""Which serial ports there are, and which of them look like an Espressif board.

USB bridges found on ESP32 boards (vendor and product ids from the USB-IF list and from
Espressif's "Establish Serial Connection" guide).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hil.errors import InfrastructureError


class PortInfo(Protocol):
    """What `serial.tools.list_ports` tells about a port."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None


Lister = Callable[[], Iterable[PortInfo]]

ESPRESSIF_USB = 0x303A
USB_JTAG_SERIAL = 0x1001
"""Product id of the USB-serial-JTAG peripheral inside ESP32-S3, -C3, -C6, ..."""
USB_BRIDGE = 0x1002
"""Product id of ESP-USB-Bridge, a bridge to another chip's UART."""

_BRIDGES: tuple[tuple[int, int | None, str], ...] = (
    (ESPRESSIF_USB, None, "Espressif USB"),
    (0x10C4, 0xEA60, "CP210x"),
    (0x1A86, None, "CH340/CH9102"),
    (0x0403, None, "FTDI"),
)


@dataclass(frozen=True)
class SerialPort:
    """One serial port. `bridge` is the kind of USB bridge, None for anything else."""

    path: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    bridge: str | None

    @property
    def native_usb(self) -> bool:
        """Whether this is the USB of an Espressif chip itself, which is not its UART0."""
        return self.vid == ESPRESSIF_USB and self.pid != USB_BRIDGE

    def __str__(self) -> str:
        ids = f"{self.vid:04X}:{self.pid:04X}" if self.vid and self.pid else "no USB ids"
        number = f", serial number {self.serial_number}" if self.serial_number else ""
        return f"{self.path}  {self.description} ({ids}{number})"


def bridge_name(vid: int | None, pid: int | None) -> str | None:
    """The kind of bridge with these USB ids, or None when boards do not carry it."""
    for vendor, product, name in _BRIDGES:
        if vid == vendor and product in (None, pid):
            return name
    return None


def list_ports(lister: Lister | None = None) -> tuple[SerialPort, ...]:
    """Every serial port of this machine, sorted by path."""
    if lister is None:
        from serial.tools.list_ports import comports

        lister = comports
    ports = (
        SerialPort(
            *(info.device, info.description, info.vid, info.pid, info.serial_number),
            bridge_name(info.vid, info.pid),
        )
        for info in lister()
    )
    return tuple(sorted(ports, key=lambda port: port.path))


def find_port(path: str, lister: Lister | None = None) -> SerialPort | None:
    """What is known about the port at `path`, None when the system does not list it.

    `path` may be a link to the port, as in /dev/serial/by-id.
    """
    names = (path, os.path.realpath(path))
    return next((port for port in list_ports(lister) if port.path in names), None)


def find_one_board(lister: Lister | None = None) -> SerialPort:
    """The one port that looks like a board.

    Raises InfrastructureError when there is none or more than one, listing what there is.
    """
    ports = list_ports(lister)
    boards = [port for port in ports if port.bridge]
    if len(boards) == 1:
        return boards[0]
    if boards:
        raise InfrastructureError(
            f"{len(boards)} boards are attached:\n{_listing(boards)}",
            where="--board auto",
            hint=f"name one, for example --board {boards[0].path}",
        )
    if ports:
        raise InfrastructureError(
            f"no board found; other serial ports are:\n{_listing(ports)}",
            where="--board auto",
            hint=f"attach a board, or name a port, for example --board {ports[0].path}",
        )
    raise InfrastructureError(
        "no board found: this machine has no serial port",
        where="--board auto",
        hint="attach the board with a USB cable that carries data (many only charge), "
        "or run on the simulated board with --board sim",
    )


def _listing(ports: Sequence[SerialPort]) -> str:
    return "\n".join(f"    {port}" for port in ports)
