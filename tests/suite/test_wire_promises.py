"""Each test of the protocol in the suite fails where a board breaks the promise that it is about.

The board is the simulated one, and somebody on its line changes what it says.
"""

from __future__ import annotations

import dataclasses
import inspect
import itertools
from typing import Any

import pytest

from hil.board import Board
from hil.errors import FirmwareError
from hil.run.testbench import Bench
from hil.suite import (
    test_start,
    test_wire,
    test_wire_inferences,
    test_wire_rates,
    test_wire_reading,
    test_wire_uploads,
)
from hil.suite.on_line import Damage, damage_in
from hil.wire.enums import ErrorCode, TensorSide
from hil.wire.replies import (
    BaudAck,
    BaudCommitted,
    ChunkAck,
    Detail,
    Echoed,
    ErrorReply,
    Identity,
    LinkNotice,
    MemoryReport,
    OutputPart,
    Reply,
    Result,
    TensorData,
    TracePage,
    Uploading,
)
from hil_lab.fakes.meddler import Change, meddled


def every(kind: type, **changes: Any) -> Change:
    """Other values in these fields of all replies of a kind; a callable makes them of the right."""

    def change(seq: int, reply: Reply) -> list[tuple[int, Reply]]:
        if not isinstance(reply, kind):
            return [(seq, reply)]
        values = {
            name: value(getattr(reply, name)) if callable(value) else value
            for name, value in changes.items()
        }
        return [(seq, dataclasses.replace(reply, **values))]

    return change


def refusals(**changes: Any) -> Change:
    return every(ErrorReply, **changes)


def more(value: int) -> int:
    return value + 1


def instead(code: ErrorCode, reply: Reply) -> Change:
    """Another reply where the board refuses with this code."""

    def change(seq: int, said: Reply) -> list[tuple[int, Reply]]:
        hit = isinstance(said, ErrorReply) and said.code is code
        return [(seq, reply if hit else said)]

    return change


def under_the_next_number(seq: int, reply: Reply) -> list[tuple[int, Reply]]:
    return [(seq + 1 if isinstance(reply, ErrorReply) else seq, reply)]


def no_notices(seq: int, reply: Reply) -> list[tuple[int, Reply]]:
    return [] if isinstance(reply, LinkNotice) else [(seq, reply)]


def one_answer_more(seq: int, reply: Reply) -> list[tuple[int, Reply]]:
    extra = ErrorReply(ErrorCode.BAD_REQUEST, Detail(0, 0), "")
    return [(0, extra), (seq, reply)] if isinstance(reply, Echoed) else [(seq, reply)]


def damage_after_each_fence(seq: int, reply: Reply) -> list[tuple[int, Reply]]:
    """As of a board that takes for damage what is none."""
    count = next(numbers)
    notice = LinkNotice(count, count, 0)
    return [(seq, reply), (0, notice)] if not isinstance(reply, LinkNotice) else [(0, notice)]


numbers = itertools.count(1)


def swapped(detail: Any) -> Any:
    return Detail(detail.two, detail.one)


def another_each_time(parts: tuple[OutputPart, ...]) -> tuple[OutputPart, ...]:
    return (dataclasses.replace(parts[0], crc=next(numbers)), *parts[1:])


def without_data(parts: tuple[OutputPart, ...]) -> tuple[OutputPart, ...]:
    """As of a board that puts less into a result than it may; the scores stay."""
    return tuple(
        dataclasses.replace(part, data=b"\x00" * part.size if part.data else None) for part in parts
    )


def echo_changed(payload: bytes) -> bytes:
    return bytes((payload[0] ^ 1,)) + payload[1:] if payload else payload


def without_one_echo(seq: int, reply: Reply) -> list[tuple[int, Reply]]:
    lost = isinstance(reply, Echoed) and reply.payload[:1] == b"\x03"
    return [] if lost else [(seq, reply)]


def entries_in_another_order(entries: Any) -> Any:
    return (*entries[1:], *entries[:1])


def timed(entries: Any) -> Any:
    return tuple(dataclasses.replace(entry, us=5) for entry in entries)


