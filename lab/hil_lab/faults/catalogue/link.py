"""What happens to bytes and messages between host and board."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hil_lab.faults.fault import (
    Area,
    BoardAction,
    Fault,
    LinkPatch,
    SourcePatch,
    failure,
    finding,
    infrastructure,
)

if TYPE_CHECKING:
    from hil.sim.board import Board
    from hil.sim.loop import Loop


def _translating(old: bytes, new: bytes) -> Callable[[], Callable[[bytes], bytes]]:
    return lambda: lambda data: data.replace(old, new)


def _without(*values: int) -> Callable[[], Callable[[bytes], bytes]]:
    return lambda: lambda data: bytes(byte for byte in data if byte not in values)


def _seven_bits() -> Callable[[bytes], bytes]:
    return lambda data: bytes(byte & 0x7F for byte in data)


def _cut_after(count: int) -> Callable[[], Callable[[bytes], bytes]]:
    """Carries `count` bytes, then none."""

    def make() -> Callable[[bytes], bytes]:
        left = count

        def carry(data: bytes) -> bytes:
            nonlocal left
            passed = data[:left]
            left -= len(passed)
            return passed

        return carry

    return make


def _mute_when_fast(board: Board, _: Loop) -> None:
    """A level shifter that carries 115 200 baud from the board, and no faster rate."""
    from hil.sim.line import NoiseRates

    board.uart.set_noise(NoiseRates(mute_above=200_000))


FAULTS = (
    Fault(
        "line-seven-bits",
        Area.LINK,
        "the adapter is set to seven data bits",
        (LinkPatch(to_host=_seven_bits),),
        infrastructure("board.link-damaged", says="bytes received|prints text"),
    ),
    Fault(
        "line-crlf",
        Area.LINK,
        "the board's console puts CR before every LF that it sends",
        (LinkPatch(to_host=_translating(b"\n", b"\r\n")),),
        infrastructure("board.link-damaged", says="damaged|no answer"),
    ),
    Fault(
        "line-xon-xoff",
        Area.LINK,
        "software flow control is on: 0x11 and 0x13 vanish",
        (LinkPatch(to_board=_without(0x11, 0x13)),),
        infrastructure("link.deaf", says="damaged|no answer"),
    ),
    Fault(
        "line-noisy",
        Area.LINK,
        "one bit in 500 is wrong: no common ground",
        (),
        infrastructure("board.link-damaged", says="damaged|no answer"),
        arguments=("--sim-bit-errors", "0.002"),
    ),
    Fault(
        "line-cut",
        Area.LINK,
        "the wire to the board breaks after 200 kB",
        (LinkPatch(to_board=_cut_after(200_000)),),
        infrastructure("board.silent", says="no answer"),
    ),
    Fault(
        "echo-ends-at-lf",
        Area.LINK,
        "a payload is handled as a line: it ends at LF",
        (
            SourcePatch(
                "core/dispatcher.cpp",
                "Echoed{request.echo.payload}",
                "Echoed{request.echo.payload.Part(0, [&request] {\n"
                "        const Bytes& all = request.echo.payload;\n"
                "        size_t i = 0;\n"
                "        while (i < all.size && all.data[i] != 0x0A) ++i;\n"
                "        return i;\n"
                "      }())}",
            ),
        ),
        failure("link.bytes", test="test_all_256_byte_values"),
    ),
    Fault(
        "crc-not-checked",
        Area.LINK,
        "the CRC of an uploaded image is not compared",
        (SourcePatch("core/samples.cpp", "if (crc != sample->crc) {", "if (crc == 0) {"),),
        failure("link.check-missing", test="test_a_corrupted_upload_is_refused"),
    ),
    Fault(
        "size-not-checked",
        Area.LINK,
        "an image of any size is taken",
        (
            SourcePatch(
                "core/samples.cpp",
                "if (upload.sample_bytes != expected_bytes) {",
                "if (upload.sample_bytes > expected_bytes) {",
            ),
        ),
        failure("link.check-missing", test="test_an_image_of_the_wrong_size"),
    ),
    Fault(
        "chunks-never-complete",
        Area.LINK,
        "an image counts as complete only with a chunk that does not exist",
        (
            SourcePatch(
                "core/samples.cpp",
                "    sample->missing = AllMissing(ChunkCount(upload.sample_bytes));\n",
                "    sample->missing = AllMissing(ChunkCount(upload.sample_bytes) + 1);\n",
            ),
        ),
        infrastructure("board.protocol", says="chunks acknowledged"),
    ),
    Fault(
        "baud-not-switched",
        Area.LINK,
        "a new baud rate is acknowledged and not set",
        (SourcePatch("core/transmitter.cpp", "    line_.SetBaud(action.value);\n", ""),),
        failure("link.baud", test="test_the_baud_rate"),
    ),
    Fault(
        "rate-refused",
        Area.LINK,
        "the board says that it can change its rate, and refuses every one",
        (SourcePatch("core/dispatcher.cpp", "set.baud > kMaxBaud) {", "set.baud > 0) {"),),
        failure("link.baud", test="test_the_baud_rate"),
    ),
    Fault(
        "answers-twice",
        Area.LINK,
        "every answer is sent twice",
        (
            SourcePatch(
                "core/link.h",
                "    return transmitter_.Queue(Encode(seq, reply), 0, then);\n",
                "    const Bytes frame = Encode(seq, reply);\n"
                "    transmitter_.Queue(frame, frame.size);\n"
                "    return transmitter_.Queue(frame, 0, then);\n",
            ),
            SourcePatch(
                "core/link.h",
                "    return transmitter_.Queue(Encode(seq, reply), Transmitter::kForReplies);\n",
                "    const Bytes frame = Encode(seq, reply);\n"
                "    transmitter_.Queue(frame, frame.size + Transmitter::kForReplies);\n"
                "    return transmitter_.Queue(frame, Transmitter::kForReplies);\n",
            ),
        ),
        finding(says="answers came that nothing had asked for"),
    ),
    Fault(
        "request-dropped",
        Area.LINK,
        "one request in fifty is not answered: its queue is one short",
        (
            SourcePatch(
                "core/dispatcher.cpp",
                "  link_.NoteUse();\n",
                "  link_.NoteUse();\n"
                "  static int requests = 0;\n"
                "  if (++requests % 50 == 0) return;\n",
            ),
        ),
        finding(says="requests were never answered"),
    ),
    Fault(
        "upload-forgotten",
        Area.LINK,
        "one image in seven is called damaged, though it is as it was sent",
        (
            SourcePatch(
                "core/samples.cpp",
                "  if (crc != sample->crc) {",
                "  static int images = 0;\n  if (crc != sample->crc || ++images % 7 == 0) {",
            ),
        ),
        finding(says="wanted again what had arrived whole"),
    ),
    Fault(
        "inline-damaged",
        Area.LINK,
        "an output in a result differs from its CRC: it is copied before it is complete",
        (
            SourcePatch(
                "core/inference.cpp",
                "    inlined += output.size;\n",
                "    result->inline_data[inlined] ^= 1;\n    inlined += output.size;\n",
            ),
        ),
        failure("output.inline-damaged", test="test_score"),
    ),
    Fault(
        "rate-kept",
        Area.LINK,
        "a new rate is kept without having been committed, on a line that cannot carry it",
        (
            SourcePatch("core/link.cpp", "  on_trial_ = true;\n", "  on_trial_ = false;\n"),
            BoardAction(1, _mute_when_fast),
        ),
        infrastructure("board.silent", says="no answer"),
    ),
    Fault(
        "read-output-offset",
        Area.LINK,
        "the second page of an output starts one byte late",
        (
            SourcePatch(
                "core/dispatcher.cpp",
                "tensor.Part(read.offset, length)",
                "tensor.Part(read.offset > 0 ? read.offset - 1 : 0, length)",
            ),
        ),
        failure("output.wrong-tensor", test="test_features"),
    ),
)
