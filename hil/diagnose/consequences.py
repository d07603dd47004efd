"""What follows from another finding is no finding of its own. Pure."""

from __future__ import annotations

import dataclasses

from hil.diagnose.catalogue import finding
from hil.diagnose.outcome import BUG, Outcome
from hil.facts.diagnosis import Finding
from hil.judge.judged import JudgedRun

_IDENTITY = ("identity.other-model", "identity.other-firmware", "identity.contract")
_FOLLOWS: dict[str, tuple[str, ...]] = {
    "board.wrong-build": _IDENTITY[:2],
    "board.no-model": _IDENTITY,
    "identity.untrue": _IDENTITY,
    "identity.other-model": ("identity.contract",),
    "network.refused": _IDENTITY,
    "network.refused-or-flash": _IDENTITY,
}
"""By id, what is said of the same thing once more."""

_OF_ANSWERS = ("answer", "decision", "engine", "input", "location", "map", "scores")


def drop_consequences(judged: JudgedRun, outcome: Outcome) -> None:
    """Leaves the findings that do not follow from others of them.

    Another model explains every wrong answer. Where the answers are right, the model is the right
    one, and its digest is what is wrong.
    """
    outcome.findings = [_digest_or_model(each, judged) for each in outcome.findings]
    ids = {each.id for each in outcome.findings}
    following = {name for cause in ids for name in _FOLLOWS.get(cause, ())}
    outcome.findings = [each for each in outcome.findings if each.id not in following]
    if "identity.other-model" in ids - following:
        outcome.findings = [each for each in outcome.findings if each.stage not in _OF_ANSWERS]
        outcome.unexplained = [
            each
            for each in outcome.unexplained
            if each.stage not in _OF_ANSWERS or each.what.startswith(BUG)
        ]


def _digest_or_model(found: Finding, judged: JudgedRun) -> Finding:
    """Of another digest than that of the model: which of the two is wrong, by the answers."""
    known = [answer for answer in judged.answers if answer.facts is not None]
    right = [answer for answer in known if not answer.failed]
    # One answer may be right by chance where scores are few; all of them are not.
    if found.id != "identity.other-model" or not known or len(right) < len(known):
        return found
    evidence = f"{found.evidence}; {len(right)} of {len(known)} answers are those of the network "
    evidence += "that was flashed: its digest is what is wrong"
    how = "another digest of its network"
    untrue = finding("identity.untrue", "identity", evidence, how=how)
    return dataclasses.replace(untrue, images=found.images)
