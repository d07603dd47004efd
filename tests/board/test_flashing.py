"""The real esptool against a ROM loader over TCP: no hardware."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import serial
from esp32_mock_bootloader import server
from esp_pylib.logger import EspLog
from esptool.targets import ESP32ROM

from hil.base.deadline import Deadline
from hil.board.artifacts import Expected
from hil.board.errors import FlashError
from hil.board.flashing import FlashProgress, differing_files, explain, write_flash

Serve = Callable[[socket.socket, threading.Event], None]


class Rom:
    """A TCP port behind which `serve` answers one client after the other."""

    def __init__(self, serve: Serve) -> None:
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._serve = serve
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._listener.getsockname()[1]}"

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                self._serve(client, self._stop)

    def close(self) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def loader(flash: server.FlashImage, chip: str = "esp32") -> Serve:
    def serve(client: socket.socket, stop: threading.Event) -> None:
        connection = server.BootloaderConnection(sock=client)
        server.handle_client(connection, stop, chip, exit_on_disconnect=True, flash=flash)

    return serve


def silence(client: socket.socket, stop: threading.Event) -> None:
    """Reads and never answers."""
    with closing(client):
        while client.recv(4096):
            pass


@pytest.fixture
def rom() -> Iterator[Callable[[Serve], Rom]]:
    running: list[Rom] = []

    def start(serve: Serve) -> Rom:
        running.append(Rom(serve))
        return running[-1]

    yield start
    for one in running:
        one.close()


def flash_it(url: str, expected: Expected, seconds: float = 60.0, **options: Any) -> Any:
    with serial.serial_for_url(url, baudrate=115_200, timeout=0.25) as port:
        written = write_flash(port, expected, "no-reset", Deadline.after(seconds), **options)
        assert (port.baudrate, port.timeout) == (115_200, 0.25)
        return written


def test_everything_is_written_once_and_skipped_the_next_time(
    rom: Callable[[Serve], Rom], expected: Expected, capsys: pytest.CaptureFixture[str]
) -> None:
    flash = server.FlashImage()
    url = rom(loader(flash)).url
    progress: list[FlashProgress] = []
    first = flash_it(url, expected, on_progress=progress.append)
    assert all(file.written for file in first)
    for file in expected.files:
        assert flash.data[file.offset : file.end] == file.data
    total = sum(len(file.data) for file in expected.files)
    assert [file.size_bytes for file in first] == [len(file.data) for file in expected.files]
    assert progress[-1] == FlashProgress("model.bin", total, total)
    assert sorted(progress, key=lambda p: p.done_bytes) == progress

    again = flash_it(url, expected)
    assert [file.written for file in again] == [False] * 4

    flash.data[0x30010] ^= 1
    repaired = flash_it(url, expected)
    assert [file.name for file in repaired if file.written] == ["model.bin"]

    forced = flash_it(url, expected, force=True)
    assert all(file.written for file in forced)
    assert capsys.readouterr() == ("", "")


def test_files_that_are_not_in_flash_are_told_by_their_digest(
    rom: Callable[[Serve], Rom], expected: Expected
) -> None:
    flash = server.FlashImage()
    url = rom(loader(flash)).url
    flash_it(url, expected)

    def differing() -> list[str]:
        with serial.serial_for_url(url, baudrate=115_200, timeout=0.25) as port:
            files = differing_files(port, expected, expected.boot_files, "no-reset")
        return [file.name for file in files]

    assert differing() == []
    flash.data[expected.boot_files[1].offset] ^= 1
    assert differing() == ["partition-table.bin"]


def test_an_encrypted_flash_is_not_compared(
    rom: Callable[[Serve], Rom], expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ESP32ROM, "get_flash_encryption_enabled", lambda self: True)
    url = rom(loader(server.FlashImage())).url
    with (
        serial.serial_for_url(url, baudrate=115_200, timeout=0.25) as port,
        pytest.raises(FlashError, match="encrypted flash cannot be compared"),
    ):
        differing_files(port, expected, expected.boot_files, "no-reset")


def test_esptools_own_logger_is_back_afterwards(
    rom: Callable[[Serve], Rom], expected: Expected
) -> None:
    before = EspLog.instance
    flash_it(rom(loader(server.FlashImage())).url, expected)
    assert EspLog.instance is before


def test_a_port_without_an_esp32_points_to_cable_and_boot_button(
    rom: Callable[[Serve], Rom], expected: Expected, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FlashError, match="no ESP32 answered in its ROM loader") as caught:
        flash_it(rom(silence).url, expected)
    assert "BOOT" in caught.value.hint
    assert "--board" in caught.value.hint
    assert any("Connecting" in line for line in caught.value.log)
    assert capsys.readouterr() == ("", "")


def test_another_chip_is_named_before_anything_is_written(
    rom: Callable[[Serve], Rom], expected: Expected
) -> None:
    flash = server.FlashImage()
    with pytest.raises(FlashError, match="ESP32-S3, the firmware is built for esp32") as caught:
        flash_it(rom(loader(flash, "esp32s3")).url, expected)
    assert "set-target esp32s3" in caught.value.hint
    assert set(flash.data) == {0xFF}


def test_a_flash_that_does_not_keep_what_is_written_is_reported(
    rom: Callable[[Serve], Rom], expected: Expected
) -> None:
    class Faulty(server.FlashImage):  # type: ignore[misc]
        def write_defl_block(self, payload: bytes) -> None:
            super().write_defl_block(payload)
            self.data[0x10100] = 0x55

    with pytest.raises(FlashError, match="reads back differently"):
        flash_it(rom(loader(Faulty())).url, expected)


def test_a_write_protected_flash_is_reported(
    rom: Callable[[Serve], Rom], expected: Expected
) -> None:
    class Protected(server.FlashImage):  # type: ignore[misc]
        def write_defl_block(self, payload: bytes) -> None:
            """Nothing happens."""

    with pytest.raises(FlashError, match="the flash stays erased"):
        flash_it(rom(loader(Protected())).url, expected)


def test_a_connection_that_breaks_while_flashing_is_reported(
    rom: Callable[[Serve], Rom], expected: Expected
) -> None:
    class Unplugged(server.FlashImage):  # type: ignore[misc]
        def begin_defl(self, payload: bytes) -> None:
            raise ConnectionAbortedError

    def serve(client: socket.socket, stop: threading.Event) -> None:
        try:
            loader(Unplugged())(client, stop)
        except ConnectionAbortedError:
            client.close()

    with pytest.raises(FlashError, match="lost the port while flashing") as caught:
        flash_it(rom(serve).url, expected)
    assert "incomplete" in caught.value.hint


def test_flashing_stops_at_its_deadline(rom: Callable[[Serve], Rom], expected: Expected) -> None:
    with pytest.raises(FlashError, match="not done after 0 s"):
        flash_it(rom(loader(server.FlashImage())).url, expected, seconds=0.0)


@pytest.mark.parametrize(
    ("message", "meaning", "hint"),
    [
        (
            "Failed to connect to ESP32: Wrong boot mode detected (0x13)! The chip needs to be in "
            "download mode.\nFor troubleshooting steps visit: ...",
            "booted from flash",
            "hold BOOT",
        ),
        (
            "Failed to connect to ESP32: Download mode successfully detected, but getting no sync "
            "reply: The serial TX path seems to be down.",
            "does not hear us",
            "TX",
        ),
        ("Failed to connect to Espressif device: No serial data received.", "no ESP32", "BOOT"),
        ("Unexpected chip magic value 0x00000000. Failed to autodetect", "not one", "--board"),
        (
            "Input image (length 5) at offset 0x00400000 will not fit in 4194304 bytes of flash.",
            "larger than the board's flash",
            "menuconfig",
        ),
        (
            "'input bytes' requires chip revision in range v3.0 - v3.99 (this chip is revision "
            "v1.0). Use --force to flash anyway.",
            "for other revisions of the chip",
            "flashing again cannot help",
        ),
        ("something new", "esptool failed: something new", "idf.py flash"),
    ],
)
def test_esptools_messages_are_explained(message: str, meaning: str, hint: str) -> None:
    error = explain(message, "/dev/ttyUSB0", ["Connecting......"])
    assert meaning in error.message
    assert message.splitlines()[0] in error.message
    assert hint in error.hint
    assert "| Connecting......" in error.message
