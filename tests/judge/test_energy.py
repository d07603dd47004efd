"""Energy of inferences, from made-up clocks and powers whose answer is known by hand.

The board's clock began 1,000 s after the host's, the meter's 500 s after it. The board takes 0.2 W,
and 1 W in an inference of 100 ms: 0.1 J. Requests and results are 2 ms under way, samples 5 ms.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from hil.facts.energy import EnergyFacts, EnergyRecord, PowerTrace
from hil.facts.records import AskedFacts, InferenceRecord, Times
from hil.judge.energy import APART, LATE, NO_MARK, NO_SAMPLES, TOO_FEW, inference_energy

BOARD_S, METER_S = 1_000.0, 500.0
WAY_S, AGE_S, DELAY_S = 0.002, 0.005, 0.010
INVOKE_S, CAM_S = 0.100, 0.010
IDLE_W, BUSY_W = 0.2, 1.0
FIRST_S, EVERY_S = 2_000.0, 0.5
ASKED = AskedFacts(0, "tensor", None, True, None)


def inference(number: int, **changes: object) -> InferenceRecord:
    """Begins on the board every half second, by the host's clock from 2,000 s on."""
    end_s = start_of(number) + INVOKE_S + CAM_S
    times = Times(5_000, 0, round(INVOKE_S * 1e6), round(CAM_S * 1e6), 125_000)
    record = InferenceRecord(
        ASKED,
        0,
        (),
        times,
        boot=1,
        count=number + 1,
        finished_us=round((end_s - BOARD_S) * 1e6),
        at_s=end_s + WAY_S,
        requested_s=start_of(number) - WAY_S,
    )
    return dataclasses.replace(record, **changes)  # type: ignore[arg-type]


def start_of(number: int) -> float:
    return FIRST_S + number * EVERY_S


def trace(
    inferences: int = 4, *, rate_hz: float = 10_000.0, marker: bool = False, seconds: float = 0.0
) -> PowerTrace:
    """From a second before the first inference to one after the last, by the meter's clock."""
    length_s = seconds or inferences * EVERY_S + 2
    host_s = FIRST_S - 1 + np.arange(round(length_s * rate_hz)) / rate_hz
    busy = np.zeros(len(host_s), bool)
    for number in range(inferences):
        start_s = start_of(number)
        busy |= (host_s >= start_s) & (host_s < start_s + INVOKE_S)
    arrivals = np.arange(host_s[0] + 0.01, host_s[-1], 0.01)
    return PowerTrace(
        host_s - METER_S,
        np.where(busy, BUSY_W, IDLE_W),
        busy.astype(np.float64) if marker else None,
        np.stack([arrivals - METER_S, arrivals + AGE_S], axis=1),
        DELAY_S,
    )


def measured(
    power: PowerTrace, *inferences: InferenceRecord
) -> tuple[list[EnergyRecord], EnergyFacts]:
    return inference_energy(inferences or [inference(n) for n in range(4)], power, "csv")


def test_an_inference_takes_power_times_time() -> None:
    records, facts = measured(trace())
    assert [record.count for record in records] == [1, 2, 3, 4]
    for record in records:
        assert record.energy_uj == pytest.approx(100_000, rel=0.002)
        assert record.samples == pytest.approx(1_000, abs=2)
    assert facts.missed == ()
    assert facts.rate_hz == pytest.approx(10_000)
    assert not facts.by_marker


def test_how_far_the_clocks_may_be_apart_is_in_the_figure() -> None:
    # Board and host: 2 ms to either side; meter and host: half of the 10 ms of a sample's age.
    records, facts = measured(trace())
    assert facts.sync_us == pytest.approx(7_000, abs=200)
    # Shifted by 7 ms the window has 7 ms of 1 W less, and 7 ms of 0.2 W in their place.
    assert records[0].sync_uj == pytest.approx(7_000 * (BUSY_W - IDLE_W), rel=0.05)


def test_the_uncertainty_is_none_where_the_power_never_changes() -> None:
    power = trace()
    steady = dataclasses.replace(power, power_w=np.full_like(power.power_w, 0.5))
    records, _ = measured(steady)
    assert records[0].energy_uj == pytest.approx(50_000, rel=1e-6)
    assert records[0].sync_uj == pytest.approx(0, abs=0.01)
    assert records[0].sampling_uj == pytest.approx(0, abs=0.01)


