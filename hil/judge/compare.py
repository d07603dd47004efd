"""Puts the board's answer next to the oracle's: from arrays to facts, without judging."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.facts.image import (
    Answer,
    Grid,
    ImageFacts,
    OpFacts,
    OutputDifference,
    OutputFacts,
    SampleFacts,
    TensorDifference,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.board import Inference
    from hil.facts.records import ReferenceOutput
    from hil.network.contract import Contract
    from hil.oracle import OracleAnswer
    from hil.wire.replies import TraceEntry

MOST_INLINE = 256
"""Bytes of an output that a run file keeps with each answer, as the wire does."""


def compare_tensors(expected: NDArray[Any], got: NDArray[Any]) -> TensorDifference:
    """The difference of two tensors of one shape and kind, in steps.

    Of floats a step leads to the next number of their type; every NaN is the same number, next
    to infinity, and -0 is 0.

    Raises:
        UsageError: the shapes differ.
    """
    import numpy as np

    if expected.shape != got.shape:
        raise UsageError(
            f"tensors of shapes {list(expected.shape)} and {list(got.shape)} cannot be compared",
            hint="compare outputs of the same model",
        )
    off = step_differences(expected, got).ravel()
    wrong = np.flatnonzero(off)
    if wrong.size == 0:
        return TensorDifference(off.size, 0, 0)
    first = int(wrong[0])
    return TensorDifference(
        elements=off.size,
        differing=int(wrong.size),
        max_lsb=int(off.max()),
        first_index=first,
        expected=_number(expected.ravel()[first]),
        got=_number(got.ravel()[first]),
    )


def step_differences(expected: NDArray[Any], got: NDArray[Any]) -> NDArray[np.int64]:
    """How many steps each element is off, in the shape of both."""
    import numpy as np

    off: NDArray[np.int64] = np.abs(_steps(expected) - _steps(got))
    return off


def _steps(tensor: NDArray[Any]) -> NDArray[np.int64]:
    """Integers as they are, floats as their place among all floats."""
    import numpy as np

    if tensor.dtype.kind != "f":
        return tensor.astype(np.int64)
    plain = np.where(np.isnan(tensor), np.float32("nan"), tensor).astype(np.float32)
    bits = plain.view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)


def _number(value: Any) -> int | float:
    return float(value) if value.dtype.kind == "f" else int(value)


def compare_answers(
    device: Answer, reference: Answer
) -> tuple[TensorDifference | None, TensorDifference | None]:
    """The differences of scores and maps; None where a map is missing, or shapes differ."""
    import numpy as np

    scores = cam = None
    if len(device.scores) == len(reference.scores):
        scores = compare_tensors(np.array(reference.scores), np.array(device.scores))
    if device.cam is not None and reference.cam is not None:
        ours, theirs = np.array(reference.cam), np.array(device.cam)
        cam = compare_tensors(ours, theirs) if ours.shape == theirs.shape else None
    return scores, cam


def compare_outputs(
    sent: Sequence[OutputFacts], expected: Sequence[ReferenceOutput]
) -> tuple[OutputDifference, ...]:
    """Each output of the oracle with the one in its place; by elements where both are inline."""
    import numpy as np

    from hil.facts.packing import unpack_plain

    found = []
    for index, right in enumerate(expected):
        got = sent[index] if index < len(sent) else None
        difference = None
        if got is not None and got.data and right.bytes.data and got.size == right.bytes.size:
            sides = (unpack_plain(side.data) for side in (right.bytes, got))
            difference = compare_tensors(*(np.frombuffer(side, right.type) for side in sides))
        crc = None if got is None else got.crc
        found.append(
            OutputDifference(index, right.name, right.role, right.bytes.crc, crc, difference)
        )
    return tuple(found)


def output_facts(data: bytes | None, crc: int, size: int) -> OutputFacts:
    """An output as a run file keeps it: with its bytes where they are few."""
    kept = b"" if data is None or size > MOST_INLINE else data
    return OutputFacts(crc, size, base64.b64encode(kept).decode("ascii"))


def reference_outputs(answer: OracleAnswer, contract: Contract) -> tuple[ReferenceOutput, ...]:
    """The oracle's outputs as a run file keeps them."""
    from hil.facts.network import network_facts
    from hil.facts.records import ReferenceOutput

    network = network_facts(contract.header)
    found = []
    for index, (tensor, array) in enumerate(zip(network.outputs, answer.outputs, strict=True)):
        data = array.tobytes()
        kept = output_facts(data, zlib.crc32(data), len(data))
        found.append(ReferenceOutput(tensor.name, tensor.type, network.role(index), kept))
    return tuple(found)


