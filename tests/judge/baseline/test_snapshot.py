"""What a snapshot keeps of a run."""

from __future__ import annotations

import dataclasses

import pytest

from hil.facts.records import MeasurementRecord
from hil.judge.baseline.model import Figure
from hil.judge.baseline.setting import setting_of
from hil.judge.baseline.snapshot import drift, rounded, snapshot, typical
from hil_lab.fakes.recorded_run import BOARD, recorded_run

RUN = recorded_run(30)


def test_the_clock_is_that_of_the_processor() -> None:
    assert setting_of(RUN).clock == "240 MHz"


def test_the_clock_of_the_simulated_board_is_its_host_whatever_drives_it() -> None:
    def simulated(system: str, target: str = "sim") -> str:
        images = tuple(
            dataclasses.replace(i, times=dataclasses.replace(i.times, invoke_cycles=None))
            for i in RUN.images
        )
        header = dataclasses.replace(RUN.header, system=system)
        board = dataclasses.replace(BOARD, target=target)
        return setting_of(dataclasses.replace(RUN, header=header, board=board, images=images)).clock

    here = "Linux x86_64, Fast Processor"
    assert simulated(f"{here}, Python 3.10.1") == simulated(f"{here}, Python 3.13.0") == here
    assert simulated("Linux x86_64, Slow Processor, Python 3.10.1") != here
    assert simulated(here, target="esp32") == ""


def test_an_image_set_is_known_by_its_content_not_by_names_or_order() -> None:
    renamed = tuple(dataclasses.replace(i, name=f"x{i.name}") for i in reversed(RUN.images))
    again = dataclasses.replace(RUN, images=renamed)
    assert setting_of(again).images == setting_of(RUN).images
    assert setting_of(recorded_run(29)).images != setting_of(RUN).images


def test_a_series_stands_for_its_median_and_p95() -> None:
    series = Figure("us", "lower", "latency", "quantiles", "spread", tuple(map(float, range(100))))
    assert typical(series) == (49.5, 94.0)


@pytest.mark.parametrize(("aggregate", "value"), [("max", 5.0), ("min", 1.0), ("sum", 8.0)])
def test_an_exact_figure_stands_for_its_aggregate(aggregate: str, value: float) -> None:
    figure = Figure("bytes", "lower", "memory", aggregate, "none", (1.0, 2.0, 5.0))
    assert typical(figure) == (value, None)


def test_a_rate_stands_for_its_share() -> None:
    rate = Figure("fraction", "higher", "rate", "proportion", "binomial", successes=3, trials=4)
    assert typical(rate) == (0.75, None)


def test_drift_is_the_range_of_the_medians_of_fifths() -> None:
    fifths = [10] * 5 + [12] * 5 + [11, 11, 11, 11, 500] + [9] * 5 + [10] * 5
    assert drift(fifths) == 12 - 9
    assert drift([1, 100] * 9) == 0.0  # too short to tell


def test_figures_are_sorted_and_each_has_values_or_trials() -> None:
    found = snapshot(RUN).figures
    assert [name for name, _ in found] == sorted(name for name, _ in found)
    assert all(bool(figure.values) != bool(figure.trials) for _, figure in found)
    assert {"invoke_us", "arena_used_bytes", "accuracy", "op_us[0 CONV_2D]"} <= dict(found).keys()


def test_fractions_are_kept_to_nine_digits_and_integers_exactly() -> None:
    assert rounded(1 / 3) == 0.333333333
    assert rounded(123_456_789_012) == 123_456_789_012


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_counts_as_not_measured(value: float) -> None:
    records = tuple(MeasurementRecord("t", "lag_us", v) for v in (1.0, value))
    found = snapshot(dataclasses.replace(RUN, measurements=records)).figures
    assert "user.lag_us" not in dict(found)
