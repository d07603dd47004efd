"""What an evaluation keeps of an answer: the values that its task is judged by."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from hil.errors import FirmwareError
from hil.facts.evaluation import ERROR, NO_VALUES, Answer, ValueType, with_map

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference, OutputPart
    from hil.network.contract import Contract
    from hil.oracle import OracleAnswer
    from hil.wire.network_header import Tensor


def value_type(contract: Contract) -> ValueType:
    """How the values of this network's answers are stored."""
    task = contract.task
    if task.kind == "none":
        return NO_VALUES
    if task.kind == "reconstruction":
        return ERROR
    return _type_of(contract.header.outputs[task.output])


def _type_of(tensor: Tensor) -> ValueType:
    from hil.network.arrays import dtype_of

    dtype = dtype_of(tensor)
    name = "uint8" if dtype.kind == "b" else dtype.name
    return ValueType(name, tensor.size // dtype.itemsize, tensor.scale, tensor.zero_point)


def values_of(contract: Contract, sample: bytes, output: bytes) -> bytes:
    """The values of an answer, of the bytes of the output that is judged.

    Of a reconstruction it is the mean over all elements of the squared difference of input and
    output, both as real numbers, as MLPerf Tiny and the baseline of DCASE 2020, task 2, have it.
    """
    import numpy as np

    header, task = contract.header, contract.task
    if task.kind == "none":
        return b""
    if task.kind != "reconstruction":
        return output
    taken = _type_of(header.inputs[0]).reals(sample)
    given = _type_of(header.outputs[task.output]).reals(output)
    error: np.float64 = np.mean(np.square(taken - given), dtype=np.float64)
    return error.tobytes()


def oracle_answer(contract: Contract, sample: bytes, found: OracleAnswer) -> Answer:
    """The oracle's answer, as it is kept."""
    output = found.outputs[contract.task.output].tobytes()
    values = values_of(contract, sample, output)
    answer = Answer(found.image_crc, found.output_crcs(), values)
    if found.threshold is None or found.location is None:
        return answer
    return with_map(answer, found.threshold, found.location, found.cam)


def board_answer(contract: Contract, inference: Inference, values: bytes) -> Answer:
    """The board's answer, as it is kept.

    Raises FirmwareError for one without a location, where there is a class activation map.
    """
    crcs = tuple(map(_crc, inference.outputs))
    answer = Answer(inference.image_crc, crcs, values)
    if contract.head is None:
        return answer
    if inference.threshold is None or inference.location is None:
        raise FirmwareError(
            "an answer without a location, of a network that has a class activation map",
            hint="flash firmware and model again",
        )
    return with_map(answer, inference.threshold, inference.location, inference.cam)


def board_values(
    contract: Contract, sample: bytes, inference: Inference, oracle: Answer
) -> bytes | None:
    """The values of the board's answer; None where its output did not come with it.

    What has the CRC-32 of the oracle's output is the oracle's output.
    """
    place = contract.task.output
    output = inference.outputs[place]
    if _crc(output) == oracle.outputs[place]:
        return oracle.values
    return None if output.data is None else values_of(contract, sample, output.data)


def judged_output(board: Board, contract: Contract, inference: Inference) -> bytes:
    """The bytes of the output that the task judges, of the board's last inference.

    They are read from the board where they did not come with the answer.
    """
    place = contract.task.output
    data = inference.outputs[place].data
    return board.read_output(place).tobytes() if data is None else data


def _crc(output: OutputPart) -> int:
    """Of the bytes that came, where they came: a board may say another."""
    return output.crc if output.data is None else zlib.crc32(output.data)
