"""Port discovery, with a list of ports that a test makes up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from hil.board.ports import bridge_name, find_one_board, find_port, list_ports
from hil.errors import InfrastructureError


def port(
    device: str, vid: int | None = None, pid: int | None = None, serial: str | None = None
) -> ListPortInfo:
    info = ListPortInfo(device)
    info.vid, info.pid, info.serial_number = vid, pid, serial
    info.description = f"description of {device}"
    return info


def lister(*ports: ListPortInfo) -> Callable[[], list[ListPortInfo]]:
    return lambda: list(ports)


CP2102N = port("/dev/ttyUSB0", 0x10C4, 0xEA60, "abc123")
NATIVE = port("/dev/ttyACM0", 0x303A, 0x1001, "7C:DF:A1:00:00:01")
ON_BOARD_UART = port("/dev/ttyS0")


@pytest.mark.parametrize(
    ("vid", "pid", "name"),
    [
        (0x303A, 0x1001, "Espressif USB"),
        (0x10C4, 0xEA60, "CP210x"),
        (0x1A86, 0x7523, "CH340/CH9102"),
        (0x1A86, 0x55D4, "CH340/CH9102"),
        (0x0403, 0x6010, "FTDI"),
        (0x10C4, 0x1234, None),
        (0x2341, 0x0043, None),
        (None, None, None),
    ],
)
def test_the_usual_usb_bridges_are_recognised(
    vid: int | None, pid: int | None, name: str | None
) -> None:
    assert bridge_name(vid, pid) == name


def test_auto_takes_the_only_board_and_leaves_other_ports_alone() -> None:
    assert find_one_board(lister(ON_BOARD_UART, CP2102N)).path == "/dev/ttyUSB0"


def test_auto_without_any_port_points_to_the_cable_and_the_simulated_board() -> None:
    with pytest.raises(InfrastructureError, match="no serial port") as caught:
        find_one_board(lister())
    assert "cable" in caught.value.hint
    assert "--board sim" in caught.value.hint


def test_auto_without_a_board_lists_the_ports_that_exist() -> None:
    with pytest.raises(InfrastructureError, match="no board found") as caught:
        find_one_board(lister(ON_BOARD_UART))
    assert "/dev/ttyS0" in caught.value.message
    assert "no USB ids" in caught.value.message


def test_auto_with_two_boards_lists_both_with_what_tells_them_apart() -> None:
    with pytest.raises(InfrastructureError, match="2 boards") as caught:
        find_one_board(lister(CP2102N, NATIVE, ON_BOARD_UART))
    message = caught.value.message
    assert "/dev/ttyUSB0" in message
    assert "10C4:EA60, serial number abc123" in message
    assert "303A:1001, serial number 7C:DF:A1:00:00:01" in message
    assert "/dev/ttyS0" not in message


def test_ports_are_sorted_and_found_by_path() -> None:
    ports = lister(CP2102N, NATIVE)
    assert [found.path for found in list_ports(ports)] == ["/dev/ttyACM0", "/dev/ttyUSB0"]
    found = find_port("/dev/ttyACM0", ports)
    assert found is not None
    assert (found.vid, found.pid) == (0x303A, 0x1001)
    assert find_port("/dev/ttyUSB9", ports) is None


def test_the_real_lister_answers() -> None:
    assert isinstance(list_ports(), tuple)


@pytest.mark.parametrize(
    ("found", "native"),
    [
        (NATIVE, True),
        (port("/dev/ttyACM1", 0x303A, 0x4001), True),  # TinyUSB in the firmware
        (port("/dev/ttyACM2", 0x303A, 0x1002), False),  # ESP-USB-Bridge, to a UART
        (CP2102N, False),
        (ON_BOARD_UART, False),
    ],
)
def test_the_usb_of_the_chip_itself_is_told_from_a_bridge(
    found: ListPortInfo, native: bool
) -> None:
    (listed,) = list_ports(lister(found))
    assert listed.native_usb is native


def test_a_port_is_found_by_a_link_to_it(tmp_path: Path) -> None:
    device, link = tmp_path / "ttyACM0", tmp_path / "by-id"
    device.touch()
    link.symlink_to(device)
    found = find_port(str(link), lister(port(str(device), 0x303A, 0x1001)))
    assert found is not None
    assert found.native_usb
