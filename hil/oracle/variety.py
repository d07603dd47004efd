"""Whether a network tells its inputs apart, by the oracle's answers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hil.facts.records import VarietyFacts
from hil.facts.sameness import all_equal
from hil.oracle.oracle import Oracle, OracleAnswer


def variety(answers: Iterable[OracleAnswer]) -> VarietyFacts:
    """Which outputs are the same for all samples; one that comes twice counts once."""
    distinct = list({answer.image_crc: answer for answer in answers}.values())
    count = len(distinct[0].outputs) if distinct else 0
    constant = []
    for index in range(count):
        if all_equal(answer.outputs[index].tobytes() for answer in distinct):
            constant.append(_name(distinct[0], index))
    return VarietyFacts(len(distinct), tuple(constant))


def differing_operators(oracle: Oracle, samples: Iterable[bytes]) -> int:
    """How many operators do not give the same for all samples."""
    traces = [oracle.run(sample, ops=True).op_outputs or () for sample in samples]
    return sum(
        not all_equal(tuple(part.tobytes() for part in outputs) for outputs in of_op)
        for of_op in zip(*traces, strict=True)
    )


def _name(answer: OracleAnswer, index: int) -> str:
    output = answer.outputs[index]
    for name, part in (("scores", answer.scores), ("features", answer.features)):
        if part is not None and np.shares_memory(output, part):
            return name
    return f"output {index}"
