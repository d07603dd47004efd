"""Any network on a board against the oracle: samples, outputs, operators, and what it comes to."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import ExitCode, NotRunError
from hil.run.answers import MOST_HISTORY
from hil.run.run_log import RunLog

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.image import OpFacts, TensorDifference
    from hil.facts.run import Run
    from hil.judge.gates.model import GatesVerdict
    from hil.judge.judged import JudgedRun
    from hil.network.contract import Contract
    from hil.run.measurement import SampleMeasurement
    from hil.run.testbench import Bench
    from hil.samples.seeded import Sample


@dataclass(frozen=True)
class TensorSummary:
    """One output of the network or of an operator, over all samples.

    Attributes:
        place: "3 CONV_2D", "output 0 'Identity'".
        shape: of the tensor.
        differing: samples in which it is not the oracle's.
        compared: samples in which it was looked at.
        max_lsb: largest difference; None where one is not known.
        first: the first difference in words; empty without one.
        us, cycles: median of the operator's; None where the board does not tell.
        macs, weight_bytes: of the operator, at its first output.
    """

    place: str
    shape: tuple[int, ...]
    differing: int
    compared: int
    max_lsb: int | None
    first: str
    us: float | None = None
    cycles: float | None = None
    macs: int | None = None
    weight_bytes: int | None = None


@dataclass(frozen=True)
class Validation:
    """What a network does on a board, held against the oracle.

    `verdict`: without gates what stands against it. `diagnosis`: None where nothing is wrong.
    """

    contract: Contract
    run: Run
    judged: JudgedRun
    verdict: GatesVerdict
    measured: tuple[SampleMeasurement, ...]
    outputs: tuple[TensorSummary, ...]
    operators: tuple[TensorSummary, ...]
    diagnosis: Diagnosis | None

    @property
    def exit_code(self) -> ExitCode:
        """As of a test run with the same answers."""
        if self.verdict.failures:
            return ExitCode.TEST_FAILED
        if self.verdict.trouble:
            return ExitCode.INFRASTRUCTURE
        return ExitCode.NOT_PROVEN if self.verdict.unproven else ExitCode.PASSED


Show = Callable[["Measured"], None]


@dataclass(frozen=True)
class Measured:
    """What came of the samples themselves. `time_base`: as of `hil.facts.stand_in`."""

    samples: tuple[SampleMeasurement, ...]
    outputs: tuple[TensorSummary, ...]
    operators: tuple[TensorSummary, ...]
    time_base: str


def validate(
    bench: Bench, samples: Iterable[Sample], show: Show = lambda _measured: None
) -> Validation:
    """Runs samples through board and oracle, and judges every answer.

    `show` is called as soon as the samples are through: what is asked besides them, and the second
    opinion, may take longer.

    Raises what the board raises; NotRunError where nobody knows the network.
    """
    from hil.judge.gates.run import ungated
    from hil.judge.judged import judge_recorded

    board = bench.testable_board()
    contract = bench.contract
    if contract is None:
        raise NotRunError("no network to compare with", hint="give its .tflite file")
    log = RunLog(bench.options.facts)
    measured = tuple(bench.measure_sample(sample) for sample in samples)
    outputs = tuple(_outputs(measured))
    operators = tuple(_operators(contract, measured))
    show(Measured(measured, outputs, operators, board.time_base))
    if contract.header.stateful:
        for number, sample in enumerate(one.sample for one in measured[:MOST_HISTORY]):
            board.infer(sample.data, reset_state=number == 0)
    wrong = bench.review()
    log.wrong_outside_of_tests(len(wrong), "; ".join(map(str, wrong[:1])))
    log.bench_closing(bench)
    log.diagnose()
    log.close(ExitCode.PASSED)
    run = log.run()
    judged = judge_recorded(run)
    return Validation(
        contract=contract,
        run=run,
        judged=judged,
        verdict=ungated(judged),
        measured=measured,
        outputs=outputs,
        operators=operators,
        diagnosis=log.diagnosis,
    )


def _outputs(measured: Sequence[SampleMeasurement]) -> Iterable[TensorSummary]:
    for index, output in enumerate(measured[0].facts.outputs if measured else ()):
        found = [
            (one.sample.name, one.facts.outputs[index].same, one.facts.outputs[index].difference)
            for one in measured
        ]
        shape = tuple(measured[0].tensors[index].shape)
        yield _summary(f"output {index} {output.name!r}", shape, found)


def _operators(
    contract: Contract, measured: Sequence[SampleMeasurement]
) -> Iterable[TensorSummary]:
    from hil.network.op_costs import op_costs

    costs = op_costs(contract.graph)
    traced = [(one.sample.name, one.facts.ops) for one in measured if one.facts.ops]
    for place in range(len(traced[0][1]) if traced else 0):
        ops: list[tuple[str, OpFacts]] = [(name, found[place]) for name, found in traced]
        first = ops[0][1]
        cost = None if first.output else costs[first.index]
        yield _summary(
            first.place,
            first.shape,
            [(name, not op.differs, op.difference) for name, op in ops],
            us=_median([op.device_us for _, op in ops]),
            cycles=_median([op.device_cycles for _, op in ops]),
            macs=None if cost is None else cost.macs,
            weight_bytes=None if cost is None else cost.weight_bytes,
        )


def _summary(
    place: str,
    shape: tuple[int, ...],
    found: Sequence[tuple[str, bool, TensorDifference | None]],
    *,
    us: float | None = None,
    cycles: float | None = None,
    macs: int | None = None,
    weight_bytes: int | None = None,
) -> TensorSummary:
    """`found`: (sample, whether it is the oracle's, difference where it is known)."""
    off = [(name, difference) for name, same, difference in found if not same]
    known = [difference.max_lsb for _, difference in off if difference is not None]
    first = next((f"{name}: {_words(d)}" for name, d in off if d is not None), "")
    return TensorSummary(
        place=place,
        shape=shape,
        differing=len(off),
        compared=len(found),
        max_lsb=max(known, default=None if off else 0),
        first=first or (f"{off[0][0]}: its bytes differ" if off else ""),
        us=us,
        cycles=cycles,
        macs=macs,
        weight_bytes=weight_bytes,
    )


def _words(found: TensorDifference) -> str:
    if found.first_index is None:
        return "other bytes for the same values"
    return (
        f"{found.differing} of {found.elements} elements, first at index {found.first_index}: "
        f"{found.got} instead of {found.expected}"
    )


def _median(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
