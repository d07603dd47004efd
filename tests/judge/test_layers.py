"""Quantization, host or board: who lost the accuracy, and in which operator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hil.errors import ExitCode
from hil.facts.layers import (
    DecisionFacts,
    Disagreement,
    EndFacts,
    ErrorFacts,
    LayerFacts,
    LayersFacts,
    LsbFacts,
)
from hil.judge.layers import LayerLimits, LayersVerdict, judge_layers

SAME = LsbFacts(0, 0, 8)


def error(db: float, channel_db: float | None = None, cut: int = 0) -> ErrorFacts:
    """An error of so many dB."""
    signal = 10 ** (db / 10)
    if channel_db is None:
        return ErrorFacts(1000, signal, 1.0, 1.0, 1.0, cut)
    part = 10 ** (channel_db / 10)
    return ErrorFacts(1000, signal, 1.0, 1.0, 1.0, cut, 8, 5, part, 1.0)


def layer(index: int, name: str, own: ErrorFacts, **fields: Any) -> LayerFacts:
    facts = LayerFacts(index, name, 0, (1, 8), index, error(30), own, host=SAME)
    return replace(facts, **fields)


def facts(*layers: LayerFacts, output: float = 38.0, flips: int = 0, **fields: Any) -> LayersFacts:
    decisions = DecisionFacts("the largest", Disagreement(200, flips), 0, 0, 4)
    found = LayersFacts(
        float_sha256="f",
        int8_sha256="q",
        float_resolver="litert",
        resolver="tflm",
        other="litert",
        no_host="",
        samples=200,
        traced=200,
        given="int8",
        data="mine.npz",
        noise=False,
        layers=layers or (layer(0, "CONV_2D", error(40)), layer(1, "SOFTMAX", error(50))),
        left_out=(),
        inputs=(),
        outputs=(EndFacts("score", (1, 4), error(output)),),
        decisions=decisions,
    )
    return replace(found, **fields)


def said(verdict: LayersVerdict, suspect: str) -> str:
    (part,) = (part for part in verdict.parts if part.suspect == suspect)
    return part.text


def test_a_healthy_network_loses_nothing() -> None:
    verdict = judge_layers(facts())
    assert said(verdict, "quantization") == (
        "nothing is lost in quantization: SQNR of the output 38.0 dB, 0 of 200 decisions differ"
    )
    assert said(verdict, "host") == "the host's kernels add nothing: 0 LSB beside LiteRT"
    assert verdict.losing == ()
    assert verdict.code is ExitCode.PASSED


def test_the_operator_that_loses_is_named_and_not_those_behind_it() -> None:
    behind = layer(2, "CONV_2D", error(40), total=error(11))
    found = facts(
        layer(0, "CONV_2D", error(41)),
        layer(1, "DEPTHWISE_CONV_2D", error(11.2, 3.0, cut=21)),
        behind,
        output=12.0,
        flips=7,
    )
    verdict = judge_layers(found)
    assert said(verdict, "quantization") == (
        "accuracy is lost in quantization: operator 1 DEPTHWISE_CONV_2D, own SQNR 11.2 dB (worst "
        "channel 5: 3.0 dB; 2.1 % of its values cut off); SQNR of the output 12.0 dB, 7 of 200 "
        "decisions differ"
    )
    assert [each.index for each in verdict.losing] == [1]
    assert verdict.code is ExitCode.PASSED  # it is information


def test_one_channel_of_many_is_enough() -> None:
    verdict = judge_layers(facts(layer(0, "CONV_2D", error(27, -2.0)), flips=1))
    assert "operator 0 CONV_2D, own SQNR 27.0 dB (worst channel 5: -2.0 dB)" in said(
        verdict, "quantization"
    )


def test_a_loss_of_many_small_ones_is_of_no_operator_alone() -> None:
    layers = [layer(n, "CONV_2D", error(25 + n)) for n in range(4)]
    verdict = judge_layers(facts(*layers, output=15.0))
    assert "by no operator alone: the worst is operator 0 CONV_2D, own SQNR 25.0 dB" in said(
        verdict, "quantization"
    )


def test_a_loss_that_does_not_reach_the_output_is_told_as_that() -> None:
    verdict = judge_layers(facts(layer(0, "CONV_2D", error(15))))
    assert said(verdict, "quantization").startswith(
        "what is lost in quantization hardly comes through: operator 0 CONV_2D"
    )


def test_decisions_that_change_are_lost_accuracy_only_where_labels_say_so() -> None:
    found = facts(flips=2)
    assert said(judge_layers(found), "quantization").startswith("decisions change in quantization")
    assert found.decisions is not None
    for after, begins in ((188, "accuracy is lost"), (192, "decisions change")):
        labelled = replace(
            found.decisions, quantized=Disagreement(200, 2, 190, after), labelled=200
        )
        text = said(judge_layers(replace(found, decisions=labelled)), "quantization")
        assert text.startswith(begins)
        assert f"right before 190 of 200, after {after} of 200" in text


def test_a_host_that_is_not_as_converted_fails() -> None:
    off = layer(0, "RELU6", error(40), host=LsbFacts(124, 9, 9))
    verdict = judge_layers(facts(off))
    assert said(verdict, "host") == (
        "what runs on a chip is not what was converted: up to 124 LSB beside LiteRT, in operator "
        "0 RELU6"
    )
    assert verdict.code is ExitCode.TEST_FAILED
    assert judge_layers(facts(off), second_opinion_lsb=124).code is ExitCode.PASSED


def test_nothing_to_hold_the_host_against_is_no_pass() -> None:
    found = facts(layer(0, "CONV_2D", error(40), host=None), no_host="not installed")
    (_, host) = judge_layers(found).parts
    assert host.tone == "open"
    assert host.text.endswith("not installed")


def test_the_board_that_differs_is_told_beside_a_healthy_quantization() -> None:
    layers = (
        layer(0, "CONV_2D", error(40), board=SAME),
        layer(1, "SOFTMAX", error(50), board=LsbFacts(4, 3, 8)),
    )
    verdict = judge_layers(facts(*layers, target="esp32"))
    assert said(verdict, "quantization").startswith("nothing is lost")
    assert (
        said(verdict, "board") == "the board differs from the host in operator 1 SOFTMAX by 4 LSB"
    )


def test_a_board_that_does_not_trace_is_said_to_add_nothing_to_outputs_alone() -> None:
    end = EndFacts("score", (1, 4), error(38), board=SAME)
    verdict = judge_layers(facts(target="esp32", outputs=(end,)))
    assert said(verdict, "board") == (
        "the board adds nothing: 0 LSB in every output; this board does not trace"
    )


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (LayerLimits(min_sqnr_db=38.5), ExitCode.GATE_FAILED),
        (LayerLimits(min_sqnr_db=37.5), ExitCode.PASSED),
        (LayerLimits(max_flips=0.005), ExitCode.GATE_FAILED),
        (LayerLimits(max_flips=0.01), ExitCode.PASSED),
    ],
)
def test_limits_decide_where_they_are_asked_for(limits: LayerLimits, code: ExitCode) -> None:
    verdict = judge_layers(facts(flips=2), limits)
    assert verdict.code is code
    assert len(verdict.met) + len(verdict.unmet) == 1


def test_a_limit_on_what_could_not_be_compared_is_not_proven() -> None:
    end = EndFacts("score", (1, 4), None, "its values have no scale")
    found = facts(outputs=(end,), decisions=None, no_decisions="the task none has no decisions")
    verdict = judge_layers(found, LayerLimits(min_sqnr_db=10, max_flips=0.5))
    assert verdict.code is ExitCode.NOT_PROVEN
    assert len(verdict.unproven) == 2


def test_equal_decisions_prove_no_limit_on_flips() -> None:
    found = facts()
    assert found.decisions is not None
    alike = replace(found, decisions=replace(found.decisions, seen=1))
    assert judge_layers(alike, LayerLimits(max_flips=0.1)).code is ExitCode.NOT_PROVEN
    assert any("same decision" in remark for remark in judge_layers(alike).remarks)


def test_what_is_not_compared_is_said() -> None:
    alone = replace(layer(1, "LSTM", error(1)), own=None, untold="it reads a variable")
    left = replace(layer(2, "QUANTIZE", error(1)), total=None, own=None, untold="no partner")
    found = facts(layer(0, "CONV_2D", error(40)), alone, left, left_out=(("3 TANH", "alone"),))
    assert judge_layers(found).remarks == (
        "1 of 3 operator outputs of the int8 network not compared with the float one",
        "own error unknown in 1 operator output: it reads a variable",
        "1 operator of the float network without a partner",
    )
