"""Random byte streams for the frame decoder and the message decoders.

python tests/wire/fuzzing.py 10000000 [seed]
"""

from __future__ import annotations

import random
import sys

from hil.wire.errors import WireError
from hil.wire.frames import ConsoleText, Event, Frame, FrameDecoder, encode_frame
from hil.wire.messages import decode_reply, decode_request, encode_reply, encode_request
from hil.wire.replies import Accepted, ChunkAck, LinkNotice
from hil.wire.requests import GetMemory, Infer

LIMIT = 64  # of the fuzzed decoder, so that short inputs reach it


def fuzz(inputs: int, seed: int) -> None:
    """Checks this many inputs; an AssertionError names the one that failed."""
    source = random.Random(seed)
    good = encode_reply(70000, ChunkAck(1, 0, 0, 0))
    frames = [encode_frame(_message(source)) for _ in range(1000)]
    for number in range(inputs):
        data = stream(source, frames)
        try:
            check(data, source, good)
        except Exception as error:
            raise AssertionError(f"input {number} of seed {seed}: {data.hex()}") from error


def stream(source: random.Random, frames: list[bytes]) -> bytes:
    """A short stream: frames, damaged frames, text and noise in any order."""
    return b"".join(_piece(source, source.choice(frames)) for _ in range(source.randrange(1, 6)))


def check(data: bytes, source: random.Random, good: bytes) -> None:
    whole = FrameDecoder(LIMIT)
    events = whole.feed(data)
    assert in_pieces(data, source) == (events, whole.flush())
    for event in events:
        if isinstance(event, Frame):
            decode(event.message)
    assert sum(size(event) for event in events) <= len(data)  # nothing is invented
    # Whatever came before, a frame behind it is found.
    after = FrameDecoder(LIMIT)
    after.feed(data)
    assert after.feed(encode_frame(good))[-1] == Frame(good)
    assert after.pending == 0
    decode(data)


def in_pieces(data: bytes, source: random.Random) -> tuple[list[Event], list[Event]]:
    decoder = FrameDecoder(LIMIT)
    events: list[Event] = []
    at = 0
    while at < len(data):
        step = source.choice((1, 2, 3, 7, 30))
        events += decoder.feed(data[at : at + step])
        at += step
    return events, decoder.flush()


def decode(message: bytes) -> None:
    for decoder in (decode_reply, decode_request):
        try:
            decoder(message)
        except WireError:
            continue


def size(event: Event) -> int:
    """Bytes that an event was made of, at least."""
    if isinstance(event, Frame):
        return len(event.message)
    return len(event.text.encode()) if isinstance(event, ConsoleText) else len(event.data)


def _piece(source: random.Random, frame: bytes) -> bytes:
    kind = source.randrange(6)
    if kind == 0:
        return source.randbytes(source.randrange(0, 20))
    if kind == 1:
        return source.choice((b"\x00", b"\x00\x00", b"\n", b"\r\n", b"\xff" * 70, b"a" * 70))
    if kind == 2:
        text = source.choice(("I (12) app: ready", "Gr\u00fc\u00dfe", "\x1b[0;32mok\x1b[0m", "x"))
        return (text + source.choice(("\r\n", "\n", ""))).encode()
    if kind == 3:
        return frame
    if kind == 4:
        return frame[source.randrange(len(frame)) :]
    damaged = bytearray(frame)
    damaged[source.randrange(len(frame))] ^= 1 << source.randrange(8)
    return bytes(damaged)


def _message(source: random.Random) -> bytes:
    seq = source.randrange(65536, 1 << 32)
    crc = source.getrandbits(32)
    kind = source.randrange(4)
    if kind == 0:
        return encode_reply(seq, Accepted(crc))
    if kind == 1:
        return encode_reply(0, LinkNotice(source.randrange(300), crc, source.randrange(3)))
    if kind == 2:
        return encode_request(seq, Infer(crc, True, False, True, source.randrange(101), None))
    return encode_request(seq, GetMemory())


if __name__ == "__main__":
    fuzz(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
