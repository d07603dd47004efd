"""What is asked of a board with another network, and with a broken partition."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from hil.facts.stand_in import SIMULATED_TARGET
from hil.link.errors import BoardError
from hil.network.refusal import Refusal, Room, no_room, read_header, rooms
from hil.network.score import highest_passed
from hil.wire.enums import ErrorCode
from hil.wire.network_header import HEADER_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection

    from hil.network.contract import Contract
    from hil.run.other_networks import NetworkTrial, OtherNetworks, Trial
    from hil.samples.seeded import Sample
    from hil.wire.network_header import NetworkHeader
    from hil.wire.replies import Identity

_NO_DIGEST = bytes(32)
_SMALL = (60, 80)  # of a camera's 120 x 160
_LOOKS = 3  # at the console: a noisy line may lose a line of it


def ask_everything(
    others: OtherNetworks, trial: NetworkTrial, samples: tuple[Sample, ...], *, thorough: bool
) -> None:
    """All that a network can be asked for; the trial judges every answer."""
    from hil.run.measuring import measure_sample

    board, header = trial.board, trial.contract.header
    trial.same("contract", board.contract == header, True)
    trial.same("digest", board.identity.model_sha256.hex(), header.model_sha256.hex())
    first, *rest = samples
    measured = measure_sample(others.parties(trial), first)
    for verdict in measured.verdicts:
        trial.expect(verdict.status.value != "failed", f"{verdict.check}: {verdict.explanation}")
    for index, tensor in enumerate(measured.tensors):
        crc = measured.inference.outputs[index].crc
        trial.same(f"output {index} read back", zlib.crc32(tensor.tobytes()), crc)
    _inputs(trial, first)
    _inline(trial, first)
    for sample in rest:
        _as_in_the_field(trial, sample)
    if header.stateful:
        _sequence(trial, samples)
    if header.head is not None:
        _thresholds(trial, samples if thorough else samples[:1])
        _equal_cells(trial)
    _capture(trial, first)
    _frame(others, trial)
    told = board.memory()
    trial.same("arena of the memory report", told.arena_bytes, board.identity.arena_bytes)
    _console(trial, [_network_line(trial)])


def _as_in_the_field(trial: NetworkTrial, sample: Sample) -> None:
    """With the network's own threshold, and the map only where it is due."""
    trial.infer(sample.data, cam_always=False)


def _inputs(trial: NetworkTrial, sample: Sample) -> None:
    """The inputs as the board has them, one by one."""
    trial.infer(sample.data, cam_always=False)
    for index, part in enumerate(trial.contract.unpack(sample.data)):
        got = trial.board.read_input(index)
        trial.same(f"input {index} read back", got.tobytes() == part.tobytes(), True)


def _inline(trial: NetworkTrial, sample: Sample) -> None:
    """The bytes of outputs in an answer; which it has, `Board.infer` looks at each time."""
    for index, part in enumerate(trial.infer(sample.data).outputs):
        right = part.data is None or zlib.crc32(part.data) == part.crc
        trial.expect(right, f"output {index}: other bytes than those of its CRC-32")


def _sequence(trial: NetworkTrial, samples: tuple[Sample, ...]) -> None:
    """The state goes on, and is forgotten where that is asked for."""
    for reset in (True, False, True):
        for sample in samples[:2]:
            trial.infer(sample.data, reset_state=reset)


def _thresholds(trial: NetworkTrial, samples: tuple[Sample, ...]) -> None:
    """The last percent that a score reaches, and the one above it."""
    head = trial.contract.head
    assert head is not None
    for sample in samples:
        scores = trial.oracle.run(sample.data).scores
        assert scores is not None
        reached = highest_passed(int(scores[head.positive_class]))
        for percent in dict.fromkeys((reached, min(reached + 1, 100), 0, 100)):
            trial.infer(sample.data, cam_always=False, threshold=percent)


