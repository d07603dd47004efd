"""Decisions of three sides are counted, and what they should have been."""

from __future__ import annotations

import numpy as np

from hil.network.contract import Contract, read_contract
from hil.network.settings import NetworkSettings
from hil.oracle.decisions import Decisions
from hil_lab.fakes.quantized_pair import QuantizedPair


def counted(settings: NetworkSettings | None = None) -> Decisions:
    floats, ints = QuantizedPair().build()
    return Decisions(read_contract(floats), read_contract(ints, settings=settings))


def scores(*percents: float) -> tuple[np.ndarray, ...]:
    return (np.array([percents], np.float32),)


def steps(*values: int) -> tuple[np.ndarray, ...]:
    """int8 scores: 256ths above -128."""
    return (np.array([values], np.int16).astype(np.int8),)


def test_flips_and_what_was_right_are_counted() -> None:
    found = counted()
    found.see("a", 0, scores(0.7, 0.1, 0.1, 0.1), steps(50, -100, -100, -100))
    found.see("b", 1, scores(0.4, 0.3, 0.2, 0.1), steps(-20, -10, -100, -100))
    found.see("c", 0, scores(0.4, 0.3, 0.2, 0.1), steps(-20, -10, -100, -100))
    facts = found.facts()
    assert facts is not None
    assert (facts.quantized.samples, facts.quantized.flips) == (3, 2)
    assert (facts.quantized.right_before, facts.quantized.right_after) == (2, 2)
    assert facts.quantized.first == ("b", "c")
    assert (facts.labelled, facts.ties, facts.seen) == (3, 0, 1)


def test_a_flip_between_equal_scores_is_a_tie() -> None:
    found = counted()
    found.see("a", None, scores(0.1, 0.42, 0.41, 0.07), steps(-100, -20, -20, -110))
    found.see("b", None, scores(0.1, 0.41, 0.42, 0.07), steps(-100, -20, -20, -110))
    facts = found.facts()
    assert facts is not None
    assert (facts.quantized.flips, facts.ties, facts.labelled) == (1, 1, 0)


def test_one_positive_class_decides_by_its_threshold() -> None:
    found = counted(NetworkSettings(positive_class=2, threshold=25, task="classification"))
    # 25 % are exactly 64 steps: reached by -64, missed by -65.
    found.see("a", 2, scores(0.5, 0.2, 0.25, 0.05), steps(0, -70, -65, -128))
    found.see("b", 0, scores(0.5, 0.2, 0.25, 0.05), steps(0, -70, -64, -128))
    facts = found.facts()
    assert facts is not None
    assert facts.quantized.flips == 1
    assert (facts.quantized.right_before, facts.quantized.right_after) == (1, 0)


def test_the_board_is_held_against_the_host() -> None:
    found = counted()
    host, board = steps(50, -100, -100, -100), steps(-100, 50, -100, -100)
    found.see("a", 0, scores(0.7, 0.1, 0.1, 0.1), host)
    found.see_board("a", 0, host, board)
    facts = found.facts()
    assert facts is not None
    assert facts.board is not None
    assert (facts.quantized.flips, facts.board.flips) == (0, 1)
    assert (facts.board.right_before, facts.board.right_after) == (1, 0)


def test_a_network_without_classes_decides_nothing_and_says_why() -> None:
    found = counted(NetworkSettings(task="regression"))
    found.see("a", None, scores(0.7, 0.1, 0.1, 0.1), steps(0, 0, 0, 0))
    assert found.facts() is None
    assert found.why_not == "the task regression has no decisions"


def test_the_same_for_a_float_network_whose_scores_are_no_numbers() -> None:
    found = counted()
    found.see("a", None, scores(np.nan, 0.1, 0.1, 0.1), steps(0, 0, 0, 0))
    assert found.facts() is None
    assert "not finite" in found.why_not


def contract_of(pair: QuantizedPair) -> Contract:
    return read_contract(pair.build()[1])


def test_an_int8_network_with_float_ends_decides_too() -> None:
    floats, _ = QuantizedPair().build()
    ends = contract_of(QuantizedPair(float_ends=True))
    found = Decisions(read_contract(floats), ends)
    found.see("a", None, scores(0.7, 0.1, 0.1, 0.1), scores(0.1, 0.7, 0.1, 0.1))
    facts = found.facts()
    assert facts is not None
    assert facts.quantized.flips == 1
