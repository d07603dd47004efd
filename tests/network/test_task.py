"""What a network is for: told by its graph, or declared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hil.network.contract import read_contract
from hil.network.model_problem import RefusedModelError
from hil.network.settings import NetworkSettings
from hil.network.task import Task
from hil.testing.model_builder import ModelBuilder
from hil.testing.tiny_model import tiny_model


def ending_in(
    op: str, classes: int, *, behind: str = "", inputs: int = 4, options: str = ""
) -> bytes:
    """A dense layer with an activation behind it, and one operator that changes no meaning."""
    file = ModelBuilder()
    x = file.input("x", (1, inputs), "INT8", 1 / 16, 0)
    weights = np.arange(classes * inputs, dtype=np.int8).reshape(classes, inputs) - 3
    w = file.tensor("w", weights.shape, "INT8", 1 / 64, 0, values=weights)
    y = file.tensor("logits", (1, classes), "INT8", 1 / 16, 0)
    file.op("FULLY_CONNECTED", [x, w, -1], y, "FullyConnectedOptions")
    if op:
        scale, zero_point = (1 / 16, 127) if op == "LOG_SOFTMAX" else (1 / 256, -128)
        after = file.tensor("activated", (1, classes), "INT8", scale, zero_point)
        file.op(op, [y], after, options, **({"beta": 1.0} if op == "SOFTMAX" else {}))
        y = after
    if behind:
        last = file.tensor("last", (classes, 1), "INT8", 1 / 256, -128)
        file.op(behind, [y, file.ints("shape", [classes, 1])], last, "ReshapeOptions")
        y = last
    return file.build([y])


def task_of(model: bytes, **settings: Any) -> Task:
    return read_contract(model, settings=NetworkSettings(**settings)).task


def problems_of(model: bytes, **settings: Any) -> str:
    with pytest.raises(RefusedModelError) as caught:
        task_of(model, **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("op", "options", "activation"),
    [
        ("SOFTMAX", "SoftmaxOptions", "softmax"),
        ("LOGISTIC", "", "sigmoid"),
        ("LOG_SOFTMAX", "LogSoftmaxOptions", "logits"),
    ],
)
def test_who_ends_in_scores_classifies(op: str, options: str, activation: str) -> None:
    task = task_of(ending_in(op, 3, options=options))
    assert (task.kind, task.activation, task.classes) == ("classification", activation, 3)
    assert (task.positive_class, task.decides) == (None, "largest")
    assert op in task.why


def test_an_operator_that_changes_no_meaning_may_come_behind() -> None:
    task = task_of(ending_in("SOFTMAX", 3, behind="RESHAPE", options="SoftmaxOptions"))
    assert (task.kind, task.classes) == ("classification", 3)


def test_one_sigmoid_score_is_a_decision_between_two_classes() -> None:
    task = task_of(ending_in("LOGISTIC", 1))
    assert (task.classes, task.positive_class, task.threshold) == (2, 1, 50)
    assert task.decides == "threshold"


def test_logits_cannot_be_seen_and_are_declared_by_their_labels_or_by_name() -> None:
    model = ending_in("", 3)
    assert task_of(model).kind == "none"
    declared = task_of(model, labels=("a", "b", "c"))
    assert (declared.kind, declared.activation) == ("classification", "logits")
    assert declared.name_of(1) == "b"
    assert task_of(model, task="classification").activation == "logits"


def test_who_gives_back_as_many_numbers_as_it_takes_rebuilds_its_input() -> None:
    model = ending_in("", 4, inputs=4)
    assert task_of(model).kind == "reconstruction"
    assert task_of(model, anomaly_threshold=2.5).threshold == 2.5
    assert task_of(model, task="regression").kind == "regression"


def test_one_number_in_and_one_out_is_no_reconstruction() -> None:
    assert task_of(ending_in("", 1, inputs=1)).kind == "none"
    assert task_of(ending_in("", 1, inputs=1), task="regression").kind == "regression"


def test_a_network_with_a_map_localizes_unless_it_is_to_classify() -> None:
    both = {"positive_class": 0, "threshold": 60}
    task = task_of(tiny_model(classes=3), **both)
    assert (task.kind, task.classes, task.positive_class) == ("localization", 3, 0)
    plain = task_of(tiny_model(classes=3), task="classification", **both)
    assert (plain.kind, plain.activation) == ("classification", "softmax")
    assert plain.output == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"task": "localization"}, "has no class activation map"),
        ({"output": 1}, "output 1 does not exist"),
        ({"positive_class": 3}, "positive_class 3 does not exist"),
        ({"labels": ("a", "b")}, "2 labels for 3 classes"),
        ({"task": "reconstruction"}, "is not as large as the only input"),
    ],
)
def test_what_the_graph_contradicts_is_refused(settings: dict[str, Any], said: str) -> None:
    assert said in problems_of(ending_in("SOFTMAX", 3, options="SoftmaxOptions"), **settings)


def test_percents_are_of_each_class() -> None:
    softmax = Task("classification", activation="softmax", classes=2)
    assert softmax.percents(np.array([0.25, 0.75])).tolist() == [25, 75]
    sigmoid = Task("classification", activation="sigmoid", classes=2)
    assert sigmoid.percents(np.array([[0.25], [1.0]])).tolist() == [[75, 25], [0, 100]]
    logits = Task("classification", activation="logits", classes=3)
    # exp of 0, ln 2 and ln 5 are 1, 2 and 5: their shares of 8.
    assert logits.percents(np.log([1.0, 2.0, 5.0])) == pytest.approx([12.5, 25, 62.5])
    single = Task("classification", activation="logits", classes=2)
    assert single.percents(np.array([np.log(3.0)])) == pytest.approx([25, 75])


def test_settings_without_meaning_are_told() -> None:
    contract = read_contract(
        ending_in("", 4), settings=NetworkSettings(positive_class=1, threshold=50)
    )
    assert "positive_class means nothing for the task reconstruction" in contract.notes
