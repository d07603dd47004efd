"""Reads recordings; `hil.link.recording` describes and writes them."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.errors import UsageError
from hil.link.recording import MAGIC, MAGIC_START, Kind, head_check

_GZIP = b"\x1f\x8b"
_CRC_BYTES = 4
_HINT = "give a file that --record of this version wrote (it may be compressed with gzip)"


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
        if record is None:
            raise UsageError(
                f"the recording is damaged at byte {place} of {len(data)}",
                where=str(path),
                hint="copy it again, as a binary file",
            )
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
    if data.startswith(MAGIC_START):
        version = data[len(MAGIC_START) :].split(b"\r", 1)[0][:20].decode("ascii", "replace")
        return f"a recording of version {version!r}, or changed by a transfer as text"
    return "not a recording"


def _record(data: bytes, place: int, before_us: int) -> tuple[Record | None, int]:
    """The record at `place` (None: damaged) and where it ends."""
    delta, body = _leb128(data, place + 1)
    size, body = _leb128(data, body)
    if body == len(data):
        raise _CutShortError
    if data[body : body + 1] != head_check(data[place:body]):
        return None, body
    body += 1
    end = body + size + _CRC_BYTES
    if end > len(data):
        raise _CutShortError
    check = int.from_bytes(data[end - _CRC_BYTES : end], "little")
    if zlib.crc32(data[place : end - _CRC_BYTES]) != check:
        return None, end
    try:
        kind = Kind(data[place])
    except ValueError:
        return None, end
    return Record(kind, before_us + delta, data[body : body + size]), end


def _leb128(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while place < len(data):
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise _CutShortError
