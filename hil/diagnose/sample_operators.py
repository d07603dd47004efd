"""Wrong operators of any network: those of its traced samples, explained one after the other.

As for pictures of a network with a map (`hil.diagnose.engine`), by the inputs that each operator
had and the outputs that it gave.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.diagnose.case import World
from hil.diagnose.engine import follow, right_tensors
from hil.diagnose.known import known_samples
from hil.diagnose.outcome import Outcome
from hil.facts.run import Run
from hil.judge.judged import JudgedRun
from hil.network.contract import Contract
from hil.oracle import Oracle


@dataclass(frozen=True, eq=False)
class TracedSample:
    """A sample of any network, with the CRC-32 of each operator's first output on the board."""

    name: str
    data: bytes
    op_crcs: tuple[int | None, ...]
    repeated: bool | None = None


def explain_sample_operators(
    judged: JudgedRun, contract: Contract, oracle: Oracle | None, outcome: Outcome
) -> None:
    """Adds what is wrong with the operators, where mistakes of theirs give every traced output.

    Nothing is said of networks with a state, which a trace does not show, and of an operator whose
    further outputs are wrong. What is not explained, `explain_samples` tells.
    """
    run = judged.run
    told = any(found.stage == "engine" for found in outcome.findings)
    traced = () if told or contract.header.stateful else _traced(run, contract)
    if not traced:
        return
    oracle = oracle or Oracle(contract)
    world = World(run, oracle, contract.model, ())
    follow(world, {one: right_tensors(world, one.data) for one in traced}, outcome)


def _traced(run: Run, contract: Contract) -> tuple[TracedSample, ...]:
    """The samples whose bytes and operators are known; none where they tell too little."""
    known, count = known_samples(run, contract), len(contract.graph.ops)
    found, differs = [], False
    for record in run.samples:
        data, ops = known.get(record.facts.image_crc), record.facts.ops
        if data is None or not ops:
            continue
        if any(op.differs for op in ops if op.output):
            return ()
        differs |= any(op.differs for op in ops)
        crcs = {op.index: op.device_crc for op in ops if not op.output}
        found.append(TracedSample(record.name, data, tuple(crcs.get(n) for n in range(count))))
    return tuple(one for one in found if None not in one.op_crcs) if differs else ()
