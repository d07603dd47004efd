"""For tests of the protocol itself: what is said on the board's line, and what is due to it.

What is due to a damaged stream is found out here with cobs and zlib alone, not with `hil.wire`,
so that a mistake which host and board have in common shows.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from hil.errors import FirmwareError
from hil.suite.expect import not_asked

if TYPE_CHECKING:
    from hil.board import Board
    from hil.link.lent_line import Heard, LentLine
    from hil.run.testbench import Bench
    from hil.wire.replies import LinkNotice

JUNK = b"\x00\x07\x00"  # a control character: neither frame nor text
_TRIES = 3
_NOTICE_S = 0.012  # in which the board tells of damage again
_MOST_TOLD = 5
_TEXT = frozenset(b"\t\n\r\x1b" + bytes(range(0x20, 0x7F)))


def on_line(bench: Bench, board: Board, check: Callable[[LentLine], None]) -> None:
    """Runs a check on the board's line; again where the line may have damaged something."""
    needs_a_quiet_line(bench)
    for tries_left in reversed(range(_TRIES)):
        with board.line() as line:
            try:
                check(line)
                return
            except (AssertionError, FirmwareError):
                counts = board.link_stats
                damages = line.disturbed or counts.damaged or counts.damaged_at_board
                if not tries_left or not (damages or board.time_base == "real"):
                    raise


def needs_a_quiet_line(bench: Bench) -> None:
    """Leaves a test out where the line is to damage what is sent."""
    from hil.run.summing_up import asked_noise

    if asked_noise(bench.options):
        not_asked("the line is noisy by request: what is lost on it is none of the board's")


# ---- conversations


@dataclass(frozen=True)
class Conversation:
    """A request and what is due to it: a line of conversations.jsonl.

    `due`: messages of replies, or the sequence number and the fields of the one refusal.
    """

    name: str
    frame: bytes
    due: list[str] | dict[str, Any]

    def flaw(self, heard: list[Heard], numbers: dict[str, int]) -> str:
        """What is wrong with the replies; empty where they are those that are due."""
        if isinstance(self.due, list):
            got = [one.message for one in heard]
            due = [bytes.fromhex(message) for message in self.due]
            return "" if got == due else f"{self.name}: {_shown(heard)}, due is {self._text(due)}"
        want = (self.due["seq"], self.due["code"], *self._numbers(numbers))
        found = [_refusal(one) for one in heard]
        text = self._due_text(numbers)
        if len(found) == 1 and found[0] is not None:
            *numbers_found, said = found[0]
            if tuple(numbers_found) == want and text in (None, said):
                return ""
        return f"{self.name}: {_shown(heard)}, due is a refusal {want[1:]} {text!r}"

    def _text(self, due: list[bytes]) -> str:
        return " ".join(message.hex() for message in due)

    def _numbers(self, numbers: dict[str, int]) -> tuple[int, int]:
        assert isinstance(self.due, dict)
        one, two = (_number(self.due[name], numbers) for name in ("one", "two"))
        return one, two

    def _due_text(self, numbers: dict[str, int]) -> str | None:
        assert isinstance(self.due, dict)
        text: str | None = self.due["text"]
        for name, value in numbers.items():
            text = text and text.replace(f"${name}", str(value))
        return text


def _number(value: int | str, numbers: dict[str, int]) -> int:
    return value if isinstance(value, int) else numbers[value.removeprefix("$")]


def _refusal(heard: Heard) -> tuple[int, int, int, int, str] | None:
    from hil.wire.replies import ErrorReply

    reply = heard.reply
    if not isinstance(reply, ErrorReply):
        return None
    return heard.seq, reply.code, reply.detail.one, reply.detail.two, reply.message


def _shown(heard: list[Heard]) -> str:
    """Replies in a message."""
    return "; ".join(f"{one.seq:#x} {one.reply}"[:160] for one in heard) or "no answer"


@functools.cache
def _lines() -> tuple[dict[str, Any], ...]:
    file = resources.files("hil.suite") / "conversations.jsonl"
    return tuple(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())


