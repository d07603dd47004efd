"""Serial ports: a pseudo terminal and sockets stand for them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import socket
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest
import serial

from hil.errors import InfrastructureError, UsageError
from hil.link.sharing import add_other_users, other_users, port_failed
from hil.link.transport import SerialTransport, open_serial

TIOCGEXCL = 0x80045440  # of Linux: whether a terminal is open exclusively


@pytest.fixture
def pty():
    """Descriptor of the far end, and the path of the port."""
    far, near = os.openpty()
    yield far, os.ttyname(near)
    os.close(near)
    with contextlib.suppress(OSError):
        os.close(far)  # unless the test did


@pytest.fixture
def transport(pty):
    """The near end, open."""
    transport = open_serial(pty[1], 115200)
    yield transport
    transport.close()


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def read_exactly(transport, size):
    data = b""
    while len(data) < size:
        piece = transport.read(1 << 16, 5.0)
        assert piece
        data += piece
    return data


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


class ShortPort:
    """Takes a few bytes a call; one that `says_nothing` takes all, as some adapters do."""

    write_timeout = 1.0

    def __init__(self, *, most=3, says_nothing=False):
        self.written = b""
        self._most = most
        self._says_nothing = says_nothing

    def fileno(self):
        raise OSError

    def write(self, data):
        taken = data if self._says_nothing else data[: self._most]
        self.written += taken
        return None if self._says_nothing else len(taken)


@pytest.mark.parametrize("says_nothing", [False, True])
def test_a_write_that_is_cut_short_goes_on(says_nothing):
    port = ShortPort(says_nothing=says_nothing)
    SerialTransport(port, "port").write(bytes(range(256)))
    assert port.written == bytes(range(256))


def test_a_port_that_takes_nothing_is_told():
    with pytest.raises(InfrastructureError, match="took no more bytes for 1 s"):
        SerialTransport(ShortPort(most=0), "port").write(b"data")


def test_bytes_of_every_value_pass_in_both_directions(pty, transport):
    far, _ = pty
    payload = bytes(range(256)) * 64
    writer = threading.Thread(target=write_all, args=(far, payload))
    writer.start()
    assert read_exactly(transport, len(payload)) == payload
    writer.join()
    transport.write(bytes(range(256)))
    received = b""
    while len(received) < 256:
        received += os.read(far, 1000)
    assert received == bytes(range(256))


def test_read_returns_what_is_there_without_waiting_for_more(pty, transport):
    far, _ = pty
    os.write(far, b"abc")
    assert transport.read(100, 60.0) == b"abc"
    os.write(far, b"defg")
    assert transport.read(2, 60.0) == b"de"
    assert transport.read(100, 0.0) == b"fg"


def test_read_without_bytes_returns_nothing(transport):
    assert transport.read(100, 0.0) == b""
    assert transport.read(100, 0.001) == b""


def test_a_missing_port_is_named_with_the_ports_that_there_are(monkeypatch):
    from serial.tools import list_ports
    from serial.tools.list_ports_common import ListPortInfo

    found = [ListPortInfo("/dev/ttyUSB1"), ListPortInfo("/dev/ttyACM0")]
    monkeypatch.setattr(list_ports, "comports", lambda: found)
    with pytest.raises(InfrastructureError, match="no such port") as caught:
        open_serial("/dev/ttyNOWHERE", 115200)
    assert caught.value.where == "/dev/ttyNOWHERE"
    assert caught.value.hint == "Ports of this machine: /dev/ttyACM0, /dev/ttyUSB1."


def test_a_port_in_use_is_named(pty):
    first = open_serial(pty[1], 115200)
    with pytest.raises(InfrastructureError, match="in use by another program") as caught:
        open_serial(pty[1], 115200)
    assert pty[1] in caught.value.hint
    first.close()


def test_a_port_without_permission_names_the_group_to_join(tmp_path, monkeypatch):
    port = tmp_path / "ttyUSB0"
    port.touch()

    def refuse(self):
        raise serial.SerialException(errno.EACCES, f"could not open port {port}: denied")

    monkeypatch.setattr(serial.Serial, "open", refuse)
    with pytest.raises(InfrastructureError, match="no permission") as caught:
        open_serial(str(port), 115200)
    assert f"usermod -aG {Path(port).group()} " in caught.value.hint


def test_an_unplugged_port_is_an_error_of_the_infrastructure(pty, transport):
    far, path = pty
    os.close(far)
    with pytest.raises(InfrastructureError, match="the port failed") as caught:
        transport.read(100, 5.0)
    assert caught.value.where == path
    with pytest.raises(InfrastructureError, match="the port failed"):
        transport.write(b"x")


def test_a_port_that_takes_no_more_bytes_is_an_error(pty):
    transport = open_serial(pty[1], 115200, write_timeout_s=0.05)
    with pytest.raises(InfrastructureError, match=r"took no more bytes for 0\.05 s"):
        transport.write(bytes(1 << 20))
    transport.close()


@pytest.fixture
def other_program():
    """Starts a program that has a file open and does nothing with it."""
    programs = []

    def start(path):
        code = "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print(); input()"
        pipe = subprocess.PIPE
        program = subprocess.Popen([sys.executable, "-c", code, path], stdin=pipe, stdout=pipe)
        assert program.stdout.readline()
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.communicate(b"\n")


def test_bytes_that_another_reader_took_are_nothing_and_not_an_unplugged_port(pty, transport):
    transport._poll = AlwaysReady()
    assert transport.read(100, 1.0) == b""  # nothing to read where poll told of some
    os.write(pty[0], b"later")
    assert transport.read(100, 1.0) == b"later"


@pytest.mark.parametrize("error", [BlockingIOError(errno.EAGAIN, "again"), InterruptedError()])
def test_a_read_that_has_to_be_tried_again_is_nothing(pty, transport, monkeypatch, error):
    os.write(pty[0], b"x")

    def refuse(descriptor, size):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "read", refuse)
        assert transport.read(100, 1.0) == b""
    assert transport.read(100, 1.0) == b"x"


class AlwaysReady:
    """A poll object that tells of bytes which another reader has taken since."""

    def poll(self, timeout):
        return [(0, select.POLLIN)]


def test_an_open_port_is_exclusive_until_it_is_closed(pty):
    def is_exclusive():
        answer = fcntl.ioctl(near, TIOCGEXCL, bytes(4))
        return int.from_bytes(answer, "little") == 1

    near = os.open(pty[1], os.O_RDWR | os.O_NOCTTY)
    transport = open_serial(pty[1], 115200)
    assert is_exclusive()
    transport.close()
    assert not is_exclusive()
    os.close(near)


def test_a_port_that_another_program_holds_names_it(pty, other_program, monkeypatch):
    program = other_program(pty[1])

    def refuse(self):
        raise serial.SerialException(errno.EBUSY, f"could not open port {pty[1]}: busy")

    monkeypatch.setattr(serial.Serial, "open", refuse)
    with pytest.raises(InfrastructureError) as caught:
        open_serial(pty[1], 115200)
    assert f"in use by process {program.pid} ({sys.executable} " in caught.value.message


def test_who_else_has_a_port_open_is_found_behind_links_too(pty, other_program, tmp_path):
    assert other_users(pty[1]) == ""  # this process does not count
    program = other_program(pty[1])
    link = tmp_path / "board"
    link.symlink_to(pty[1])
    assert other_users(pty[1]).startswith(f"process {program.pid} (")
    assert other_users(str(link)) == other_users(pty[1])
    assert other_users("socket://host:1") == other_users("/dev/ttyNOWHERE") == other_users("") == ""


def test_who_serves_a_pseudo_terminal_is_no_reader_of_it():
    code = "import os; far, near = os.openpty()\nprint(os.ttyname(near), flush=True)\ninput()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as server:
        port = server.stdout.readline().split()[0].decode()
        index = f"tty-index:\t{port.rpartition('/')[2]}\n"
        infos = [info.read_text() for info in Path(f"/proc/{server.pid}/fdinfo").iterdir()]
        if not any(index in info for info in infos):
            server.communicate(b"\n")
            pytest.skip("this kernel does not tell who serves a pseudo terminal")
        assert other_users(port) == ""
        server.communicate(b"\n")


def test_what_pyserial_takes_for_unplugged_is_told_apart(pty, other_program):
    error = serial.SerialException(
        "device reports readiness to read but returned no data "
        "(device disconnected or multiple access on port?)"
    )
    shared = port_failed(pty[1], error)
    assert "another program reads from the port" in shared.message
    assert "unplugged" not in shared.hint
    program = other_program(pty[1])
    assert f"process {program.pid}" in port_failed(pty[1], error).message
    gone = port_failed("/dev/ttyNOWHERE", error)
    assert gone.message.startswith("the port failed: ")
    assert "unplugged" in gone.hint


def test_an_error_says_once_who_else_has_the_port_open(pty, other_program):
    error = InfrastructureError("no answer\n  | console", hint="look", where=pty[1])
    add_other_users(error, pty[1])
    assert (error.message, error.hint) == ("no answer\n  | console", "look")
    program = other_program(pty[1])
    for _ in range(2):
        add_other_users(error, pty[1])
    first, last = error.message.splitlines()
    assert first.startswith(f"no answer; process {program.pid} (")
    assert first.endswith(") has the port open, too")
    assert last == "  | console"
    assert error.hint.endswith("; look")


@pytest.mark.parametrize(("url", "baud"), [("nonsense://host:1", 115200), ("/dev/null", -5)])
def test_a_url_or_rate_that_cannot_be_used_is_a_usage_error(url, baud):
    with pytest.raises(UsageError):
        open_serial(url, baud)


def test_the_rate_changes(transport):
    transport.set_baud(921600)
    assert transport.port.baudrate == 921600
    with pytest.raises(UsageError, match="-1 baud"):
        transport.set_baud(-1)


def test_control_lines_are_set_before_the_port_opens(pty):
    transport = open_serial(pty[1], 115200, dtr=False, rts=False)
    assert (transport.port.dtr, transport.port.rts) == (False, False)
    transport.close()


def test_a_network_port_carries_bytes(server):
    transport = open_serial(f"socket://127.0.0.1:{server.getsockname()[1]}", 115200)
    peer, _ = server.accept()
    with peer:
        peer.sendall(bytes(range(256)) * 100)
        assert read_exactly(transport, 25600) == bytes(range(256)) * 100
        transport.write(b"hello")
        assert peer.recv(100) == b"hello"
    transport.close()


def test_a_network_port_that_is_closed_by_the_other_end_is_an_error(server):
    transport = open_serial(f"socket://127.0.0.1:{server.getsockname()[1]}", 115200)
    server.accept()[0].close()
    with pytest.raises(InfrastructureError, match="closed"):
        transport.read(100, 5.0)
    transport.close()


@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
def test_a_refused_connection_is_named(server, scheme):
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(InfrastructureError, match="connection was refused") as caught:
        open_serial(f"{scheme}://127.0.0.1:{port}", 115200)
    assert "serial server" in caught.value.hint


class WithoutDescriptor:
    """A port like pyserial's rfc2217: no file to wait for, reads end after a short time-out."""

    def __init__(self, *reads):
        self.reads = list(reads)

    @property
    def in_waiting(self):
        return len(self.reads[0]) if self.reads else 0

    def read(self, size):
        if not self.reads:
            return b""
        data, rest = self.reads[0][:size], self.reads[0][size:]
        self.reads[:1] = [rest] if rest else []
        return data


def test_a_port_without_a_descriptor_is_read_in_slices():
    transport = SerialTransport(WithoutDescriptor(b"abcdef", b"gh"), "rfc2217://host:1")
    assert transport.read(4, 1.0) == b"abcd"
    assert transport.read(100, 0.0) == b"ef"
    assert transport.read(100, 1.0) == b"gh"
    assert transport.read(100, 0.0) == b""
    assert transport.read(100, 0.001) == b""


@pytest.mark.parametrize(
    "error", [ValueError("Failed to set custom baud rate"), termios.error(22, "Invalid argument")]
)
def test_a_rate_that_the_system_refuses_is_usage_and_the_old_one_stays(
    transport, monkeypatch, error
):
    reconfigure = transport.port._reconfigure_port

    def refuse(force_update=False):
        if transport.port.baudrate == 460800:
            raise error
        reconfigure(force_update)

    monkeypatch.setattr(transport.port, "_reconfigure_port", refuse)
    with pytest.raises(UsageError, match="cannot run at 460800 baud"):
        transport.set_baud(460800)
    assert transport.port.baudrate == 115200
