"""Numbers and charts as people read them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.judge.figures import duration_text, durations, quantile, series, share_text
from hil.report.page.charts import Part, histogram, stacked

SERIES = st.lists(st.integers(0, 10**8), min_size=1, max_size=60)


@given(SERIES, st.floats(0, 1))
def test_quantiles_are_those_of_numpy(values: list[int], share: float) -> None:
    assert quantile(sorted(values), share) == pytest.approx(float(np.quantile(values, share)))


@pytest.mark.parametrize(
    ("us", "text"),
    [(0, "0 us"), (999, "999 us"), (6136, "6.14 ms"), (341_000, "341 ms"), (1.5e6, "1.50 s")],
)
def test_durations_have_a_fitting_unit(us: float, text: str) -> None:
    assert duration_text(us) == text


def test_values_of_a_narrow_series_can_be_told_apart() -> None:
    text = durations([340_800, 341_000, 341_200])
    assert text(340_800) != text(341_000) != text(341_200)
    assert text(341_000).endswith(" ms")


def test_values_of_a_wide_series_are_not_overly_exact() -> None:
    assert durations([100_000, 900_000])(123_456) == "123 ms"


@pytest.mark.parametrize(
    ("part", "text"), [(0, "0 %"), (1, "< 0.1 %"), (5000, "50.0 %"), (10_000, "100 %")]
)
def test_a_share_is_none_or_all_only_where_it_is_exactly_so(part: int, text: str) -> None:
    assert share_text(part, 10_000) == text


@given(SERIES, SERIES | st.just([]))
def test_any_series_gives_a_chart_that_can_be_read_aloud(
    values: list[int], other: list[int]
) -> None:
    chart = ET.fromstring(str(histogram("CAM <us>", values, duration_text, other=other)))
    found = series(values)
    assert chart.get("role") == "img"
    label = chart.get("aria-label", "")
    assert "CAM <us>" in label
    assert f"median {duration_text(found.median)}" in label
    heights = [float(rect.get("height", "0")) for rect in chart.iter("rect")]
    assert heights
    assert all(height > 0 for height in heights)


def test_an_outlier_does_not_squeeze_the_rest() -> None:
    values = [*range(1000, 1100), 50_000]
    chart = str(histogram("x", values, duration_text))
    assert "1 above" in chart
    assert chart.count('class="bar"') >= 3


def test_the_parts_of_a_bar_fill_it() -> None:
    parts = [Part("a", 30, "", "a"), Part("b", 10, "", "b"), Part("free", 60, "", "free")]
    bars = list(ET.fromstring(str(stacked(parts))).iter("rect"))
    assert [float(bar.get("width", "0")) for bar in bars] == [30, 10, 60]
    assert [float(bar.get("x", "-1")) for bar in bars] == [0, 30, 40]
