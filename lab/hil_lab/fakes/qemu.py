"""A program that looks like Espressif's QEMU from outside: UART, QMP, flash file. It emulates none.

    path = install(tmp_path)                      # an executable; put it into $CAMHIL_QEMU
    path = install(tmp_path, "ends on infer")     # a fault, see FAULTS
    path = install(tmp_path, answers=[result_of(oracle, image)])   # right ones, for these images

It reads build and model out of its flash image, as a board would, and answers as
`hil_lab.fakes.firmware` does: results are made up where none are given.
"""

from __future__ import annotations

import dataclasses
import json
import os
import select
import shlex
import socket
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.build.esp_image import decode_image
from hil.build.flash_layout import TABLE_BYTES, TableError, decode_table
from hil.network.location import Location
from hil.wire.enums import NoLocation
from hil.wire.errors import WireError
from hil.wire.frames import Frame, FrameDecoder, encode_frame
from hil.wire.messages import decode_reply, decode_request, encode_reply
from hil.wire.network_header import NetworkHeader, unpack_partition
from hil.wire.replies import (
    BaudAck,
    BaudCommitted,
    CamGrid,
    CellCentre,
    HeadAnswer,
    Identity,
    Reply,
    Result,
    StageTimes,
)
from hil.wire.requests import CommitBaud, Infer, Reboot, Request, SetBaud
from hil_lab.fakes.firmware import FakeFirmware, Run, default_identity, output_parts

if TYPE_CHECKING:
    from hil.network.arrays import Sample
    from hil.oracle.oracle import Oracle, OracleAnswer

FAULTS = (
    "no machine",  # upstream QEMU
    "broken",  # ends with an error instead of starting
    "ends on infer",
    "hangs on infer",  # the whole program, not only the chip
    "hangs on reset",
)
_FAULT = "FAKE_QEMU_FAULT"
_LOG = "FAKE_QEMU_LOG"
_ANSWERS = "FAKE_QEMU_ANSWERS"
_TABLE = 0x8000
_LINE_US = 5_000
_POWER_ON, _SOFTWARE = 1, 3
_RESETS = {
    _POWER_ON: "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
    _SOFTWARE: "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
}


def install(folder: Path, fault: str = "", answers: Sequence[Result] = ()) -> Path:
    """Writes an executable into `folder`; its arguments go to `qemu.args` there, a line a start."""
    if fault and fault not in FAULTS:
        raise ValueError(f"no fault {fault!r}")
    path = folder / "qemu-system-xtensa"
    folder.mkdir(parents=True, exist_ok=True)
    given = folder / "answers"
    given.write_text("".join(f"{encode_reply(0, answer).hex()}\n" for answer in answers))
    values = {_FAULT: fault, _LOG: str(folder / "qemu.args"), _ANSWERS: str(given)}
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
    python = f"{shlex.quote(sys.executable)} -m {__name__}"
    path.write_text(f'#!/bin/sh\n{variables} exec {python} "$@"\n')
    path.chmod(0o755)
    return path


def result_of(oracle: Oracle, sample: Sample) -> Result:
    """The right result for a sample, as a board sends it (count and clocks 0)."""
    answer = oracle.run(sample)
    return Result(
        boot_id=0,
        sample_crc=answer.image_crc,
        outputs=output_parts([output.tobytes() for output in answer.outputs]),
        head=_head(answer),
        times=StageTimes(0, 0, 0, 0),
        invoke_cycles=None,
        finished_us=0,
        inference=0,
    )


def _head(answer: OracleAnswer) -> HeadAnswer | None:
    where, cam = answer.location, answer.cam
    if where is None or cam is None or answer.threshold is None:
        return None
    rows, columns = cam.shape
    return HeadAnswer(
        threshold=answer.threshold,
        location=CellCentre(where.x, where.y, where.column, where.row)
        if isinstance(where, Location)
        else NoLocation[where.name],
        cam=CamGrid(rows, columns, cam.astype("<i4").tobytes()),
    )


def _answers() -> dict[int, Result]:
    lines = Path(os.environ[_ANSWERS]).read_text().splitlines()
    replies = [decode_reply(bytes.fromhex(line))[1] for line in lines]
    return {reply.sample_crc: reply for reply in replies if isinstance(reply, Result)}


def starts(folder: Path) -> list[list[str]]:
    """The arguments of every emulator that was started from `folder`."""
    log = folder / "qemu.args"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def board_in(flash: bytes) -> tuple[Identity, NetworkHeader] | None:
    """Who a board with this flash is, and its network; None where it holds nothing that starts."""
    try:
        partitions = decode_table(flash[_TABLE : _TABLE + TABLE_BYTES], len(flash))
        app = next(p for p in partitions if p.is_app)
        model = next(p for p in partitions if p.label == "model")
        image = decode_image(flash[app.offset : app.offset + app.size], app.offset)
        header = unpack_partition(flash[model.offset : model.offset + model.size]).header
    except (TableError, ValueError, StopIteration, WireError):
        return None
    said = image.description
    if said is None or image.sha256 is None:
        return None
    identity = dataclasses.replace(
        default_identity(header),
        target="esp32",
        firmware_version=said.version,
        build_id=said.elf_sha256,
        app_sha256=image.sha256,
    )
    return identity, header


