"""The conversation with a board in a file: every byte both ways, with its time.

A recording is `MAGIC`, then records:

    kind      1 byte, a `Kind`
    time      LEB128, microseconds since the record before
    length    LEB128, of the payload in bytes
    check     1 byte, lowest of the CRC-32 of the three
    payload
    CRC-32    4 bytes, little endian, of everything before in this record

It is only ever appended to, and handed to the operating system ten times a second and whenever
the board keeps silent. So a run that is killed leaves a recording that ends with the last tenth
of a second; a last record that was cut short is dropped when it is read.
"""

from __future__ import annotations

import enum
import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import crc32

from hil.base.deadline import Clock
from hil.errors import InfrastructureError, UsageError
from hil.link.transport import Transport

_MAGIC_START = b"\x89camhil recording "
_MAGIC_END = b"\r\n\x1a\n"  # as in PNG: shows a file that was transferred as text
_VERSION = 1
MAGIC = _MAGIC_START + b"%d" % _VERSION + _MAGIC_END

_GZIP = b"\x1f\x8b"
_CRC_BYTES = 4
_HINT = "give a file that --record of this version wrote (it may be compressed with gzip)"

_BUFFER_BYTES = 1 << 20
_FLUSH_US = 100_000
_HELD_UP_US = 1000


class Kind(enum.IntEnum):
    """What a record is. Payloads are bytes of the line, JSON objects (`*`), or nothing."""

    HEADER = 1  # * who recorded what, when and how
    BUILD = 2  # the build that was tested, see hil.board.recording
    OPENED = 3  # * the port is open: its name, and whether it has reset lines
    OPEN_FAILED = 4  # * error
    LOST = 5  # * the port failed: error
    SENT = 6  # host to board
    RECEIVED = 7  # board to host
    BAUD = 8  # * the host's rate from now on
    RESET = 9  # * the host pulled the reset line
    NOTE = 10  # UTF-8: the test that begins
    FLASH_SENT = 11  # esptool to ROM loader
    FLASH_RECEIVED = 12  # ROM loader to esptool
    FLASHED = 13  # * flashing is over: error, or null
    END = 14  # closed in order
    RESET_FAILED = 15  # * error
    WRITTEN = 16  # what was sent last had to wait until now; left out below a millisecond


class Recorder:
    """Writes one recording. `error` holds the first failure to write, if any.

    After a failure further records are dropped: the run goes on, but without its recording
    it must not count as passed.
    """

    def __init__(self, path: Path, clock: Clock = time.monotonic) -> None:
        self.path = path
        self.error: InfrastructureError | None = None
        self._clock = clock
        self._last_us = self._flushed_us = self._now_us()
        self._note = ""
        self._open_failed = ""
        self._stream: IO[bytes] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("wb", buffering=_BUFFER_BYTES)
            self._stream.write(MAGIC)
        except OSError as cause:
            self._fail(cause)

    def add(self, kind: Kind, payload: bytes = b"") -> None:
        """Appends one record; the time is now."""
        if self._stream is None:
            return
        now_us = self._now_us()
        head = bytes((kind,)) + _leb128(now_us - self._last_us) + _leb128(len(payload))
        head += _head_check(head)
        self._last_us = now_us
        check = crc32(payload, crc32(head)).to_bytes(_CRC_BYTES, "little")
        try:
            self._stream.write(head + payload + check)
        except OSError as cause:
            self._fail(cause)
        if now_us - self._flushed_us >= _FLUSH_US:
            self.flush()

    def add_json(self, kind: Kind, **facts: Any) -> None:
        self.add(kind, json.dumps(facts, separators=(",", ":")).encode())

    def written(self) -> None:
        """What was sent last has been taken by the operating system."""
        if self._now_us() - self._last_us >= _HELD_UP_US:
            self.add(Kind.WRITTEN)

    def note(self, text: str) -> None:
        """The test that begins; nothing where it has begun already."""
        if text != self._note:
            self._note = text
            self.add(Kind.NOTE, text.encode())

    def opened(self, name: str, *, can_reset: bool) -> None:
        self._open_failed = ""
        self.add_json(Kind.OPENED, name=name, can_reset=can_reset)

    def open_failed(self, error: InfrastructureError) -> None:
        """Once, however often it is tried again."""
        if error.message != self._open_failed:
            self._open_failed = error.message
            self.add_json(Kind.OPEN_FAILED, **error_facts(error))

    def flush(self) -> None:
        """Hands everything to the operating system, which keeps it whatever becomes of us."""
        if self._stream is None:
            return
        self._flushed_us = self._last_us
        try:
            self._stream.flush()
        except OSError as cause:
            self._fail(cause)

    @contextmanager
    def tapped(self, port: Any) -> Iterator[None]:
        """Within, what anybody reads from and writes to this pyserial port is recorded too."""
        read: Callable[..., bytes] = port.read
        write: Callable[[bytes], int | None] = port.write

        def tapped_read(*arguments: Any, **options: Any) -> bytes:
            data = read(*arguments, **options)
            if data:
                self.add(Kind.FLASH_RECEIVED, bytes(data))
            return data

        def tapped_write(data: bytes) -> int | None:
            self.add(Kind.FLASH_SENT, bytes(data))
            return write(data)

        port.read, port.write = tapped_read, tapped_write
        try:
            yield
        finally:
            del port.read, port.write

    def close(self) -> None:
        """Ends the recording. May be repeated."""
        self.add(Kind.END)
        self.flush()
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _now_us(self) -> int:
        return round(self._clock() * 1e6)

    def _fail(self, cause: OSError) -> None:
        stream, self._stream = self._stream, None
        self.error = self.error or InfrastructureError(
            f"cannot write the recording: {cause.strerror or cause}",
            where=str(self.path),
            hint="free space or choose another place; the run itself is not affected, "
            "but a run without the recording that was asked for does not count as passed",
        )
        if stream is not None:
            # The buffered rest cannot be written either; the first error is the one to report.
            with suppress(OSError):
                stream.close()


