"""What a network is for, so that its answers can be judged: its task.

The graph tells most of it: who ends in a SOFTMAX tells classes apart, who gives back as many
numbers as it took rebuilds its input. What it does not tell, the settings declare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hil.network.model_problem import Problem
from hil.network.settings import Activation, NetworkSettings, TaskKind
from hil.network.tflite_graph import Graph, Tensor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.wire.network_header import CamHead

DEFAULT_THRESHOLD = 50.0
"""Percent, of the positive class of two."""

Decides = Literal["threshold", "largest"]
"""How a class is chosen: the positive class's threshold, or the largest score."""

_PASSING = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "QUANTIZE", "DEQUANTIZE")
"""Operators between an activation and the output, which leave the meaning alone."""

_ACTIVATIONS: dict[str, Activation] = {
    "SOFTMAX": "softmax",
    "LOGISTIC": "sigmoid",
    "LOG_SOFTMAX": "logits",
}


@dataclass(frozen=True, slots=True)
class Task:
    """What the answers of a network mean.

    Attributes:
        kind: "localization" is classification with a class activation map.
        output: which of the network's outputs is judged.
        activation: how scores become percent; None where there are no classes.
        classes: their number; one sigmoid score is of two classes. 0 for other tasks.
        positive_class: of a decision between yes and no; None among equals.
        threshold: from which score of the positive class on it is yes, in percent; of a
            reconstruction, from which error on a sample is anomalous. None where nobody said.
        labels: names of the classes; empty where nobody said.
        why: how the task was found out, in words.
    """

    kind: TaskKind
    output: int = 0
    activation: Activation | None = None
    classes: int = 0
    positive_class: int | None = None
    threshold: float | None = None
    labels: tuple[str, ...] = ()
    why: str = field(default="", compare=False)

    @property
    def decides(self) -> Decides:
        return "largest" if self.positive_class is None else "threshold"

    def name_of(self, index: int) -> str:
        """A class for people: its label, or its number."""
        return self.labels[index] if index < len(self.labels) else str(index)

    def percents(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Percent of each class, of the real values of the output: [..., classes].

        Softmax and sigmoid scores are taken as they are (those of an int8 SOFTMAX need not add
        up to 100); logits go through a softmax here, a single one through a sigmoid.
        """
        import numpy as np

        if self.activation == "logits":
            if scores.shape[-1] == 1:
                scores = 1 / (1 + np.exp(-scores))
            else:
                powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
                scores = powers / powers.sum(axis=-1, keepdims=True)
        if scores.shape[-1] == 1:
            scores = np.concatenate([1 - scores, scores], axis=-1)
        return 100 * scores

    def decision(self, percents: NDArray[np.float64]) -> int:
        """What the percents of the classes decide: the class with the largest, or of a positive
        class 1 from the threshold on, else 0."""
        if self.positive_class is None:
            return int(percents.argmax())
        assert self.threshold is not None
        return int(percents[self.positive_class] >= self.threshold)


NO_TASK = Task("none")


def choose_task(
    graph: Graph,
    said: NetworkSettings,
    head: CamHead | None,
    problems: list[Problem],
    notes: list[str],
) -> Task:
    """The task that the settings name, or else the graph shows.

    What of the settings cannot be is added to `problems`, what means nothing to `notes`.
    """
    if head is not None and said.task in (None, "localization"):
        return Task(
            "localization",
            head.score_output,
            "softmax",
            head.classes,
            head.positive_class,
            float(head.threshold),
            said.labels,
            "it has a class activation map",
        )
    if said.task == "localization":
        problems.append(
            Problem(
                "the settings name the task localization, but the network has no class activation "
                "map",
                'task = "classification", or export the network with its map: hil check says what '
                "is missing",
            )
        )
        return NO_TASK
    outputs = [graph.tensors[index] for index in graph.outputs]
    if said.output is not None and said.output >= len(outputs):
        problems.append(
            Problem(
                f"output {said.output} does not exist: the network has {len(outputs)}",
                f"give 0 to {len(outputs) - 1}",
            )
        )
        return NO_TASK
    kind, output, why = _kind(graph, said)
    if kind == "classification":
        return _classification(graph, said, output, why, problems)
    for name, value in (
        ("labels", said.labels),
        ("positive_class", said.positive_class),
        ("threshold_percent", said.threshold),
    ):
        if value not in (None, ()):
            notes.append(f"{name} means nothing for the task {kind}")
    if kind != "reconstruction" and said.anomaly_threshold is not None:
        notes.append(f"anomaly_threshold means nothing for the task {kind}")
    if kind == "reconstruction":
        if len(graph.inputs) != 1 or not _rebuilds(graph, output):
            problems.append(
                Problem(
                    "the settings name the task reconstruction, but output "
                    f"{outputs[output].describe()} is not as large as the only input",
                    "name another task, or the output that rebuilds the input: output = 0",
                )
            )
        return Task(kind, output, threshold=said.anomaly_threshold, why=why)
    return Task(kind, output, why=why)


def _kind(graph: Graph, said: NetworkSettings) -> tuple[TaskKind, int, str]:
    """Kind, output, and why."""
    outputs = [graph.tensors[index] for index in graph.outputs]
    asked = range(len(outputs)) if said.output is None else (said.output,)
    if said.task is not None:
        named = asked[0]
        if said.task == "classification":
            # The one that looks like it, where nobody said which.
            named = next((n for n in asked if _activation(graph, n) is not None), named)
        return said.task, named, "the settings say so"
    scores = [n for n in asked if _activation(graph, n) is not None and _scores(outputs[n])]
    if len(scores) == 1:
        return "classification", scores[0], f"it ends in {_last(graph, scores[0])}"
    if len(scores) > 1:
        listed = ", ".join(map(str, scores))
        return "none", asked[0], f"outputs {listed} all hold scores: the settings may name one"
    if len(asked) == 1:
        only, size = asked[0], outputs[asked[0]].elements
        if len(said.labels) > 1 and len(said.labels) == size:
            return "classification", only, f"the settings have a label for each of {size} scores"
        if len(graph.inputs) == 1 and size > 1 and _rebuilds(graph, only):
            return "reconstruction", only, "it gives back as many numbers as it takes"
    return "none", asked[0], "neither the graph nor the settings tell what its outputs mean"


def _classification(
    graph: Graph, said: NetworkSettings, output: int, why: str, problems: list[Problem]
) -> Task:
    tensor = graph.tensors[graph.outputs[output]]
    activation = said.activation or _activation(graph, output) or "logits"
    scores = tensor.elements
    classes = 2 if scores == 1 else scores
    if not _scores(tensor) or (scores == 1 and activation == "softmax"):
        problems.append(
            Problem(
                f"{tensor.describe()} cannot hold the scores of classes",
                "name the output with one score for each class: output = 0, or another task",
            )
        )
    if said.labels and len(said.labels) != classes:
        wrong = Problem(
            f"{len(said.labels)} labels for {classes} classes",
            "give the settings one label for each class",
        )
        if wrong not in problems:  # the head has found it already
            problems.append(wrong)
    positive = said.positive_class
    if positive is not None and positive >= classes:
        wrong = Problem(
            f"positive_class {positive} does not exist: the model has {classes} classes",
            f"give 0 to {classes - 1}",
        )
        if wrong not in problems:  # the head has found it already
            problems.append(wrong)
    threshold = None if said.threshold is None else float(said.threshold)
    if positive is None and (classes == 2 or threshold is not None):
        positive = 1
    if positive is not None and threshold is None:
        threshold = DEFAULT_THRESHOLD
    return Task(
        "classification", output, activation, classes, positive, threshold, said.labels, why
    )


def _scores(tensor: Tensor) -> bool:
    """Whether a tensor is one row of numbers."""
    return tensor.elements > 0 and tensor.elements == max(tensor.shape, default=1)


def _rebuilds(graph: Graph, output: int) -> bool:
    taken, given = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[output]]
    return math.prod(taken.shape) == math.prod(given.shape)


def _activation(graph: Graph, output: int) -> Activation | None:
    return _ACTIVATIONS.get(_last(graph, output))


def _last(graph: Graph, output: int) -> str:
    """The operator that gives an output its meaning."""
    index = graph.outputs[output]
    for _ in range(len(graph.ops)):  # a graph whose operators form a cycle ends too
        op = graph.producer(index)
        if op is None or op.name not in _PASSING or not op.inputs or op.inputs[0] < 0:
            return "" if op is None else op.name
        index = op.inputs[0]
    return ""