def test_few_samples_are_said_to_be_uncertain() -> None:
    fine, _ = measured(trace())
    coarse, _ = measured(trace(rate_hz=150.0))
    assert coarse[0].sampling_uj > 10 * fine[0].sampling_uj


def test_a_marker_tells_better_than_clocks() -> None:
    records, facts = measured(trace(marker=True))
    assert facts.by_marker
    assert facts.sync_us == pytest.approx(50, abs=1)  # half a sample
    for record in records:
        assert record.energy_uj == pytest.approx(100_000, rel=0.002)
        assert record.sync_uj < 60


def test_a_marker_that_does_not_show_an_inference_gives_it_none() -> None:
    power = trace(marker=True)
    assert power.marker is not None
    power.marker[: len(power.marker) // 2] = 0
    records, facts = measured(power)
    assert 0 < len(records) < 4
    assert dict(facts.missed) == {NO_MARK: 4 - len(records)}


def missed(power: PowerTrace, *inferences: InferenceRecord) -> dict[str, int]:
    return dict(measured(power, *inferences)[1].missed)


def test_what_the_meter_did_not_see_has_no_energy() -> None:
    assert missed(trace(seconds=1.05)) == {NO_SAMPLES: 4}
    assert missed(trace(rate_hz=50.0)) == {TOO_FEW: 4}


def test_a_gap_in_an_inference_leaves_it_without_energy() -> None:
    power = trace()
    inside = (power.times_s > start_of(1) + 0.03 - METER_S) & (
        power.times_s < start_of(1) + 0.04 - METER_S
    )
    cut = dataclasses.replace(power, times_s=power.times_s[~inside], power_w=power.power_w[~inside])
    assert missed(cut) == {LATE: 1}


def test_lost_samples_by_which_the_meters_clock_falls_behind_are_noticed() -> None:
    power = trace()
    late = power.arrivals.copy()
    late[late[:, 1] > start_of(2), 1] += 0.5
    assert missed(dataclasses.replace(power, arrivals=late)) == {LATE: 2}


def test_a_request_that_waits_for_the_inference_before_leaves_more_open() -> None:
    ahead = [inference(n, requested_s=start_of(n) - 0.2) for n in range(4)]
    _, facts = measured(trace(), *ahead)
    # Between 200 ms too early and 2 ms too late; samples may be 10 ms old.
    assert facts.sync_us == pytest.approx((202_000 + 10_000) / 2, abs=200)
    one = inference(1)
    _, facts = measured(trace(), *ahead[:1], one, *ahead[2:])
    assert facts.sync_us < 8_000  # that one tells for the others too


def test_clocks_that_contradict_each_other_give_nothing() -> None:
    early = [inference(0), inference(1, at_s=inference(1).at_s - 0.05)]
    assert missed(trace(), *early) == {APART: 2}


def test_nothing_is_measured_of_a_meter_that_sends_nothing() -> None:
    nothing = PowerTrace(np.empty(0), np.empty(0), None, np.empty((0, 2)), DELAY_S)
    assert missed(nothing) == {NO_SAMPLES: 4}


@pytest.mark.parametrize(
    "changes",
    [
        {"asked": dataclasses.replace(ASKED, traced=True)},
        {"asked": dataclasses.replace(ASKED, replayed=True)},
        {"synthetic": True},
        {"experiment": "repeat"},
    ],
    ids=["traced", "replayed", "synthetic", "experiment"],
)
def test_only_what_the_field_would_ask_counts(changes: dict[str, object]) -> None:
    records, facts = measured(trace(), inference(0), inference(1, **changes))
    assert [record.count for record in records] == [1]
    assert facts.missed == ()


def test_a_board_that_starts_again_has_another_clock() -> None:
    again = inference(2, boot=2, count=1, finished_us=5_000_000)
    records, _ = measured(trace(), inference(0), inference(1), again)
    assert [(record.boot, record.count) for record in records] == [(1, 1), (1, 2), (2, 1)]
    assert records[2].energy_uj == pytest.approx(100_000, rel=0.002)