class RecordingTransport:
    """A `Transport` that passes everything on to `inner`, and to a recorder."""

    def __init__(self, inner: Transport, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    @property
    def name(self) -> str:
        return self._inner.name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        with self._noting_losses():
            data = self._inner.read(max_bytes, timeout_s)
        if data:
            self._recorder.add(Kind.RECEIVED, data)
        elif timeout_s > 0:
            self._recorder.flush()
        return data

    def write(self, data: bytes) -> None:
        self._recorder.add(Kind.SENT, data)
        with self._noting_losses():
            self._inner.write(data)
        self._recorder.written()

    def set_baud(self, baud: int) -> None:
        with self._noting_losses():
            self._inner.set_baud(baud)
        self._recorder.add_json(Kind.BAUD, baud=baud)

    def close(self) -> None:
        self._inner.close()

    @contextmanager
    def _noting_losses(self) -> Iterator[None]:
        try:
            yield
        except InfrastructureError as error:
            self._recorder.add_json(Kind.LOST, **error_facts(error))
            raise


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `at_us` counts from the start of the recording."""

    kind: Kind
    at_us: int
    data: bytes

    @property
    def facts(self) -> dict[str, Any]:
        """The payload of a kind that holds a JSON object. Raises UsageError for another one."""
        try:
            facts: dict[str, Any] = json.loads(self.data)
        except ValueError as cause:
            raise UsageError(
                f"the recording is damaged: {self.kind.name} holds no JSON", hint=_HINT
            ) from cause
        return facts


class _CutShortError(Exception):
    """The file ends within a record."""


def read_recording(path: Path) -> list[Record]:
    """All records of a recording, gzip or not.

    Raises:
        UsageError: unreadable, not a recording, of another version, or damaged (the place is
            named). Only a last record that was cut short is taken as the end of a run that died.
    """
    data = _content(path)
    if not data.startswith(MAGIC):
        raise UsageError(_no_recording(data), where=str(path), hint=_HINT)
    records: list[Record] = []
    place, at_us = len(MAGIC), 0
    while place < len(data):
        try:
            record, end = _record(data, place, at_us)
        except _CutShortError:
            break
        except ValueError as cause:
            raise UsageError(
                f"the recording is damaged at byte {place} of {len(data)}",
                where=str(path),
                hint="copy it again, as a binary file",
            ) from cause
        records.append(record)
        place, at_us = end, record.at_us
    return records


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError, zlib.error) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        raise UsageError(
            f"cannot read the recording: {reason}", where=str(path), hint=_HINT
        ) from cause


def _no_recording(data: bytes) -> str:
    if data.startswith(_MAGIC_START):
        version = data[len(_MAGIC_START) :].split(b"\r", 1)[0][:20].decode("ascii", "replace")
        return f"a recording of version {version!r}, or changed by a transfer as text"
    return "not a recording"


def _record(data: bytes, place: int, before_us: int) -> tuple[Record, int]:
    """The record at `place` and where it ends. Raises ValueError for a damaged one."""
    delta, body = _read_leb128(data, place + 1)
    size, body = _read_leb128(data, body)
    if body == len(data):
        raise _CutShortError
    if data[body : body + 1] != _head_check(data[place:body]):
        raise ValueError("the head is damaged")
    body += 1
    end = body + size + _CRC_BYTES
    if end > len(data):
        raise _CutShortError
    check = int.from_bytes(data[end - _CRC_BYTES : end], "little")
    if crc32(data[place : end - _CRC_BYTES]) != check:
        raise ValueError("the payload is damaged")
    return Record(Kind(data[place]), before_us + delta, data[body : body + size]), end


def error_facts(error: InfrastructureError) -> Mapping[str, str]:
    """An error as a record holds it."""
    return {"message": error.message, "hint": error.hint}


def _head_check(head: bytes) -> bytes:
    """Tells a damaged length from a record that was cut short."""
    return bytes((crc32(head) & 0xFF,))


def _leb128(number: int) -> bytes:
    """Unsigned, seven bits a byte, least significant first (DWARF 5, section 7.6)."""
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)


def _read_leb128(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while place < len(data):
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise _CutShortError