def _equal_cells(trial: NetworkTrial) -> None:
    """Maps of which several cells are the largest, and flat ones.

    In front of the map is one convolution whose step is a cell, so equal cells of a picture are
    equal in the map.
    """
    import numpy as np

    head, (tensor,) = trial.contract.head, trial.contract.header.inputs
    assert head is not None
    _, rows, columns, channels = tensor.shape
    cells = head.rows * head.columns
    odd = np.arange(cells) % 3 == 1
    for low, high in ((-90, 70), (70, -90), (30, 30)):
        grid = np.where(odd, high, low).astype(np.int8).reshape(head.rows, head.columns)
        picture = np.kron(grid, np.ones((rows // head.rows, columns // head.columns), np.int8))
        trial.infer(np.repeat(picture[..., None], channels, -1).tobytes(), threshold=0)


def _capture(trial: NetworkTrial, sample: Sample) -> None:
    """The bytes of the last output of an operator, and of the largest."""
    if not trial.board.identity.capabilities.capture:
        return
    right = trial.oracle.run(sample.data, ops=True).op_outputs
    assert right is not None
    every = [(op, n) for op, outputs in enumerate(right) for n, _ in enumerate(outputs)]
    largest = max(every, key=lambda at: right[at[0]][at[1]].nbytes)
    for op, place in dict.fromkeys((every[-1], largest)):
        got = trial.infer(sample.data, capture=(op, place)).captured
        data = None if got is None else got.data
        trial.same(f"captured output of operator {op}", data == right[op][place].tobytes(), True)


def _frame(others: OtherNetworks, trial: NetworkTrial) -> None:
    """A camera's frame, which is cut and averaged to the shape of the input.

    A board that makes inputs of its own network's frames can do so for small ones.
    """
    import numpy as np

    from hil.images import Photo
    from hil.network.frame_format import camera_frame, pixel_shape
    from hil.run.measuring import measure_frame

    image, frame = trial.contract.image, trial.board.frame
    due = camera_frame(image)
    small = image is not None and image.rows <= _SMALL[0] and image.columns <= _SMALL[1]
    room = due is not None and due.size <= trial.board.identity.max_sample_bytes
    if frame is None and not (small and room and others.own_identity.capabilities.frame_stage):
        return
    trial.same("frame", frame, due)
    if frame is None:
        return
    random = np.random.default_rng(3)
    pixels = random.integers(0, 256, pixel_shape(frame)).astype(np.uint8)
    found = measure_frame(others.parties(trial), Photo("noise frame", pixels))
    trial.same("pixels made of a frame that differ", found.preprocessing.differing, 0)


def _network_line(trial: NetworkTrial) -> str:
    header = trial.contract.header
    return (
        f"network {header.model_sha256.hex()[:12]}: {header.ops} operators, "
        f"{len(header.inputs)} inputs, {len(header.outputs)} outputs, "
        f"arena {trial.board.identity.arena_bytes} bytes, "
    )


def _console(trial: Trial, lines: list[str]) -> None:
    """What the console has to tell of a start; a line that carries no frame has no CRC-32, so the
    board is started again before it is said that it did not."""
    for look in range(_LOOKS):
        missing = [line for line in lines if line not in trial.board.boot_text]
        if not missing:
            return
        if look + 1 < _LOOKS:
            trial.board.connect()
    trial.wrong += [f"the console does not tell {line!r}" for line in missing]


# ---- broken partitions


def expect_refusal(trial: Trial, due: Refusal, own: Identity, content: bytes) -> None:
    """The refusal that is due, everywhere where a board tells it, and a board that lives.

    `own`: the board's identity with its own network. `content`: of its model partition.
    """
    board = trial.board
    said = board.identity
    trial.same("state of the network", said.model_state.name, due.code.name)
    if due.text:
        trial.same("message of the identity", said.model_message, due.text)
    told = said.model_message
    for what, reply in zip(("an upload", "an inference"), board.refusals(), strict=True):
        if reply is None:
            trial.wrong.append(f"{what} is taken")
            continue
        trial.same(f"code for {what}", reply.code.name, due.code.name)
        trial.same(f"numbers for {what}", (reply.detail.one, reply.detail.two), (due.one, due.two))
        trial.same(f"message for {what}", reply.message, told)
    _alive(trial, own, content)
    _console(trial, [f"no network: {told} ({int(due.code)}, {due.one}, {due.two})"])


def expect_taken(trial: Trial, own: Identity, content: bytes) -> None:
    """A network at the very limit is no refused one."""
    trial.same("state of the network", trial.board.identity.model_state.name, ErrorCode.OK.name)
    trial.same("message of the identity", trial.board.identity.model_message, "")
    _alive(trial, own, content)


def expect_shorter_trace(trial: Trial, sample: bytes, told: int, real: int) -> None:
    """Of a contract with more outputs of operators than the engine has, the traced inference fails,
    with both numbers, and no other."""
    for trace in (False, True, False):
        try:
            trial.board.infer(sample, trace=trace)
            trial.expect(not trace, "a trace that is too short is taken")
        except BoardError as error:
            code, detail = error.reply.code, error.reply.detail
            got = code.name, detail.one, detail.two, error.reply.message
            text = f"the engine reported {real} of {told} outputs of operators"
            trial.expect(trace, f"refused without a trace: {got}")
            trial.same("refusal of the trace", got, (ErrorCode.ENGINE.name, told, real, text))


def _alive(trial: Trial, own: Identity, content: bytes) -> None:
    """The firmware is what it was, and answers what needs no network."""
    board, header = trial.board, read_header(content)
    block = b"" if isinstance(header, Refusal) else content[:HEADER_BYTES]
    digest = _NO_DIGEST if isinstance(header, Refusal) else header.model_sha256
    trial.same("digest", board.identity.model_sha256.hex(), digest.hex())
    for name in ("build_id", "app_sha256", "target", "firmware_version", "engine", "kernels"):
        trial.same(name, getattr(board.identity, name), getattr(own, name))
    trial.same("contract", board.contract_block() == block, True)
    crc = int.from_bytes(block[-4:], "little")
    trial.same("CRC-32 of the contract", board.identity.contract_crc, crc)
    board.echo(bytes(range(256)))
    board.memory()


def firmware_refusal(
    trial: Trial,
    own: Contract,
    header: NetworkHeader,
    lacks: Collection[str],
    codes: Collection[int],
) -> Refusal | None:
    """What the board says of a network that is sound, as far as a firmware may lack what it needs;
    None where it takes the network, or may not refuse it so, which is then noted.

    `own`: of the network that the firmware was built for. `lacks`: operators that it may lack,
    whose codes are `codes`.
    """
    board = trial.board
    reply = None if board.identity.model_state is ErrorCode.OK else board.refusals()[0]
    if reply is None:
        return None
    one, two = reply.detail.one, reply.detail.two
    said = Refusal(reply.code, one, two)
    if reply.code is ErrorCode.NO_ROOM:
        room = Room(board.identity.max_sample_bytes)
        for needed, available, of in rooms(header, room):
            least = min(needed - 1, own.header.op_outputs if "trace" in of else 0)
            if available is None and one == needed and least <= two < needed:
                return no_room(needed, two, of)
    elif reply.code is ErrorCode.MODEL_OP and lacks:
        trial.expect(one in codes, f"operator {one} is none of {', '.join(lacks)}")
        return said
    elif reply.code is ErrorCode.ARENA_TOO_SMALL:
        arena = board.identity.arena_bytes
        trial.expect(one > two == arena, f"arena: {one} bytes are needed, {two} of {arena} there")
        return said
    elif reply.code is ErrorCode.UNSUPPORTED and header.head is not None and own.head is None:
        return Refusal(reply.code, 0, 0, "built without class activation maps")
    elif reply.code is ErrorCode.ENGINE and board.identity.target != SIMULATED_TARGET:
        return said  # a chip cannot always tell an arena that is too small from a broken network
    trial.wrong.append(f"refused: {reply.code.name} ({one}, {two}) {reply.message!r}")
    return None
