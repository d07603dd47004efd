"""What the operators of a model cost, against figures worked out by hand."""

from __future__ import annotations

from hil.base.resources import find
from hil.network.op_costs import op_costs, total_macs
from hil.network.op_table import ops_text
from hil.network.tflite_graph import read_graph
from hil.testing.tiny_model import tiny_model
from model.checks import MAXIMUM_MACS, deviations, measure


def person_cam() -> bytes:
    return (find("model") / "person_cam.tflite").read_bytes()


def test_convolutions_of_the_committed_model_cost_what_their_shapes_say() -> None:
    costs = op_costs(read_graph(person_cam()))
    assert costs[0].macs == 48 * 48 * 8 * 9  # 3x3 on one channel
    assert costs[1].macs == 48 * 48 * 8 * 9  # depthwise 3x3
    assert costs[2].macs == 48 * 48 * 16 * 8  # pointwise from 8 to 16 channels
    assert costs[22].macs == 6 * 6 * 128 * 128
    assert [cost.macs for cost in costs[23:]] == [0, 128 * 2, 0, 0]
    assert costs[0].weight_bytes == 8 * 9 + 8 * 4  # int8 filter, int32 bias
    assert costs[23].weight_bytes == 0  # the mean's axes are no weights


def test_the_total_is_that_of_the_architecture() -> None:
    # Side of the output, channels in and out of each of the eleven blocks.
    blocks = [(48, 8, 16), (24, 16, 32), (24, 32, 32), (12, 32, 64), (12, 64, 64), (6, 64, 128)]
    blocks += [(6, 128, 128)] * 5
    by_hand = 48 * 48 * 8 * 9 + 128 * 2
    by_hand += sum(side**2 * (9 * before + before * after) for side, before, after in blocks)
    facts = measure(person_cam())
    assert facts.macs == total_macs(op_costs(read_graph(person_cam()))) == by_hand
    assert by_hand <= MAXIMUM_MACS
    assert deviations(facts) == []


def test_a_dense_layer_costs_inputs_times_outputs() -> None:
    (dense,) = [
        cost
        for cost in op_costs(read_graph(tiny_model(classifier="dense", channels=8, classes=3)))
        if cost.name == "FULLY_CONNECTED"
    ]
    assert dense.macs == 8 * 3


def test_the_list_has_a_line_an_operator_and_the_totals() -> None:
    lines = ops_text(person_cam()).splitlines()
    assert len(lines) == 1 + 27 + 1
    first = lines[1].split()
    assert first == ["0", "CONV_2D", "1x96x96x1", "8x3x3x1", "1x48x48x8", "165,888", "104"]
    costs = op_costs(read_graph(person_cam()))
    assert lines[-1].split()[1] == f"{total_macs(costs):,}"
