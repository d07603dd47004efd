"""Why a model cannot be used, told all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.errors import UsageError


@dataclass(frozen=True)
class Problem:
    """What is wrong with a model, and what to do about it."""

    what: str
    remedy: str


def refusal(problems: Sequence[Problem], *, where: str) -> UsageError:
    """One error that says every problem; there is at least one."""
    if len(problems) == 1:
        return UsageError(problems[0].what, where=where, hint=problems[0].remedy)
    numbered = list(enumerate(problems, start=1))
    what = "\n  ".join(f"{number}. {problem.what}" for number, problem in numbered)
    remedies = "; ".join(f"{number}. {problem.remedy}" for number, problem in numbered)
    return UsageError(f"the model has {len(problems)} problems: {what}", where=where, hint=remedies)
