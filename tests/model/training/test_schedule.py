"""The learning rate from the first step to the last."""

from __future__ import annotations

import pytest

from model.training.schedule import learning_rate


def rates(steps: int, warmup: int, peak: float = 1.0) -> list[float]:
    return [learning_rate(n, steps=steps, warmup=warmup, peak=peak) for n in range(steps)]


def test_warm_up_is_linear_and_ends_at_the_peak() -> None:
    assert rates(100, 4, peak=2.0)[:5] == [0.5, 1.0, 1.5, 2.0, 2.0]


def test_the_cosine_is_at_half_in_the_middle_and_near_zero_at_the_end() -> None:
    found = rates(110, 10)
    assert found[10] == 1.0
    assert found[60] == pytest.approx(0.5)
    assert 0 < found[-1] < 0.001
    assert found[10:] == sorted(found[10:], reverse=True)


@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (1, 1), (5, 5), (3, 9)])
def test_short_trainings_keep_within_the_peak(steps: int, warmup: int) -> None:
    assert all(0 < rate <= 1 for rate in rates(steps, warmup))
