"""Wrong samples of any network: where they first differ, as facts. No cause is named."""

from __future__ import annotations

from collections import Counter

from hil.diagnose.outcome import Outcome
from hil.facts.diagnosis import Unexplained
from hil.judge import explain
from hil.judge.figures import count_text
from hil.judge.judged import JudgedRun, JudgedSample
from hil.judge.verdict import Status

_MOST_FACTS = 5
_STAGES = ("input", "engine", "features", "scores", "map", "decision", "location", "answer")

_BEHIND = ("scores", "map", "decision", "location")
"""Stages that tell more of what is not explained than the pattern of the samples."""


def explain_samples(judged: JudgedRun, outcome: Outcome) -> None:
    """Adds the pattern of wrong samples, where no finding is of them.

    It tells which outputs are wrong, which operator differs first and whether it is the same one
    for all, and of which kinds the samples are.
    """
    wrong = [sample for sample in judged.samples if sample.status is Status.FAILED]
    explained = any(found.stage in _STAGES for found in outcome.findings)
    explained = explained or any(one.stage in _BEHIND for one in outcome.unexplained)
    if not wrong or explained:
        return
    names = tuple(sample.record.name for sample in wrong)
    what = f"{len(wrong)} of {count_text(len(judged.samples), 'sample')} wrong"
    facts = (*_operators(wrong), *_outputs(wrong), *_kinds(judged, wrong))
    outcome.unexplained.append(Unexplained("engine", what, names, facts))


def _operators(wrong: list[JudgedSample]) -> list[str]:
    firsts = Counter(
        next((op.place for op in sample.record.facts.ops if op.differs), "")
        for sample in wrong
        if sample.record.facts.ops
    )
    none = firsts.pop("", 0)
    facts = [
        f"operator {place} is the first that differs in {count_text(count, 'sample')}"
        for place, count in firsts.most_common(_MOST_FACTS)
    ]
    if none:
        facts.append(
            f"every operator is right in {count_text(none, 'traced sample')}: what is wrong comes "
            "after them, or not in traced runs"
        )
    if not firsts and not none:
        facts.append("there is no trace: input and operators cannot be told apart")
    return facts


def _outputs(wrong: list[JudgedSample]) -> list[str]:
    facts = []
    for sample in wrong[:_MOST_FACTS]:
        texts = [explain.output(one) for one in sample.record.facts.outputs if not one.same]
        if texts:
            facts.append(f"{sample.record.name}: {'; '.join(texts)}")
    return facts


def _kinds(judged: JudgedRun, wrong: list[JudgedSample]) -> list[str]:
    if len(wrong) == len(judged.samples):
        return []
    right = {s.record.made for s in judged.samples} - {s.record.made for s in wrong}
    kinds = ", ".join(sorted({s.record.made for s in wrong}))
    return [f"wrong are {kinds}; right are all of {', '.join(sorted(right))}"] if right else []
