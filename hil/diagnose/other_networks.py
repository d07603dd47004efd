"""Other networks on the same board: what those have in common that it treats otherwise.

Facts, and no cause: which networks are wrong and which are right narrows the place down.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from hil.diagnose.outcome import Outcome
from hil.facts.other_networks import ANSWERS, OtherNetworkRecord
from hil.facts.run import Run
from hil.judge.figures import count_text
from hil.judge.judged import JudgedRun
from hil.network.contract import Contract
from hil.network.traits import traits

STAGE = "other networks"
_SHOWN = 3


def explain_other_networks(
    run: Run, judged: JudgedRun, contract: Contract | None, outcome: Outcome
) -> None:
    """Adds what is known of other networks, and of broken partitions, that are treated wrongly."""
    _answered(run, judged, contract, outcome)
    refused = [record for record in run.other_networks if record.due != ANSWERS]
    wrong = [record for record in refused if record.wrong]
    if wrong:
        what = (
            f"{len(wrong)} of {count_text(len(refused), 'broken partition')} not answered as is due"
        )
        outcome.puzzle(STAGE, what, (), *_told(wrong), *_alike(wrong))


def _answered(run: Run, judged: JudgedRun, contract: Contract | None, outcome: Outcome) -> None:
    asked = [record for record in run.other_networks if record.due == ANSWERS]
    wrong = [record for record in asked if record.wrong]
    if not wrong:
        return
    right = [set(record.traits) for record in asked if not record.wrong]
    own_is_right = bool(judged.answers) and not judged.wrong_answers
    if contract is not None and own_is_right:
        right.append(set(traits(contract)))
    own = "the run's own is right" if own_is_right else "the run's own is not right either"
    what = f"{len(wrong)} of {count_text(len(asked), 'other network')} answered wrongly; {own}"
    outcome.puzzle(STAGE, what, (), *_told(wrong), _apart(wrong, right))


def _apart(wrong: Sequence[OtherNetworkRecord], right: Sequence[set[str]]) -> str:
    """What all have that are wrong, and none that is right."""
    common = reduce(set.intersection, (set(record.traits) for record in wrong))
    only = common.difference(*right)
    ordered = [trait for trait in wrong[0].traits if trait in only]
    if not right:
        return "no other network is right"
    if ordered:
        return f"only networks with: {', '.join(ordered)}"
    return "no one trait tells the wrong ones from the right ones"


def _alike(wrong: Sequence[OtherNetworkRecord]) -> tuple[str, ...]:
    """What is said of all of them in the same words."""
    common = reduce(set.intersection, (set(record.wrong) for record in wrong))
    told = [text for text in wrong[0].wrong if text in common]
    return (f"of all of them: {'; '.join(told)}",) if told and len(wrong) > 1 else ()


def _told(wrong: Sequence[OtherNetworkRecord]) -> list[str]:
    more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    return [*(f"{record.name}: {record.wrong[0]}" for record in wrong[:_SHOWN]), *more]