class _Machine:
    def __init__(self, flash: bytes, uart: socket.socket, qmp: socket.socket, fault: str) -> None:
        self._board = board_in(flash)
        self._uart = uart
        self._qmp = qmp
        self._fault = fault
        self._answers = _answers()
        self._runs = False
        self._boots = 0
        self._firmware: FakeFirmware | None = None
        self._decoder = FrameDecoder()
        self._queue: list[Run] = []
        self._now_us = 0

    def run(self) -> int:
        self._tell({"QMP": {"version": {}, "capabilities": []}})
        pending = b""
        while True:
            ready, _, _ = select.select([self._uart, self._qmp], [], [])
            if self._qmp in ready:
                pending += self._qmp.recv(4096)
                if not pending:
                    return 0
                while b"\n" in pending:
                    line, _, pending = pending.partition(b"\n")
                    if not self._command(json.loads(line)):
                        return 0
            if self._uart in ready:
                data = self._uart.recv(4096)
                if not data:
                    return 0
                self._hear(data)

    def _command(self, request: dict[str, Any]) -> bool:
        command: str = request["execute"]
        if command == "system_reset":
            if self._fault == "hangs on reset":
                _hang()
            self._tell({"event": "RESET", "timestamp": {}, "data": {}})
            self._firmware = None
            if self._runs:
                self._boot(_POWER_ON)
        elif command == "cont" and not self._runs:
            self._runs = True
            self._boot(_POWER_ON)
        elif command not in ("qmp_capabilities", "query-status", "cont", "quit"):
            self._tell({"error": {"class": "CommandNotFound", "desc": "no"}, "id": request["id"]})
            return True
        self._tell({"return": {}, "id": request["id"]})
        return command != "quit"

    def _boot(self, reason: int) -> None:
        self._boots += 1
        self._decoder = FrameDecoder()
        self._queue.clear()
        self._print("ets Jul 29 2019 12:21:46", "", _RESETS[reason])
        if self._board is None:
            self._print(*["invalid header: 0xffffffff"] * 3)
            return
        identity, header = self._board
        identity = dataclasses.replace(
            identity,
            boot_id=identity.boot_id + self._boots,
            reset_reason=reason,
            boot_count=self._boots,
        )
        self._firmware = FakeFirmware(identity, self._queue.append, self._answers, header)
        self._print("I (312) camhil: ready")

    def _hear(self, data: bytes) -> None:
        for event in self._decoder.feed(data):
            firmware = self._firmware
            if not isinstance(event, Frame) or firmware is None:
                continue
            seq, request = decode_request(event.message)
            if isinstance(request, Infer) and self._fault == "ends on infer":
                print("qemu: fatal: no such instruction", file=sys.stderr, flush=True)
                os._exit(3)
            if isinstance(request, Infer) and self._fault == "hangs on infer":
                _hang()
            self._answer(seq, self._rate(request) or firmware.answer(seq, request))
            while self._queue:
                run = self._queue.pop(0)
                invoke_us = 300_000 + run.request.sample_crc % 7  # as counted, not as waited
                self._now_us += invoke_us + _LINE_US
                replies = firmware.finish(run, invoke_us, self._now_us)
                self._answer(run.seq, replies)
            if isinstance(request, Reboot):
                self._boot(_SOFTWARE)

    @staticmethod
    def _rate(request: Request) -> list[Reply]:
        """Answers about the rate, which an emulated UART has not."""
        if isinstance(request, SetBaud):
            return [BaudAck(request.baud)]
        return [BaudCommitted(request.baud)] if isinstance(request, CommitBaud) else []

    def _answer(self, seq: int, replies: Sequence[Reply]) -> None:
        for reply in replies:
            self._uart.sendall(encode_frame(encode_reply(seq, reply)))

    def _print(self, *lines: str) -> None:
        self._uart.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _tell(self, message: dict[str, Any]) -> None:
        self._qmp.sendall(json.dumps(message).encode() + b"\r\n")


def _hang() -> None:
    while True:
        time.sleep(60)


def _options(arguments: Sequence[str], name: str) -> list[dict[str, str]]:
    """The values of an option that is given several times, each as a table."""
    values = [value for key, value in pairwise(arguments) if key == name]
    return [dict(item.split("=", 1) for item in v.split(",") if "=" in item) for v in values]


def main(arguments: Sequence[str]) -> int:
    """Runs until it is told to quit; the exit code."""
    fault = os.environ.get(_FAULT, "")
    if list(arguments) == ["-machine", "help"]:
        esp32 = "" if fault == "no machine" else "esp32                Espressif ESP32 machine\n"
        print(f"Supported machines are:\n{esp32}none                 empty machine")
        return 0
    with Path(os.environ[_LOG]).open("a") as log:
        log.write(json.dumps(list(arguments)) + "\n")
    if fault == "broken":
        print("qemu-system-xtensa: ROM code binary not found", file=sys.stderr)
        return 1
    sockets = {
        chardev["id"]: socket.socket(fileno=int(chardev["fd"]))
        for chardev in _options(arguments, "-chardev")
    }
    (drive,) = _options(arguments, "-drive")
    flash = Path(drive["file"]).read_bytes()
    return _Machine(flash, sockets["uart0"], sockets["qmp0"], fault).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