def conversations(group: str, board: Board) -> list[Conversation]:
    """Those of a group that go with what the board can do."""
    can = board.identity.capabilities
    return [
        Conversation(line["name"], bytes.fromhex(line["frame"]), line["due"])
        for line in _lines()
        if line["group"] == group
        and ("if" not in line or getattr(can, line["if"]))
        and ("unless" not in line or not getattr(can, line["unless"]))
    ]


def numbers_of(board: Board) -> dict[str, int]:
    """The numbers that stand with a `$` in conversations.jsonl."""
    identity, contract = board.identity, board.contract
    return {
        "contract_bytes": identity.contract_bytes,
        "sample_bytes": contract.sample_bytes,
        "frame_bytes": 0 if board.frame is None else board.frame.size,
        "input_bytes": contract.inputs[0].size,
        "output_bytes": contract.outputs[0].size,
        "inputs": len(contract.inputs),
        "outputs": len(contract.outputs),
        "op_outputs": contract.op_outputs,
        "baud": board.baud if identity.capabilities.baud else identity.baud,
    }


def expect_conversations(line: LentLine, board: Board, group: str) -> None:
    """Fails unless every request of the group gets what is due to it."""
    numbers = numbers_of(board)
    flaws = [
        flaw
        for each in conversations(group, board)
        if (flaw := each.flaw(line.say(each.frame), numbers))
    ]
    expect_none(flaws)


def expect_none(flaws: list[str]) -> None:
    """Fails with the first of these, and says how many there are."""
    more = f"\nand {len(flaws) - _MOST_TOLD} more" if len(flaws) > _MOST_TOLD else ""
    assert not flaws, "\n".join(flaws[:_MOST_TOLD]) + more


# ---- damage


@dataclass(frozen=True)
class Damage:
    """What a board has to count of a stream."""

    frames: int
    lost_bytes: int


def damage_in(stream: bytes, max_frame_bytes: int) -> Damage:
    """By the rules of docs/protocol.md; a stream without frames that are whole."""
    lost = [len(segment) for segment in stream.split(b"\x00") if segment and not _is_text(segment)]
    assert not any(is_frame(each, max_frame_bytes) for each in stream.split(b"\x00"))
    return Damage(len(lost), sum(lost))


def is_frame(segment: bytes, max_frame_bytes: int) -> bool:
    """Whether what lies between two zeros is a frame."""
    from cobs import cobs

    try:
        data = cobs.decode(segment)
    except cobs.DecodeError:
        return False
    message, check = data[:-4], data[-4:]
    whole = len(message) > 0 and zlib.crc32(message).to_bytes(4, "little") == check
    return whole and len(segment) <= max_frame_bytes


def _is_text(segment: bytes) -> bool:
    return _TEXT.issuperset(segment)


def expect_damage(line: LentLine, board: Board, *streams: bytes) -> None:
    """Fails unless the board answers nothing to these, and counts exactly what is damaged."""
    before = _counted(line)
    for stream in streams:
        due = damage_in(stream, board.identity.max_frame_bytes)
        heard = line.say(stream)
        assert not heard, f"the board answered what is no frame: {_shown(heard)}"
        before = _expect_counts(line, before, due)


def _counted(line: LentLine) -> LinkNotice:
    """What the board has counted since its reset: it tells after damage only."""
    line.say(JUNK)
    notice = line.next_notice(lambda _: True)
    assert notice is not None, "the board sends no link-notice after damage"
    line.listen(_NOTICE_S)
    assert line.notice is not None
    return line.notice


def _expect_counts(line: LentLine, before: LinkNotice, due: Damage) -> LinkNotice:
    if due.frames:
        line.next_notice(lambda notice: notice.bad_frames - before.bad_frames >= due.frames)
    line.listen(_NOTICE_S)
    after = line.notice
    assert after is not None
    counted = Damage(after.bad_frames - before.bad_frames, after.lost_bytes - before.lost_bytes)
    assert counted == due, f"the board counted {counted}, due is {due}"
    assert after.overruns == before.overruns, "the board's UART lost bytes that nobody took in time"
    return after
