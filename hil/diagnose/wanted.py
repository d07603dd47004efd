"""Which experiments would tell more of a run's wrong answers. Pure; `hil.run.experiments` performs
them while the board is still there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hil.facts.diagnosis import Ask, Experiment, Probe
from hil.facts.image import ImageFacts, SampleFacts
from hil.facts.records import InferenceRecord
from hil.judge.judged import JudgedRun
from hil.network.location import Location

MOST_QUESTIONS = 2
"""Wrong answers that are asked for again under other histories."""

HISTORY = "what ran before"
THRESHOLD = "which threshold is applied"


def experiments_wanted(judged: JudgedRun) -> tuple[Experiment, ...]:
    """What the board should be asked; nothing for a run without wrong answers, or where that was
    done."""
    records = judged.run.inferences
    if any(record.experiment for record in records):
        return ()
    rows = [
        (record, answer.facts, answer.says_wrong)
        for record, answer in zip(records, judged.answers, strict=False)
        if answer.facts is not None and record.asked.stage == "tensor"
    ]
    wrong = [(record, facts) for record, facts, failed in rows if failed]
    if not wrong:
        return ()
    right = [(record, facts) for record, facts, failed in rows if not failed]
    asked = _spread(wrong)
    found = []
    for number, (record, facts) in enumerate(asked):
        others = _others(facts, (*right, *wrong))
        head = isinstance(facts, ImageFacts)
        steps = tuple(_under_histories(_ask(record), others, head=head, pause=number == 0))
        found.append(Experiment(HISTORY, steps))
    decided = next(((record, facts) for record, facts in wrong if _decision_wrong(facts)), None)
    if decided is not None:
        found.append(Experiment(THRESHOLD, tuple(_bisected(*decided, (*right, *wrong)))))
    return tuple(found)


def _spread(
    wrong: Sequence[tuple[InferenceRecord, SampleFacts]],
) -> list[tuple[InferenceRecord, SampleFacts]]:
    """Wrong answers to different samples, from all over the run."""
    distinct = list({record.asked.image_crc: (record, facts) for record, facts in wrong}.values())
    step = max(len(distinct) // MOST_QUESTIONS, 1)
    return distinct[::step][:MOST_QUESTIONS]


def _ask(record: InferenceRecord) -> Ask:
    return Ask(record.asked.image_crc, record.asked.threshold, record.asked.cam)


def _others(
    facts: SampleFacts, rows: Sequence[tuple[InferenceRecord, SampleFacts]]
) -> tuple[Ask, ...]:
    """Two other samples with other answers, the first with a location where this one has none."""
    due = _due(facts)
    found = {
        record.asked.image_crc: (_passes(other) == _passes(facts), Ask(record.asked.image_crc))
        for record, other in reversed(rows)
        if record.asked.image_crc != facts.image_crc and _due(other) != due
    }
    ordered = sorted(found.values(), key=lambda one: one[0])
    return tuple(ask for _, ask in (ordered[:1] + ordered[-1:]))


def _due(facts: SampleFacts) -> tuple[int, ...]:
    return tuple(output.expected_crc for output in facts.outputs)


def _passes(facts: SampleFacts) -> bool:
    return isinstance(facts, ImageFacts) and isinstance(facts.reference.location, Location)


def _under_histories(
    ask: Ask, others: Sequence[Ask], *, head: bool, pause: bool
) -> Iterator[Probe]:
    """The same question right after a start, after itself, after others, after a refusal, after
    other options."""

    def asked(*asks: Ask) -> Iterator[Probe]:
        for one in asks:
            yield Probe("ask", one)

    yield Probe("reset")
    yield from asked(ask, ask)
    for other in others:
        yield from asked(other, ask, other, other, ask, ask)
    yield Probe("refusal")
    yield from asked(ask, ask)
    if head:
        for one in (ask, *others[:1]):
            for percent in (5, 95):
                yield from asked(Ask(one.image_crc, percent), ask)
            yield from asked(Ask(one.image_crc, None, not ask.cam), ask)
    if pause:
        yield Probe("pause")
        yield from asked(ask)
    for other in others[:1]:
        yield from (Probe("reset"), *asked(other, ask))


def _decision_wrong(facts: SampleFacts) -> bool:
    """Whether the scores are right, and what is said of the location is not."""
    if not isinstance(facts, ImageFacts) or facts.device.scores != facts.reference.scores:
        return False
    kinds = (getattr(side.location, "value", "") for side in (facts.device, facts.reference))
    return len(set(kinds)) > 1 or facts.device.threshold != facts.reference.threshold


def _bisected(
    record: InferenceRecord,
    facts: SampleFacts,
    rows: Sequence[tuple[InferenceRecord, SampleFacts]],
) -> Iterator[Probe]:
    """After itself, and after another sample that was asked with a low and a high threshold."""
    ask = Ask(record.asked.image_crc, cam=record.asked.cam)
    yield Probe("bisect", ask)
    for other in _others(facts, rows)[:1]:
        for percent in (10, 90):
            yield Probe("bisect", ask, Ask(other.image_crc, percent))
