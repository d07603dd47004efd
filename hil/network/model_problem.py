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


class RefusedModelError(UsageError):
    """A model that cannot be used; `problems` are all of the reasons."""

    def __init__(self, problems: Sequence[Problem], *, where: str) -> None:
        self.problems = tuple(problems)
        what, remedies = problems[0].what, problems[0].remedy
        if len(problems) > 1:
            numbered = list(enumerate(problems, start=1))
            listed = "\n  ".join(f"{number}. {problem.what}" for number, problem in numbered)
            what = f"the model has {len(problems)} problems: {listed}"
            remedies = "; ".join(f"{number}. {problem.remedy}" for number, problem in numbered)
        super().__init__(what, where=where, hint=remedies)