ANSWERED = test_wire.test_each_request_gets_the_answer_that_is_due_to_the_byte
REFUSED = test_wire.test_what_cannot_be_is_refused_with_its_code_numbers_and_text
FLIPPED = test_wire.test_a_frame_with_a_flipped_bit_is_not_answered_and_is_counted
CUT = test_wire.test_a_frame_that_is_cut_short_is_not_answered_and_is_counted
LONGEST = test_wire.test_a_segment_is_as_long_as_the_board_says_at_most
TEXT = test_wire.test_text_and_zeros_between_frames_are_no_damage
NEITHER = test_wire.test_what_is_neither_frame_nor_text_is_counted
IN_FRONT = test_wire.test_text_in_front_of_a_frame_does_not_keep_it_from_being_answered
ANY_ORDER = test_wire_uploads.test_chunks_may_come_in_any_order_and_twice
INCOMPLETE = test_wire_uploads.test_an_incomplete_sample_is_not_run_and_what_is_missing_is_told
UNFIT = test_wire_uploads.test_a_chunk_that_does_not_fit_is_refused_and_changes_nothing
WRONG_BYTE = test_wire_uploads.test_a_sample_with_one_wrong_byte_is_refused_wherever_it_is
RESUMED = (
    test_wire_uploads
).test_an_upload_that_is_repeated_or_resumed_keeps_its_chunks_and_a_new_one_does_not
MEANTIME = test_wire_uploads.test_a_sample_that_is_run_can_be_sent_anew_meanwhile
BUFFERS = test_wire_uploads.test_a_new_sample_takes_the_buffer_that_was_not_used_for_longest
AGAIN = test_wire_inferences.test_an_inference_that_is_asked_for_again_is_not_run_again
LATER = test_wire_inferences.test_a_number_that_is_used_again_later_asks_anew
QUEUE = (
    test_wire_inferences
).test_more_inferences_than_are_queued_are_refused_and_the_others_answered
THIRD = test_wire_inferences.test_a_sample_that_waits_is_not_overwritten_by_a_third
INLINE = test_wire_reading.test_the_bytes_of_outputs_in_a_result_are_those_that_are_read
TENSOR = test_wire_reading.test_a_tensor_is_read_from_any_byte_on
REPLACED = test_wire_reading.test_an_input_whose_sample_was_replaced_is_not_read
MEANWHILE = test_wire_inferences.test_what_is_read_while_an_inference_runs_is_refused_as_busy
LARGE = (test_wire_inferences).test_large_answers_that_are_asked_for_at_once_all_come_and_in_order
TRACE = test_wire_reading.test_the_trace_is_that_of_the_last_inference_that_recorded_one
NO_CAPTURE = test_wire_reading.test_an_operator_or_output_that_is_not_there_cannot_be_captured
KEPT = test_wire_rates.test_the_rate_that_the_line_has_can_be_kept_again
LEFT = (test_wire_rates).test_a_rate_that_is_not_kept_is_left_again_in_the_time_that_the_board_says
FRESH = test_start.test_a_board_that_has_just_started_has_nothing_to_read
SAME = test_start.test_the_board_says_the_same_of_itself_whenever_it_is_asked
CONSOLE = test_start.test_the_console_tells_at_the_start_what_runs
FITS = test_start.test_what_the_board_says_of_itself_fits_together

