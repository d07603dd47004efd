"""Wrong answers of any network, by all its outputs: what went in, what was kept, what was sent."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hil.diagnose.hypothesis import CRC_BITS, Hypothesis, finding_of, suppose
from hil.diagnose.known import known_samples
from hil.diagnose.outcome import Outcome
from hil.facts.diagnosis import Unexplained
from hil.judge.judged import JudgedRun
from hil.network.arrays import unpack_sample
from hil.network.contract import Contract
from hil.oracle import Oracle

Crcs = tuple[int | None, ...]
"""CRC-32 of each output."""

_MOST_ORDERS = 24


@dataclass(frozen=True, eq=False)
class Given:
    """One answer of a board.

    Attributes:
        name: of the sample.
        sample: its bytes; None where the run does not tell them.
        ran: the samples since the board's start, this one the last; None where not all are known.
        fresh: whether its state had to start from the initial values; None: not known.
        right, observed: its outputs, by the oracle and by the board.
        before: the right outputs of the answer before it.
    """

    name: str
    sample: bytes | None
    ran: tuple[bytes, ...] | None
    fresh: bool | None
    right: Crcs
    observed: Crcs
    before: Crcs | None

    @property
    def failing(self) -> bool:
        return self.right != self.observed


def explain_answers(
    judged: JudgedRun, contract: Contract, oracle: Oracle | None, outcome: Outcome
) -> None:
    """Adds the mistake that explains every wrong answer of a run, if there is one."""
    found = _given(judged, contract)
    failing = [one for one in found if one.failing]
    if not failing or "engine" in outcome.settled:
        return
    passing = [one for one in found if not one.failing]
    right = _Right(contract, oracle or Oracle(contract))
    sure, _ = outcome.search(_hypotheses(right), failing, passing, CRC_BITS)
    if sure:
        told, count = sure[0].told, len(failing)
        evidence = f"explains {told} of {count} wrong answers, exactly"
        evidence += f", and {len(passing)} right ones too" if passing else ""
        names = tuple(dict.fromkeys(one.name for one in failing))
        hypotheses = [match.hypothesis for match in sure]
        outcome.findings.append(finding_of(hypotheses, "engine", evidence, names))
    elif "engine" in outcome.varying:
        wrong = tuple(dict.fromkeys(one.name for one in failing))
        what, facts = "the same question gets different answers", outcome.varying["engine"]
        outcome.unexplained.append(Unexplained("engine", what, wrong, facts))


class _Right:
    """What the oracle gives where something else is put in."""

    def __init__(self, contract: Contract, oracle: Oracle) -> None:
        self.header = contract.header
        self._oracle = oracle

    def to(self, sample: bytes) -> Crcs:
        """To a sample whose state starts from the initial values."""
        return self._run(sample, goes_on=False)

    def reset(self, one: Given) -> Crcs | None:
        return None if one.sample is None else self.to(one.sample)

    def going_on(self, one: Given) -> Crcs | None:
        """To the last of all samples since the start, none of which resets the state."""
        found = None
        for number, sample in enumerate(one.ran or ()):
            found = self._run(sample, goes_on=number > 0)
        return found

    def _run(self, sample: bytes, *, goes_on: bool) -> Crcs:
        return self._oracle.run(sample, continue_state=goes_on).output_crcs()


def _hypotheses(right: _Right) -> Iterator[Hypothesis[Given]]:
    yield from _of_inputs(right)
    if right.header.stateful:
        yield _suppose("engine.state-not-reset", right.going_on)
        yield _suppose("engine.state-reset", right.reset)
    yield from _of_outputs(len(right.header.outputs))


def _of_inputs(right: _Right) -> Iterator[Hypothesis[Given]]:
    """Of samples whose state is known: right after a reset, or of a network without state."""
    header = right.header

    def moved(one: Given, order: Sequence[int]) -> Crcs | None:
        if one.sample is None or not one.fresh:
            return None
        parts = unpack_sample(header, one.sample)
        return right.to(b"".join(parts[at].tobytes() for at in order))

    def previous(one: Given) -> Crcs | None:
        known = one.fresh and one.ran is not None and len(one.ran) > 1
        return right.to(one.ran[-2]) if known and one.ran is not None else None

    kinds = [(tensor.type, tensor.size) for tensor in header.inputs]
    orders = itertools.permutations(range(len(kinds)))
    fitting = (order for order in orders if [kinds[at] for at in order] == kinds)
    for order in itertools.islice(fitting, 1, _MOST_ORDERS):  # the first is the right one
        yield _suppose("input.inputs-swapped", moved, order, order=", ".join(map(str, order)))
    yield _suppose("input.previous-image", previous)


def _of_outputs(count: int) -> Iterator[Hypothesis[Given]]:
    def taken(one: Given, places: dict[int, int]) -> Crcs:
        return tuple(one.right[places.get(place, place)] for place in range(count))

    def stale(one: Given, place: int) -> Crcs | None:
        if one.before is None:
            return None
        return (*one.right[:place], one.before[place], *one.right[place + 1 :])

    for place, other in itertools.permutations(range(count), 2):
        how = f"output {place} is output {other}"
        yield _suppose("output.other", taken, {place: other}, how=how)
        if place < other:
            how = f"outputs {place} and {other} are swapped"
            yield _suppose("output.other", taken, {place: other, other: place}, how=how)
    for place in range(count):
        yield _suppose(
            *("engine.stale-output", stale, place), output=f"output {place}", image="the one before"
        )


def _suppose(
    name: str, predict: Callable[..., Crcs | None], *arguments: object, **parameters: object
) -> Hypothesis[Given]:
    """As `suppose`, and silent where it predicts nothing."""
    hypothesis = suppose(name, predict, *arguments, **parameters)
    return dataclasses.replace(hypothesis, silent=lambda one: hypothesis.predict(one) is None)


def _given(judged: JudgedRun, contract: Contract) -> list[Given]:
    known = known_samples(judged.run, contract)
    found: list[Given] = []
    ran: tuple[bytes, ...] | None = None
    before: Crcs | None = None
    last: tuple[int, int] | None = None
    for record, answer in zip(judged.run.inferences, judged.answers, strict=False):
        sample = known.get(record.asked.image_crc)
        at = record.boot, record.count
        if record.count == 1:
            ran, before = (), None
        elif last is None or at != (last[0], last[1] + 1):
            ran, before = None, None
        last = at
        if record.asked.refused_before:
            ran = before = None  # what was refused may have been run first
        ran = None if ran is None or sample is None else (*ran, sample)
        if answer.facts is None:
            before = None
            continue
        outputs = answer.facts.outputs
        right = tuple(output.expected_crc for output in outputs)
        history = record.asked.history
        found.append(
            Given(
                name=answer.name,
                sample=sample,
                ran=ran,
                fresh=None if history is None else history == 0,
                right=right,
                observed=tuple(output.device_crc for output in outputs),
                before=before,
            )
        )
        before = right
    return found
