"""The sample: in proportion to the code, and so at every moment."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from hil_lab.mutants.draw import files_due, mutable_lines, shuffled
from hil_lab.mutants.mutator import Mutant

LINES = {"large": 300, "middle": 90, "small": 10, "none": 0}


def mutant(name: str, line: int = 1) -> Mutant:
    return Mutant(name, "large", line, "operator", 0, 1, "-")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_beginning_is_in_proportion_to_the_lines(seed: int) -> None:
    for count in (1, 10, 40, 400):
        drawn = Counter(itertools.islice(files_due(LINES, seed), count))
        for file, lines in LINES.items():
            # Each file is within one of its share of the time that has gone by, and that is
            # within one for each file of the count.
            assert abs(drawn[file] - count * lines / 400) <= 1 + 3 * lines / 400


def test_a_file_without_mutants_is_never_due() -> None:
    assert "none" not in itertools.islice(files_due(LINES, 3), 1000)


def test_a_seed_gives_the_same_order_and_another_seed_another() -> None:
    def first(seed: int) -> list[str]:
        return list(itertools.islice(files_due(LINES, seed), 50))

    assert first(7) == first(7)
    assert len({tuple(first(seed)) for seed in range(5)}) > 1
    mutants = [mutant(str(number)) for number in range(50)]
    assert shuffled(mutants, 7) == shuffled(mutants, 7)
    assert shuffled(mutants, 7) != shuffled(mutants, 8)
    assert set(shuffled(mutants, 7)) == set(mutants)


def test_a_changed_source_leaves_the_order_of_other_mutants_as_it_was() -> None:
    mutants = [mutant(str(number)) for number in range(50)]
    fewer = [each for each in shuffled(mutants, 7) if each.id not in ("3", "14")]
    assert shuffled([each for each in mutants if each in fewer], 7) == fewer


def test_a_line_with_many_mutants_is_one_line_of_code() -> None:
    assert mutable_lines([mutant("a", 3), mutant("b", 3), mutant("c", 4)]) == 2
