"""The catalogue of metrics, and its documentation."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.judge.measure.catalog import CATALOG, Metric, metric_of
from hil.judge.measure.text import signed_text, value_text
from hil.link.stats import LinkStats

ROOT = Path(__file__).parents[3]


def test_the_table_in_the_documentation_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "generate_measurements.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_importing_the_catalogue_imports_nothing_that_takes_time() -> None:
    code = (
        "import hil.judge.measure.samples, hil.judge.gates.judge, hil.judge.gates.load, sys;"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"numpy", "cv2", "rich", "jinja2"})


@pytest.mark.parametrize("metric", CATALOG.values(), ids=lambda metric: metric.name)
def test_noise_and_aggregate_fit_together(metric: Metric) -> None:
    assert (metric.noise == "spread") == (metric.aggregate == "quantiles")
    assert (metric.noise == "binomial") == (metric.aggregate == "proportion")
    assert (metric.noise == "sampled") == (metric.kind in ("score", "energy"))


def test_counts_of_the_link_exist_there() -> None:
    fields = {field.name for field in dataclasses.fields(LinkStats)}
    ours = {name.removeprefix("link_") for name in CATALOG if name.startswith("link_")}
    assert ours <= fields


def test_a_name_with_a_label_is_one_of_many() -> None:
    metric = metric_of("op_us[3 CONV_2D]")
    assert (metric.name, metric.unit, metric.kind) == ("op_us[3 CONV_2D]", "us", "latency")


@pytest.mark.parametrize(
    ("name", "problem", "hint"),
    [
        ("invoke_su", "no metric 'invoke_su'", "did you mean invoke_us"),
        ("op_us", "needs a label", "op_us[LABEL]"),
        ("invoke_us[3]", "has no labels", "write invoke_us"),
        ("op_us[]", "no label", "op_us[LABEL]"),
        ("op_us[3", "no label", "op_us[LABEL]"),
        ("user.", "no metric", "user.NAME"),
        ("", "no metric", "measurements.md"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(name: str, problem: str, hint: str) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        metric_of(name)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("name", "unit", "direction", "kind"),
    [
        ("user.lag_us", "us", "lower", "latency"),
        ("user.lag_ms", "us", "lower", "latency"),
        ("user.lag_cycles", "cycles", "lower", "latency"),
        ("user.log_bytes", "bytes", "lower", "memory"),
        ("user.images_per_s", "", "higher", "latency"),
        ("user.jitter", "", "lower", "latency"),
    ],
)
def test_the_end_of_a_users_name_gives_its_unit(
    name: str, unit: str, direction: str, kind: str
) -> None:
    metric = metric_of(name)
    assert (metric.name, metric.unit, metric.direction, metric.kind) == (
        name,
        unit,
        direction,
        kind,
    )


@pytest.mark.parametrize(
    ("name", "value", "text", "signed"),
    [
        ("invoke_us", 5348.0, "5,348 us", "+5,348 us"),
        ("invoke_us", -0.25, "-0.25 us", "-0.25 us"),
        ("arena_used_bytes", 77216, "77,216 B", "+77,216 B"),
        ("accuracy", 0.9125, "91.2 %", "+91.2 %"),
        ("roc_auc", 0.9125, "0.912", "+0.912"),
        ("score_lsb", 0, "0 LSB", "0 LSB"),
        ("recoveries", 2, "2", "+2"),
    ],
)
def test_numbers_are_written_with_their_unit(
    name: str, value: float, text: str, signed: str
) -> None:
    assert value_text(value, CATALOG[name]) == text
    assert signed_text(value, CATALOG[name]) == signed
