"""Frames on the serial line, and the console text between them.

A frame is `00  COBS(message, CRC-32 of message)  00`; COBS is consistent overhead byte stuffing
(Cheshire and Baker, 1999), so that 00 appears nowhere else. Neighbouring frames may share a
delimiter or have several between them. What lies between two delimiters is a segment:

* COBS decodes it, its CRC is right and it is not longer than the limit: a frame;
* else it is console text, line by line, where it is UTF-8 without control characters other than
  TAB, LF, CR and ESC;
* else a damaged frame.

Text need not wait for a delimiter: a line at the start of a segment is passed on with its line
feed, because no frame begins with two bytes or more of text and a line feed. The segment of a
frame begins with a COBS code byte, a CBOR array head (80..9F; the identity's is 98 1C) and the
sequence number: 1A and four bytes from 65536 on, which is where hosts start, or 0 in a notice, so
that the code byte is 02. Bytes 80..9F continue a UTF-8 sequence only behind C2..F4: behind C2
they make a C1 control character, behind C3..DF the control character 1A or 1C follows, behind
E0..F4 that breaks the sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from hil.wire.crc import append_crc, strip_crc

MAX_FRAME_BYTES = 2048  # default limit of a segment, without the delimiters
FIRST_SEQ = 0x10000  # smallest sequence number that a host uses, see above

_DELIMITER = b"\x00"
_LINE_FEED = b"\n"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
# A damaged frame contains short runs of printable bytes by chance; a log line is longer.
_SHORTEST_RESCUED_LINE = 8


@dataclass(frozen=True)
class Frame:
    """A message that arrived undamaged."""

    message: bytes


@dataclass(frozen=True)
class ConsoleText:
    """One line with its line feed, or the part of one that a delimiter or a pause ended."""

    text: str


@dataclass(frozen=True)
class Damaged:
    """Bytes that are neither a frame nor text."""

    data: bytes


Event: TypeAlias = Frame | ConsoleText | Damaged


def encode_frame(message: bytes) -> bytes:
    """`message` as a frame with both delimiters."""
    from cobs import cobs  # here, because ESP-IDF's Python packs model partitions without it

    segment: bytes = cobs.encode(append_crc(message))
    return _DELIMITER + segment + _DELIMITER


def decode_segment(segment: bytes) -> bytes | None:
    """The message between two delimiters, or None where there is no undamaged one."""
    from cobs import cobs

    try:
        return strip_crc(cobs.decode(segment))
    except cobs.DecodeError:
        return None


def is_text(data: bytes) -> bool:
    """Whether `data` is console text."""
    try:
        return _CONTROL.search(data.decode()) is None
    except UnicodeDecodeError:
        return False


class FrameDecoder:
    """Splits a byte stream into frames, console text and damage; never raises.

    The events depend on the bytes alone, not on how they are cut into `feed` calls. Work and
    memory are linear in the input.
    """

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self.max_frame_bytes = max_frame_bytes
        self._segment = bytearray()  # what has arrived since the last delimiter or text line
        self._scanned = 0  # bytes of it that were searched for an end
        self._binary = False  # its first line is no text: only a delimiter ends it
        self._overlong = False  # it was cut at the limit: what follows cannot be a frame

    @property
    def pending(self) -> int:
        """Bytes of an unfinished segment."""
        return len(self._segment)

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes, in the order of the bytes."""
        events: list[Event] = []
        self._segment += data
        while self._step(events):
            pass
        return events

    def flush(self) -> list[Event]:
        """Gives up waiting for the rest of a segment, after a pause on the line."""
        segment = self._take(len(self._segment))
        return self._split(segment) if segment else []

    def _step(self, events: list[Event]) -> bool:
        """Takes one piece off the segment; False when more bytes are needed."""
        limit = self.max_frame_bytes + 1
        end = self._segment.find(_DELIMITER, self._scanned, limit)
        if not self._binary:
            # Not at 0: a line feed there may be the code byte of a frame.
            start = max(self._scanned, 1)
            feed = self._segment.find(_LINE_FEED, start, end if end >= 0 else limit)
            if feed >= 0:
                self._end_line(feed + 1, events)
                return True
        if end >= 0:
            segment = self._take(end)
            del self._segment[:1]
            self._overlong = False
            events += self._classify(segment)
            return True
        if len(self._segment) >= limit:
            events += self._split(self._take(limit))
            self._overlong = True
            return True
        self._scanned = len(self._segment)
        return False

    def _end_line(self, size: int, events: list[Event]) -> None:
        line = bytes(self._segment[:size])
        if is_text(line):
            events += _console(self._take(size))
        elif self._overlong:
            events.append(Damaged(self._take(size)))
        else:
            self._binary = True

    def _take(self, size: int) -> bytes:
        piece = bytes(self._segment[:size])
        del self._segment[:size]
        self._scanned = 0
        self._binary = False
        return piece

    def _classify(self, segment: bytes) -> list[Event]:
        if not segment:
            return []
        if not self._overlong:
            message = decode_segment(segment)
            if message is not None:
                return [Frame(message)]
        return self._split(segment)

    @staticmethod
    def _split(segment: bytes) -> list[Event]:
        """Text lines of a segment that is no frame; all its other bytes as one damage."""
        if is_text(segment):
            return _console(segment)
        text: list[Event] = []
        broken = b""
        for line in _lines(segment):
            if len(line) > _SHORTEST_RESCUED_LINE and is_text(line):
                text.append(ConsoleText(line.decode()))
            else:
                broken += line
        return [Damaged(broken), *text]


def _lines(data: bytes) -> list[bytes]:
    """`data` cut behind every line feed; `splitlines` would also cut at CR."""
    *lines, rest = data.split(_LINE_FEED)
    return [line + _LINE_FEED for line in lines] + ([rest] if rest else [])


def _console(data: bytes) -> list[Event]:
    return [ConsoleText(line.decode()) for line in _lines(data)]
