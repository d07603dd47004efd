"""Takes the noise of the line out of recorded uploads. Pure.

The line of a replay loses nothing, so the host does not repeat what it repeated then. Where an
upload was not plain (one announcement, each chunk once, one request to run), but came to an end,
its exchanges get the answers of a board to which everything arrives. The end stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hil.link.recorded_events import Event, Exchange, Spoken, joined, split
from hil.wire.enums import ErrorCode
from hil.wire.errors import WireError
from hil.wire.frames import FIRST_SEQ
from hil.wire.messages import decode_reply, encode_reply
from hil.wire.replies import ChunkAck, ErrorReply, Reply, Uploading
from hil.wire.requests import Chunk, Infer, Upload

_TRANSIENT = {ErrorCode.BUSY, ErrorCode.INCOMPLETE, ErrorCode.NO_SUCH_IMAGE}


def repair_uploads(events: Iterable[Event]) -> None:
    """Changes the exchanges of uploads that were not plain; those that are superfluous are used."""
    uploads: dict[int, list[Exchange]] = defaultdict(list)
    for event in events:
        if isinstance(event, Exchange) and isinstance(event.request, Upload | Chunk | Infer):
            crc = event.request.image_crc
            uploads[crc].append(event)
            if isinstance(event.request, Infer) and _ends(event) and not _will_repeat(uploads[crc]):
                _repair(uploads.pop(crc))
        elif not isinstance(event, Spoken) and event.restarts:
            uploads.clear()


def _ends(infer: Exchange) -> bool:
    """Whether the board ran the image, or refused it for good."""
    replies = [_reply(content) for _, content in infer.answers]
    return any(not (isinstance(r, ErrorReply) and r.code in _TRANSIENT) for r in replies)


def _will_repeat(upload: list[Exchange]) -> bool:
    """Whether the host announces the image again, because the board was busy when it last did."""
    answers = [e.answers for e in upload if isinstance(e.request, Upload)][-1:]
    replies = [_reply(content) for _, content in answers[0]] if answers else []
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
        crc, missing = first.request.image_crc, (1 << len(chunks)) - 1
        _answer(announced, Uploading(crc, missing))
        for index, offset in enumerate(sorted(chunks)):
            missing &= ~(1 << index)
            _answer(chunks[offset], ChunkAck(crc, offset, missing))
            repeated += chunks[offset][1:]
    for exchange in repeated:
        exchange.used = True


def _is_plain(
    announced: list[Exchange], asked: list[Exchange], chunks: dict[int, list[Exchange]]
) -> bool:
    if len(announced) + len(asked) > 2:
        return False
    return all(
        len(same) == 1
        and len(same[0].answers) == 1
        and isinstance(_reply(same[0].answers[0][1]), Uploading | ChunkAck)
        for same in (announced, *chunks.values())
    )


def _answer(same: list[Exchange], reply: Reply) -> None:
    """The first of these exchanges gets this answer, when any of them was answered first."""
    first = same[0]
    at_us = min((at for exchange in same for at, _ in exchange.answers), default=first.at_us)
    _, content = split(encode_reply(FIRST_SEQ, reply))
    first.answers = [(at_us, content)]


def _reply(content: bytes) -> Reply | None:
    """What a recorded answer says; None where the protocol lacks it."""
    try:
        return decode_reply(joined(FIRST_SEQ, content))[1]
    except WireError:
        return None
