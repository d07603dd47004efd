"""A recorded conversation as requests with their answers, and what else happened. Pure.

Sequence numbers are those of one session, so a message is known by its content: kind and
fields, without the number.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hil.link.recording import Kind, Record
from hil.wire.enums import ErrorCode
from hil.wire.errors import WireError
from hil.wire.frames import FIRST_SEQ, ConsoleText, Damaged, Frame, FrameDecoder, encode_frame
from hil.wire.messages import decode_reply, decode_request, encode_reply
from hil.wire.replies import Accepted, ChunkAck, ErrorReply, Identity, Reply, Result, Uploading
from hil.wire.requests import TOLD_CHUNKS, Chunk, Infer, Reboot, Upload

_LARGEST_FRAME = 1 << 16  # the identity's limit need not be known to read a recording
_PAUSE_US = 250_000  # after which an unfinished segment was given up
_LONG_ARRAY = 0x98  # CBOR head of an array whose length takes a byte of its own
_SEQ_HEAD = 0x1A  # CBOR head of 32 bits; sequence numbers of hosts are that large
_SEQ_BYTES = 5
_TRANSIENT = {ErrorCode.BUSY, ErrorCode.INCOMPLETE, ErrorCode.NO_SUCH_SAMPLE}

_HAPPENINGS = {
    Kind.OPENED,
    Kind.OPEN_FAILED,
    Kind.LOST,
    Kind.RESET,
    Kind.RESET_FAILED,
    Kind.NOTE,
    Kind.FLASHED,
}


@dataclass(eq=False)
class Exchange:
    """One request and all that answered it: (microseconds of the recording, message).

    `held_up_us`: how long the host could not do anything else, because the line took no more.
    `boot_id`: what the board had said of its start before.
    """

    at_us: int
    content: bytes
    request: Any  # None where the protocol lacks it
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    used: bool = False
    held_up_us: int = 0
    boot_id: int | None = None

    @property
    def restarts(self) -> bool:
        """Whether the board restarted by this command."""
        return isinstance(self.request, Reboot) and bool(self.answers)

    @property
    def end(self) -> int | None:
        """Which of the answers ends an inference; None where none was begun, or none ended."""
        if not isinstance(self.request, Infer):
            return None
        kinds = [kind_of(answer) for _, answer in self.answers]
        if Result.kind in kinds:
            return kinds.index(Result.kind)
        failed = Accepted.kind in kinds and ErrorReply.kind in kinds
        return kinds.index(ErrorReply.kind) if failed else None

    @property
    def failed(self) -> bool:
        """Whether it is an inference that was begun, and ended without a result."""
        return self.end is not None and not is_result(self.answers[self.end][1])


@dataclass(frozen=True)
class Spoken:
    """Bytes of the board that answer nothing: console text, noise, unasked frames."""

    at_us: int
    data: bytes


@dataclass(frozen=True)
class Happened:
    """What the host did or met: a record of one of `_HAPPENINGS`."""

    at_us: int
    kind: Kind
    data: bytes
    facts: dict[str, Any]

    @property
    def restarts(self) -> bool:
        """Whether the board restarted; pulling a line that is not connected changes nothing."""
        return self.kind is Kind.RESET and bool(self.facts["can_reset"])


Event = Exchange | Spoken | Happened


def split(message: bytes) -> tuple[int | None, bytes]:
    """Sequence number and content of a message; None where it has none of a host."""
    head = _head_bytes(message)
    seq = message[head : head + _SEQ_BYTES]
    if len(seq) < _SEQ_BYTES or seq[0] != _SEQ_HEAD:
        return None, message
    return int.from_bytes(seq[1:], "big"), message[:head] + message[head + _SEQ_BYTES :]


def joined(seq: int, content: bytes) -> bytes:
    """The reverse of `split`."""
    head = _head_bytes(content)
    return content[:head] + bytes((_SEQ_HEAD,)) + seq.to_bytes(4, "big") + content[head:]


def kind_of(content: bytes) -> int:
    """The kind of a message without its sequence number; they are below 24, a byte in CBOR."""
    head = _head_bytes(content)
    return content[head] if len(content) > head else 0


def _head_bytes(message: bytes) -> int:
    return 2 if message[:1] == bytes((_LONG_ARRAY,)) else 1


def read_request(message: bytes) -> Any:
    """The request in a message; None where the protocol lacks it."""
    try:
        return decode_request(message)[1]
    except WireError:
        return None


def read_reply(content: bytes) -> Reply | None:
    """What a recorded answer says; None where the protocol lacks it."""
    try:
        return decode_reply(joined(FIRST_SEQ, content))[1]
    except WireError:
        return None


def is_result(content: bytes) -> bool:
    """Whether a reply ends an inference."""
    return kind_of(content) == Result.kind


def boot_id_in(content: bytes) -> int | None:
    """The start of the board that a reply names; None where it is not about one."""
    reply = read_reply(content)
    return reply.boot_id if isinstance(reply, Identity | Result) else None


def with_boot_id(content: bytes, boot_id: int) -> bytes:
    """A result as if it were of another start of the board."""
    reply = read_reply(content)
    assert isinstance(reply, Result)
    return split(encode_reply(FIRST_SEQ, dataclasses.replace(reply, boot_id=boot_id)))[1]


def events_of(records: Iterable[Record]) -> list[Event]:
    """The conversation in the order of its beginnings, without the noise of its uploads.

    What belongs to flashing is left out.
    """
    events: list[Event] = []
    sent, received = (FrameDecoder(_LARGEST_FRAME) for _ in range(2))
    exchanges: dict[int, Exchange] = {}
    sent_us = heard_us = 0
    for record in records:
        if record.kind is Kind.WRITTEN:
            last = events[-1] if events else None
            if isinstance(last, Exchange) and last.at_us == sent_us:  # else it was sent again
                last.held_up_us = record.at_us - sent_us
        elif record.kind is Kind.SENT:
            sent_us = record.at_us
            for frame in sent.feed(record.data):
                if isinstance(frame, Frame):
                    events += _asked(frame.message, record.at_us, exchanges)
        elif record.kind is Kind.RECEIVED:
            parts = received.flush() if record.at_us - heard_us >= _PAUSE_US else []
            heard_us = record.at_us
            for part in [*parts, *received.feed(record.data)]:
                events += _heard(part, record.at_us, exchanges)
        elif record.kind in _HAPPENINGS:
            facts = {} if record.kind is Kind.NOTE else record.facts
            events.append(Happened(record.at_us, record.kind, record.data, facts))
    for part in received.flush():
        events += _heard(part, heard_us, exchanges)
    _repair_uploads(events)
    return events


def _asked(message: bytes, at_us: int, exchanges: dict[int, Exchange]) -> Iterator[Event]:
    seq, content = split(message)
    if seq is not None and seq not in exchanges:  # else it was sent again
        exchanges[seq] = Exchange(at_us, content, read_request(message))
        yield exchanges[seq]


def _heard(
    part: Frame | ConsoleText | Damaged, at_us: int, exchanges: dict[int, Exchange]
) -> Iterator[Event]:
    if isinstance(part, ConsoleText):
        yield Spoken(at_us, part.text.encode())
    elif isinstance(part, Damaged):
        yield Spoken(at_us, b"\x00" + part.data + b"\x00")
    else:
        seq, content = split(part.message)
        if seq is None:
            yield Spoken(at_us, encode_frame(part.message))
        elif seq in exchanges and all(content != known for _, known in exchanges[seq].answers):
            exchanges[seq].answers.append((at_us, content))


# ---- uploads


def _repair_uploads(events: Iterable[Event]) -> None:
    """Takes the noise of the line out of uploads.

    The line of a replay loses nothing, so the host does not repeat what it repeated then. Where
    an upload was not plain (one announcement, each chunk once, one request to run), but came to
    an end, its exchanges get the answers of a board to which everything arrives; those that are
    superfluous count as used. The end stays what it was.
    """
    uploads: dict[int, list[Exchange]] = defaultdict(list)
    for event in events:
        if isinstance(event, Exchange) and isinstance(event.request, Upload | Chunk | Infer):
            crc = event.request.sample_crc
            uploads[crc].append(event)
            if isinstance(event.request, Infer) and _ends(event) and not _will_repeat(uploads[crc]):
                _repair(uploads.pop(crc))
        elif not isinstance(event, Spoken) and event.restarts:
            uploads.clear()


def _ends(infer: Exchange) -> bool:
    """Whether the board ran the network, or refused the sample for good."""
    replies = [read_reply(content) for _, content in infer.answers]
    return any(not (isinstance(r, ErrorReply) and r.code in _TRANSIENT) for r in replies)


def _will_repeat(upload: list[Exchange]) -> bool:
    """Whether the host announces the sample again, because the board was busy when it last did."""
    answers = [e.answers for e in upload if isinstance(e.request, Upload)][-1:]
    replies = [read_reply(content) for _, content in answers[0]] if answers else []
    return any(isinstance(r, ErrorReply) and r.code is ErrorCode.BUSY for r in replies)


def _repair(upload: list[Exchange]) -> None:
    announced = [exchange for exchange in upload if isinstance(exchange.request, Upload)]
    asked = [exchange for exchange in upload if isinstance(exchange.request, Infer)]
    chunks: dict[int, list[Exchange]] = defaultdict(list)
    for exchange in upload:
        if isinstance(exchange.request, Chunk):
            chunks[exchange.request.offset].append(exchange)
    if not announced or _is_plain(announced, asked, chunks):
        return
    asked[0].answers = asked[-1].answers
    repeated = [*announced[1:], *asked[1:]]
    first = announced[0]
    if not first.request.resume:  # else what is missing is for the board to say
        crc, count = first.request.sample_crc, len(chunks)
        _answer(announced, Uploading(crc, 0, _all_from(0, count)))
        for index, offset in enumerate(sorted(chunks), start=1):
            _answer(chunks[offset], ChunkAck(crc, offset, index, _all_from(index, count)))
            repeated += chunks[offset][1:]
    for exchange in repeated:
        exchange.used = True


def _all_from(first: int, count: int) -> int:
    """What a board tells that misses all chunks from `first` on."""
    return (1 << min(count - first, TOLD_CHUNKS)) - 1


def _is_plain(
    announced: list[Exchange], asked: list[Exchange], chunks: dict[int, list[Exchange]]
) -> bool:
    if len(announced) + len(asked) > 2:
        return False
    return all(
        len(same) == 1
        and len(same[0].answers) == 1
        and isinstance(read_reply(same[0].answers[0][1]), Uploading | ChunkAck)
        for same in (announced, *chunks.values())
    )


def _answer(same: list[Exchange], reply: Reply) -> None:
    """The first of these exchanges gets this answer, when any of them was answered first."""
    first = same[0]
    at_us = min((at for exchange in same for at, _ in exchange.answers), default=first.at_us)
    _, content = split(encode_reply(FIRST_SEQ, reply))
    first.answers = [(at_us, content)]
