"""What the board says when it starts: on its console, of itself, of what it has not done yet."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from hil.base.later import Later
from hil.suite.expect import not_asked, other_fields
from hil.suite.on_line import expect_conversations, expect_none, needs_a_quiet_line, on_line
from hil.suite.uploads import only
from hil.wire.enums import ErrorCode, FrameFormat, NetworkSource, ResetReason

if TYPE_CHECKING:
    from hil.board import Board
    from hil.link.lent_line import LentLine
    from hil.run.testbench import Bench
    from hil.wire import replies as wire_reply
    from hil.wire import requests as wire_request
    from hil.wire.replies import MemoryReport
else:
    wire_reply = Later("hil.wire.replies")
    wire_request = Later("hil.wire.requests")

CHIP = "esp"  # what targets of chips begin with
SIMULATED = "sim"
_OURS = re.compile(r"^(?P<level>[EWI]) \(\d+\) camhil: (?P<text>.*)$")
_NETWORK = (
    "network {digest}: {ops} operators, {inputs} inputs, {outputs} outputs, arena {arena} bytes, "
    "static {static} bytes, buffers {buffers} bytes"
)
_SOURCES = {
    True: "samples come from the camera until a host says hello",
    False: "no camera: samples come from a host",
}


def test_the_console_tells_at_the_start_what_runs(bench: Bench, board: Board) -> None:
    needs_a_quiet_line(bench)
    before = len(board.console)
    identity = board.reset()
    memory = board.memory()
    if identity.reset_reason == ResetReason.SW:
        not_asked("without a reset line the first text comes while the host changes its rate")
    lines = [found for line in board.console[before:] if (found := _OURS.match(line.text))]
    if not lines and board.time_base == "real":
        not_asked("the console of this board is not heard here")
    said = [line["text"] for line in lines]
    contract, can = board.contract, identity.capabilities
    due = [
        f"camhil {identity.firmware_version} on {identity.target}, engine {identity.engine}",
        _NETWORK.format(
            digest=identity.model_sha256.hex()[:12],
            ops=contract.ops,
            inputs=len(contract.inputs),
            outputs=len(contract.outputs),
            arena=identity.arena_bytes,
            static=memory.static_bytes,
            buffers=memory.buffer_bytes,
        ),
    ]
    if not can.camera or can.frame_stage:
        due.append(_SOURCES[can.camera])
        errors = [line.string for line in lines if line["level"] == "E"]
        assert not errors, f"the board reports errors at its start: {errors}"
    expect_none(
        [
            f"at its start the console tells {got!r}; by what the board answers due is {one!r}"
            for got, one in zip_longest(said[: len(due)], due)
            if got != one
        ]
    )


def test_a_board_that_has_just_started_has_nothing_to_read(bench: Bench, board: Board) -> None:
    before = board.identity
    after = board.reset()
    if not after.capabilities.camera:  # which gives the network something to do at once
        on_line(bench, board, lambda line: expect_conversations(line, board, "fresh"))
    assert after.boot_id != before.boot_id, "the boot id is the same after a reset"
    # A chip may lose the count with its memory, and then starts anew.
    assert after.boot_count in (before.boot_count + 1, 1), (
        f"the starts are not counted: start {after.boot_count} after start {before.boot_count}"
    )


def test_the_board_says_the_same_of_itself_whenever_it_is_asked(bench: Bench, board: Board) -> None:
    import dataclasses

    def check(line: LentLine) -> None:
        for lowest, highest in ((2, 2), (0, 255)):
            said = only(line.ask(wire_request.Hello(lowest, highest)))
            assert isinstance(said, wire_reply.Identity), f"the answer to hello is {said}"
            rate = board.baud if said.capabilities.baud else said.baud
            due = dataclasses.replace(board.identity, baud=rate)
            expect_none(
                [
                    f"asked again, its {name} is {getattr(said, name)!r}, and was "
                    f"{getattr(due, name)!r} at its start"
                    for name in other_fields(said, due)
                ]
            )

    on_line(bench, board, check)


def test_what_the_board_says_of_itself_fits_together(board: Board) -> None:
    identity = board.identity
    claims = {
        **_claims(identity),
        **_network_claims(board),
        **_memory_claims(identity, board.memory()),
        **_claims_of_kind(board),
    }
    expect_none([text for text, holds in claims.items() if not holds])


def _claims(identity: wire_reply.Identity) -> dict[str, bool]:
    """What holds for any board."""
    can, at_start = identity.capabilities, identity.boot_count
    fallback_ms, idle_ms = identity.baud_fallback_ms, identity.idle_ms
    return {
        "it speaks another protocol than it was asked for": identity.protocol == 2,
        "what is for later is said to be there": not (can.ram_network or can.self_test),
        "it gives frames of a camera that it does not have": can.camera or not can.camera_frames,
        "a trial of a rate takes no time": fallback_ms >= 100,
        f"it is idle after {idle_ms} ms, and tries a rate for {fallback_ms}": (
            idle_ms >= 2 * fallback_ms
        ),
        "its starts are not counted": at_start >= 1,
        f"reset reason {identity.reset_reason} is none": (
            identity.reset_reason in {*ResetReason} - {ResetReason.UNKNOWN}
        ),
        "a frame is told of exactly where frames are taken": (
            (identity.frame is not None) is can.frame_stage
        ),
    }


def _network_claims(board: Board) -> dict[str, bool]:
    """What follows from the network that runs."""
    identity, contract = board.identity, board.contract
    image, frame = contract.image, identity.frame
    formats = {1: FrameFormat.GRAY8, 3: FrameFormat.RGB565}
    channels = 0 if image is None else len(image.tables)
    return {
        "the network runs, and the board has a message why it does not": (
            identity.model_state is ErrorCode.OK and identity.model_message == ""
        ),
        "the network is not in its partition": (
            identity.network_source is NetworkSource.IN_PARTITION
        ),
        "the contract is not the header of 4,096 bytes": identity.contract_bytes == 4096,
        "its buffers are smaller than a sample": (
            identity.max_sample_bytes >= contract.sample_bytes
        ),
        "its frames have another format than the network's channels": (
            frame is None or frame.format is formats.get(channels)
        ),
        "its frames are smaller than the input": frame is None
        or (image is not None and frame.rows >= image.rows and frame.columns >= image.columns),
    }


def _memory_claims(identity: wire_reply.Identity, memory: MemoryReport) -> dict[str, bool]:
    names = [stack.task for stack in memory.stacks]
    claims = {
        "the arena has another size in the memory report": (
            memory.arena_bytes == identity.arena_bytes > 0
        ),
        "more of the arena is used than there is": (
            memory.arena_used_bytes is None or 0 < memory.arena_used_bytes <= memory.arena_bytes
        ),
        "the core takes no memory": memory.static_bytes is None or memory.static_bytes > 0,
        "the buffers do not hold two samples": (
            memory.buffer_bytes is None or memory.buffer_bytes >= 2 * identity.max_sample_bytes
        ),
        "tasks have no name, or the same": all(names) and len({*names}) == len(names),
    }
    for what, heap in (("heap", memory.heap), ("PSRAM", memory.psram)):
        if heap is not None:
            lowest, largest, free = (
                heap.minimum_free_bytes,
                heap.largest_block_bytes,
                heap.free_bytes,
            )
            claims[f"the figures of its {what} contradict each other"] = (
                0 < lowest <= free and 0 < largest <= free
            )
    return claims


def _claims_of_kind(board: Board) -> dict[str, bool]:
    """What this project's firmware says on a chip and on the simulated board."""
    identity, memory = board.identity, board.memory()
    can = identity.capabilities
    simulated, chip = identity.target == SIMULATED, identity.target.startswith(CHIP)
    claims = {}
    if simulated or chip:
        claims["takes no samples"] = can.injection and can.trace and can.capture
        claims["does not know its memory"] = None not in (memory.static_bytes, memory.buffer_bytes)
    if simulated:
        claims["cannot change its rate"] = can.baud
        claims["takes no frames"] = can.frame_stage or not _takes_gray_frames(board)
    if chip:
        claims["counts no cycles and times no operators"] = can.cycles and can.op_times
        claims["reports no heap or no stacks"] = memory.heap is not None and bool(memory.stacks)
        claims["is another chip than that of the build"] = (
            board.build is None or identity.target == board.build.chip
        )
    return {f"a board of this kind {text}": holds for text, holds in claims.items()}


def _takes_gray_frames(board: Board) -> bool:
    """Whether frames of 160x120 gray pixels, as this firmware has them, can be the input."""
    image = board.contract.image
    return (
        image is not None
        and len(image.tables) == 1
        and (image.rows <= 120 and image.columns <= 160)
        and board.identity.max_sample_bytes >= 120 * 160
    )