def compare_sample(
    name: str,
    inference: Inference,
    answer: OracleAnswer,
    contract: Contract,
    *,
    cam_requested: bool = True,
    tensors: Mapping[int, NDArray[Any]] | None = None,
    trace: Sequence[TraceEntry] | None = None,
) -> SampleFacts:
    """The facts of one sample; `ImageFacts` where the network has a class activation map.

    Args:
        name: its name.
        inference: the board's result.
        answer: the oracle's answer for the same sample and threshold; with operator
            outputs if there is a trace.
        contract: of the network.
        cam_requested: whether the board was asked for the map in any case.
        tensors: the outputs that were read back, by index.
        trace: the board's trace of this inference.
    """
    read = {
        index: compare_tensors(answer.outputs[index].ravel(), tensor.ravel())
        for index, tensor in (tensors or {}).items()
    }
    sent = tuple(output_facts(part.data, part.crc, part.size) for part in inference.outputs)
    outputs = tuple(
        output if output.index not in read else _with(output, read[output.index])
        for output in compare_outputs(sent, reference_outputs(answer, contract))
    )
    common: dict[str, Any] = {
        "image": name,
        "image_crc": answer.image_crc,
        "answered_crc": inference.image_crc,
        "outputs": outputs,
        "ops": None if trace is None else compare_ops(answer, contract, trace),
        "invoke_us": inference.times.invoke_us,
    }
    head = contract.head
    if head is None:
        return SampleFacts(**common)
    device = device_answer(
        inference.scores,
        inference.threshold,
        inference.location,
        None if inference.cam is None else as_grid(inference.cam),
    )
    reference = oracle_answer(answer)
    assert reference is not None
    scores, cam = compare_answers(device, reference)
    return ImageFacts(
        **common,
        input_size=input_size(contract),
        positive_class=head.positive_class,
        threshold=reference.threshold,
        cam_requested=cam_requested,
        device=device,
        reference=reference,
        scores=scores,
        cam=cam,
        features=read.get(head.features_output),
    )


def _with(output: OutputDifference, difference: TensorDifference) -> OutputDifference:
    import dataclasses

    return dataclasses.replace(output, difference=difference)


def device_answer(
    scores: tuple[int, ...], threshold: int | None, location: Any, cam: Grid | None
) -> Answer:
    """What a board answered of its map; where it left that out, an answer that is never right."""
    from hil.network.location import NoLocation

    if threshold is None or location is None:
        return Answer(scores, -1, NoLocation.FLAT_MAP, cam)
    return Answer(scores, threshold, location, cam)


def oracle_answer(answer: OracleAnswer) -> Answer | None:
    """What the oracle says of the map; None of a network without one."""
    if answer.scores is None or answer.cam is None or answer.location is None:
        return None
    assert answer.threshold is not None
    scores = tuple(int(score) for score in answer.scores)
    return Answer(scores, answer.threshold, answer.location, as_grid(answer.cam))


def input_size(contract: Contract) -> tuple[int, int]:
    """(height, width) of a picture's tensor [1, height, width, ...]."""
    shape = contract.header.inputs[0].shape
    return (shape[1], shape[2]) if len(shape) == 4 else (0, 0)


def compare_ops(
    answer: OracleAnswer, contract: Contract, trace: Sequence[TraceEntry]
) -> tuple[OpFacts, ...]:
    """Each output of each operator with the entry of the trace in its place.

    An entry of another place does not count: `device_crc` is None then.
    """
    crcs = answer.op_crcs()
    assert answer.op_outputs is not None
    facts: list[OpFacts] = []
    for op, outputs in zip(contract.graph.ops, answer.op_outputs, strict=True):
        for output, array in enumerate(outputs):
            number = len(facts)
            entry = trace[number] if number < len(trace) else None
            if entry is not None and (entry.op, entry.output) != (op.index, output):
                entry = None
            facts.append(
                OpFacts(
                    op.index,
                    op.name,
                    crcs[number],
                    None if entry is None else entry.crc,
                    None if entry is None else entry.us,
                    None if entry is None else entry.cycles,
                    output,
                    tuple(array.shape),
                )
            )
    return tuple(facts)


def as_grid(cam: NDArray[np.integer[Any]]) -> Grid:
    """A map as rows of Python integers."""
    return tuple(tuple(row) for row in cam.tolist())
