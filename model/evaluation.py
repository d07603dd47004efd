"""A model on a data set: the float network of a .keras file, or a .tflite on the oracle.

The .tflite takes the way of `hil evaluate --board oracle`, so that both give one answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hil.board.artifacts import ExpectedModel
from hil.errors import UsageError
from hil.facts.evaluation import Answers
from hil.judge.evaluation.evaluation import evaluate
from hil.judge.evaluation.selection import Selection
from hil.judge.evaluation.truth import image_truth
from hil.judge.tolerance import load_tolerances
from hil.network.contract import read_contract
from hil.network.settings import NetworkSettings, read_settings
from hil.run.evaluation.run import Plan, Progress, run_on_oracle
from hil.samples.classes import check_labels
from hil.samples.labels import Entry
from model.card import POSITIVE_CLASS
from model.files import read_model

if TYPE_CHECKING:
    from hil.judge.evaluation.quality import Evaluation

THRESHOLD_PERCENT = 50
"""Where no .toml stands beside a model."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Which class is positive, and from what percent on. `note`: where it comes from.

    `settings`: what else stands beside the model.
    """

    positive_class: int
    threshold_percent: int
    note: str = ""
    settings: NetworkSettings = field(default_factory=NetworkSettings)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """`tflite`: the bytes of the model, if it is one."""

    path: Path
    answers: Answers
    found: Evaluation
    tflite: bytes | None


class Silent:
    """A progress that tells nobody."""

    def begin(self, total: int, kept: int) -> None:
        """Nothing to say."""

    def step(self) -> None:
        """Nothing to say."""


def decision(path: Path, threshold_percent: int | None = None) -> Decision:
    """What the .toml beside a model says; without one, class 1 from 50 % on."""
    beside = path.with_suffix(".toml")
    there = beside.is_file()
    said = read_settings(beside) if there else NetworkSettings()
    positive = POSITIVE_CLASS if said.positive_class is None else said.positive_class
    if threshold_percent is not None:
        if not 0 <= threshold_percent <= 100:
            raise UsageError(f"threshold of {threshold_percent} percent", hint="give 0 to 100")
        return Decision(positive, threshold_percent, "as asked for", said)
    threshold = THRESHOLD_PERCENT if said.threshold is None else said.threshold
    return Decision(
        positive, threshold, str(beside) if there else f"no {beside.name} beside it", said
    )


def evaluate_model(
    path: Path,
    plan: Plan,
    selection: Selection,
    *,
    how: Decision | None = None,
    progress: Progress | None = None,
) -> Evaluated:
    """Runs and measures one model.

    Args:
        path: .keras or .tflite.
        plan: the data set, with the selection's entries; `fit` and `jobs` count.
        selection: what is reported on.
        how: positive class and threshold; by default `decision`.
        progress: is told of each picture.

    Raises:
        UsageError: another kind of file, a model or pictures that cannot be used.
    """
    how = how or decision(path)
    progress = progress or Silent()
    tflite = None
    if path.suffix == ".tflite":
        tflite = read_model(path)
        said = dataclasses.replace(
            how.settings, positive_class=how.positive_class, threshold=how.threshold_percent
        )
        contract = read_contract(tflite, where=str(path), settings=said)
        check_labels(plan.data, plan.entries, contract.task)
        model = ExpectedModel(tflite, contract.header, str(path), said)
        answers = run_on_oracle(model, plan, progress)
    elif path.suffix == ".keras":
        from model.float_answers import run_on_network
        from model.float_network import load_network

        network = load_network(path)
        if not 0 <= how.positive_class < network.classes:
            raise UsageError(
                f"positive class {how.positive_class} of {network.classes} classes",
                where=str(path),
                hint="correct the .toml beside it",
            )
        answers = run_on_network(
            network,
            plan,
            progress,
            positive_class=how.positive_class,
            threshold=how.threshold_percent,
        )
    else:
        raise UsageError(
            f"a model of kind {path.suffix or 'none'!r}",
            where=str(path),
            hint="give a .keras or a .tflite file",
        )
    return Evaluated(path, answers, evaluate(answers, selection, load_tolerances()), tflite)


def scored(answers: Answers, entries: Iterable[Entry]) -> tuple[list[float], list[bool]]:
    """Percent of the positive class, and whether there is a person, of images with a truth."""
    header = answers.header
    percents, persons = [], []
    for entry in entries:
        result = answers.results[entry.file]
        truth = image_truth(entry, result.size, header.input_size, header.fit)
        if truth.person is not None:
            percents.append(header.positive_percent(result.oracle))
            persons.append(truth.person)
    return percents, persons
