"""AUC and both partial AUCs: by hand, by their formulas, and against scikit-learn."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hil.judge.metrics.anomaly import anomaly_metrics, machine_mean, recordings

SCORED = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=80).filter(
    lambda pairs: len({anomalous for _, anomalous in pairs}) == 2
)


def both(pairs: list[tuple[int, bool]]) -> tuple[list[float], list[bool]]:
    return [score / 4 for score, _ in pairs], [anomalous for _, anomalous in pairs]


@settings(max_examples=30)
@given(SCORED)
def test_figures_are_scikit_learns(pairs: list[tuple[int, bool]]) -> None:
    scores, anomalous = both(pairs)
    found = anomaly_metrics(scores, anomalous)
    assert found.auc == pytest.approx(roc_auc_score(anomalous, scores))
    assert found.pauc == pytest.approx(roc_auc_score(anomalous, scores, max_fpr=0.1))


@given(SCORED)
def test_dcases_figure_is_its_formula(pairs: list[tuple[int, bool]]) -> None:
    """pAUC = 1 / (floor(p N-) N+) * sum of H(anomalous - normal) over the floor(p N-) normal ones
    with the highest scores; H(x) is 1 for x > 0, else 0."""
    scores, anomalous = both(pairs)
    normal = sorted((s for s, a in zip(scores, anomalous, strict=True) if not a), reverse=True)
    anomalies = [s for s, a in zip(scores, anomalous, strict=True) if a]
    highest = normal[: len(normal) // 10]
    found = anomaly_metrics(scores, anomalous).pauc_dcase
    if not highest:
        assert found is None
    else:
        won = sum(anomaly > each for each in highest for anomaly in anomalies)
        assert found == pytest.approx(won / (len(highest) * len(anomalies)))


def test_a_worked_example_tells_the_two_apart() -> None:
    # Twenty normal recordings, 0 to 19; anomalies at 30, 18.5 and 3.5.
    scores = [*map(float, range(20)), 30.0, 18.5, 3.5]
    found = anomaly_metrics(scores, [False] * 20 + [True] * 3)
    assert found.auc == pytest.approx((20 + 19 + 4) / 60)
    # Of the two highest, 19 and 18: three of six pairs are won.
    assert found.pauc_dcase == pytest.approx(3 / 6)
    # Up to 5 % of false alarms one of three is found, up to 10 % two.
    area = 0.05 * 1 / 3 + 0.05 * 2 / 3
    assert found.pauc == pytest.approx((1 + (area - 0.005) / (0.1 - 0.005)) / 2)


@pytest.mark.parametrize("kind", [True, False])
def test_of_one_kind_there_is_nothing(kind: bool) -> None:
    found = anomaly_metrics([1.0, 2.0], [kind, kind])
    assert (found.auc, found.pauc, found.pauc_dcase) == (None, None, None)
    assert found.auc_interval() is None
    assert found.pauc_interval() is None
    assert found.pauc_dcase_interval() is None


@given(SCORED)
def test_intervals_hold_what_was_measured(pairs: list[tuple[int, bool]]) -> None:
    found = anomaly_metrics(*both(pairs))
    for value, interval in (
        (found.auc, found.auc_interval()),
        (found.pauc, found.pauc_interval()),
        (found.pauc_dcase, found.pauc_dcase_interval()),
    ):
        if interval is not None:
            assert value is not None
            assert interval[0] - 1e-9 <= value <= interval[1] + 1e-9


def test_few_recordings_told_apart_without_an_error_prove_little() -> None:
    few = anomaly_metrics([*range(20), *range(50, 60)], [False] * 20 + [True] * 10)
    assert few.auc == few.pauc == few.pauc_dcase == 1
    assert few.auc_interval()[0] < 0.95  # type: ignore[index]
    assert few.pauc_interval()[0] < few.auc_interval()[0]  # type: ignore[index]


def test_below_ten_normal_recordings_the_partial_area_has_no_interval() -> None:
    found = anomaly_metrics([1.0, 2.0, 3.0], [False, False, True])
    assert found.pauc == 1
    assert found.pauc_interval() is None
    assert found.pauc_dcase is None


def test_a_recording_is_as_anomalous_as_its_windows_are_on_average() -> None:
    errors = [1.0, 2.0, 10.0, 6.0, 5.0]
    means, first = recordings(errors, ["a", "a", "b", "", ""])
    assert means == (1.5, 10.0, 6.0, 5.0)
    assert first == (0, 2, 3, 4)


def test_machines_are_averaged_each_with_its_own_curve() -> None:
    # Each machine is told apart perfectly, at another level of errors: together they are not.
    loud = anomaly_metrics([10.0, 11.0, 12.0], [False, False, True])
    quiet = anomaly_metrics([1.0, 2.0, 1.5], [False, True, True])
    mean = machine_mean([loud, quiet])
    assert mean is not None
    assert mean.auc == 1
    assert mean.auc_interval()[0] < 1
    assert mean.auc_interval()[1] == 1


def test_the_interval_of_a_mean_is_that_of_its_machines_over_the_root_of_their_number() -> None:
    one = anomaly_metrics([1, 2, 3, 4, 5, 6], [False, False, True, False, True, True])
    low, high = one.auc_interval()  # type: ignore[misc]
    mean = machine_mean([one] * 4)
    assert mean is not None
    assert one.auc is not None
    assert mean.auc_interval() == (
        pytest.approx(one.auc - (one.auc - low) / math.sqrt(4)),
        pytest.approx(one.auc + (high - one.auc) / math.sqrt(4)),
    )


def test_one_machine_or_one_without_anomalies_has_no_mean() -> None:
    whole = anomaly_metrics([1.0, 2.0], [False, True])
    assert machine_mean([whole]) is None
    assert machine_mean([whole, anomaly_metrics([1.0, 2.0], [False, False])]) is None