BROKEN: dict[str, tuple[Any, ...]] = {
    "echoes another byte": (ANSWERED, every(Echoed, payload=echo_changed), "answered"),
    "another code": (ANSWERED, refusals(code=ErrorCode.UNSUPPORTED), "malformed"),
    "another number": (ANSWERED, under_the_next_number, "malformed"),
    "another text": (ANSWERED, refusals(message="no"), "malformed"),
    "numbers where none are due": (ANSWERED, refusals(detail=Detail(0, 1)), "malformed"),
    "refuses with another code": (REFUSED, refusals(code=ErrorCode.BUSY)),
    "swaps the numbers of refusals": (REFUSED, refusals(detail=swapped)),
    "refuses with another text": (REFUSED, refusals(message=lambda text: text[:-1])),
    "tells of no flipped bit": (FLIPPED, no_notices),
    "answers a flipped frame": (FLIPPED, one_answer_more),
    "counts cut frames otherwise": (CUT, every(LinkNotice, bad_frames=lambda n: n * 2)),
    "counts other lost bytes": (CUT, every(LinkNotice, lost_bytes=lambda n: n * 2)),
    "takes what is too long": (LONGEST, one_answer_more),
    "does not read the longest": (LONGEST, refusals(code=ErrorCode.OUT_OF_RANGE)),
    "counts text": (TEXT, damage_after_each_fence),
    "counts no control characters": (NEITHER, every(LinkNotice, bad_frames=lambda n: min(n, 5))),
    "answers twice behind text": (IN_FRONT, one_answer_more),
    "tells another missing chunk": (ANY_ORDER, every(ChunkAck, missing=lambda bits: bits | 1)),
    "tells another first chunk": (ANY_ORDER, every(ChunkAck, first_missing=more)),
    "acknowledges another offset": (ANY_ORDER, every(ChunkAck, offset=more)),
    "runs another sample": (ANY_ORDER, every(Result, outputs=another_each_time)),
    "tells another first missing": (
        INCOMPLETE,
        refusals(detail=lambda d: Detail(0, d.two)),
    ),
    "runs what is incomplete": (INCOMPLETE, instead(ErrorCode.INCOMPLETE, Uploading(0, 0, 0))),
    "tells another limit": (UNFIT, refusals(detail=lambda d: Detail(d.one + 1, d.two))),
    "takes a chunk that does not fit": (
        UNFIT,
        instead(ErrorCode.OUT_OF_RANGE, ChunkAck(0, 0, 0, 0)),
    ),
    "tells another CRC-32": (WRONG_BYTE, refusals(detail=swapped)),
    "keeps what is corrupt": (WRONG_BYTE, instead(ErrorCode.NO_SUCH_SAMPLE, Uploading(0, 0, 0))),
    "drops what was sent": (RESUMED, every(Uploading, first_missing=0)),
    "forgets a chunk meanwhile": (MEANTIME, every(Uploading, first_missing=0)),
    "keeps all three samples": (BUFFERS, instead(ErrorCode.NO_SUCH_SAMPLE, Uploading(0, 0, 0))),
    "runs what is asked again": (AGAIN, every(Result, inference=lambda _: next(numbers))),
    "counts all as the first": (LATER, every(Result, inference=1)),
    "answers one of many wrongly": (QUEUE, every(Result, inference=lambda n: n - n % 2)),
    "says too little where it is busy": (QUEUE, refusals(detail=Detail(0, 0))),
    "takes a third sample": (THIRD, instead(ErrorCode.BUSY, Uploading(1, 0, 0))),
    "gives other bytes in a result": (INLINE, every(Result, outputs=without_data)),
    "reads other bytes": (TENSOR, every(TensorData, offset=more), TensorSide.OUTPUT),
    "reads another tensor": (TENSOR, every(TensorData, index=more), TensorSide.INPUT),
    "tells another sample": (REPLACED, refusals(detail=Detail(0, 0))),
    "refuses to read with numbers": (MEANWHILE, refusals(detail=Detail(1, 0))),
    "loses an answer": (LARGE, without_one_echo),
    "mixes up the trace": (TRACE, every(TracePage, entries=entries_in_another_order)),
    "times what it cannot": (TRACE, every(TracePage, entries=timed)),
    "traces another sample": (TRACE, every(TracePage, sample_crc=more)),
    "captures what is not there": (NO_CAPTURE, refusals(detail=swapped)),
    "tells another operator": (NO_CAPTURE, refusals(message="none")),
    "keeps another rate": (KEPT, every(BaudCommitted, baud=more)),
    "tries another rate": (LEFT, every(BaudAck, baud=more)),
    "is back at another rate": (LEFT, every(Identity, baud=more)),
    "numbers where nothing is recorded": (FRESH, refusals(detail=Detail(1, 0))),
    "the same boot each time": (FRESH, every(Identity, boot_count=7)),
    "another arena in the identity": (SAME, every(Identity, arena_bytes=more)),
    "other figures on the console": (CONSOLE, every(MemoryReport, static_bytes=more)),
    "another arena in the memory report": (FITS, every(MemoryReport, arena_bytes=more)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_board_that_breaks_a_promise_fails(bench: Bench, board: Board, what: str) -> None:
    test, change, *more_arguments = BROKEN[what]
    arguments: dict[str, Any] = {"bench": bench, "board": board}
    names = inspect.signature(test).parameters
    uniform, constant = bench.sample("uniform-0").data, bench.sample("constant").data
    arguments |= {"sample": uniform, "two": (uniform, constant)}
    arguments |= dict(zip(("group", "side"), 2 * more_arguments, strict=False))
    with meddled(board, change), pytest.raises((AssertionError, FirmwareError)):
        test(**{name: arguments[name] for name in names})


def test_what_is_damage_is_told_apart_as_the_protocol_says() -> None:
    assert damage_in(b"\x00typed\r\n\x00\x00", 2048) == Damage(0, 0)
    assert damage_in(b"\x00\x07ab\x00\xff\x00", 2048) == Damage(2, 4)
    with pytest.raises(AssertionError):  # an echo of nothing
        damage_in(bytes.fromhex("0003831a02010107034033a5a91b00"), 2048)
