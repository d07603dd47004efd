"""Two runs side by side: what counts as a change, and what cannot be compared."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from hil.facts.records import BoardFacts, LinkFacts, MeasurementRecord
from hil.facts.run import Run
from hil.judge.baseline.compare import compare_runs, difference_interval, poisson_p
from hil.judge.baseline.model import Change, Comparison, Outcome
from hil.judge.stats.shares import wilson_interval
from hil_lab.fakes.recorded_run import BOARD, recorded_run


def compared(before: Run, after: Run) -> Comparison:
    return compare_runs(after, before, "before")


def of(comparison: Comparison, metric: str) -> Change:
    change = comparison.change(metric)
    assert change is not None
    return change


def board(**changes: Any) -> BoardFacts:
    return dataclasses.replace(BOARD, **changes)


RUN = recorded_run(40)


def with_memory(run: Run, **changes: Any) -> Run:
    images = tuple(
        dataclasses.replace(image, memory=dataclasses.replace(image.memory, **changes))
        for image in run.images
    )
    return dataclasses.replace(run, images=images)


def test_a_run_is_the_same_as_itself() -> None:
    comparison = compared(RUN, RUN)
    assert {change.outcome for change in comparison.changes} == {Outcome.SAME}
    assert comparison.differences == ()
    assert {change.change for change in comparison.changes} == {0.0}


def test_a_slower_inference_is_worse_and_a_faster_one_better() -> None:
    slower = recorded_run(40, slower=0.01)
    worse = of(compared(RUN, slower), "invoke_us")
    better = of(compared(slower, RUN), "invoke_us")
    assert (worse.outcome, better.outcome) == (Outcome.WORSE, Outcome.BETTER)
    assert worse.relative == pytest.approx(0.01, abs=0.0005)


def test_memory_is_exact_to_the_byte() -> None:
    comparison = compared(RUN, with_memory(RUN, arena_used_bytes=77_217))
    arena = of(comparison, "arena_used_bytes")
    assert (arena.before, arena.after, arena.change) == (77_216, 77_217, 1)
    assert arena.outcome is Outcome.WORSE


def test_more_memory_left_is_better() -> None:
    more = with_memory(RUN, stacks=(("uart", 2_000), ("inference", 3_412)))
    assert of(compared(RUN, more), "stack_unused_bytes[uart]").outcome is Outcome.BETTER


def test_one_image_that_is_off_by_one_step_is_worse() -> None:
    wrong = recorded_run(40, faults={7: "score"})
    change = of(compared(RUN, wrong), "score_lsb")
    assert (change.before, change.after, change.outcome) == (0, 5, Outcome.WORSE)


def link(run: Run, retransmitted: int) -> Run:
    assert run.link is not None
    counts = tuple((n, retransmitted if n == "retransmitted" else c) for n, c in run.link.counts)
    return dataclasses.replace(run, link=LinkFacts(counts, 0))


def test_a_few_more_retransmissions_are_noise_and_many_are_not() -> None:
    few = of(compared(link(RUN, 2), link(RUN, 5)), "link_retransmitted")
    many = of(compared(link(RUN, 2), link(RUN, 25)), "link_retransmitted")
    assert (few.outcome, few.change) == (Outcome.SAME, 3)
    assert many.outcome is Outcome.WORSE


def test_a_single_value_of_a_user_is_too_few() -> None:
    def measured(value: float) -> Run:
        return dataclasses.replace(RUN, measurements=(MeasurementRecord("t", "lag_us", value),))

    change = of(compared(measured(100), measured(200)), "user.lag_us")
    assert change.outcome is Outcome.NOT_COMPARABLE
    assert change.reason == "too few values: 1 before, 1 now"
    assert (change.before, change.after) == (100, 200)


def test_what_one_side_did_not_measure_is_not_comparable() -> None:
    untraced = recorded_run(40, traced=False)
    name = "op_us[0 CONV_2D]"
    gone, new = of(compared(RUN, untraced), name), of(compared(untraced, RUN), name)
    assert (gone.reason, gone.after) == ("not measured now", None)
    assert (new.reason, new.before) == ("not measured before", None)
    assert gone.outcome is new.outcome is Outcome.NOT_COMPARABLE


OTHER_CLOCK = dataclasses.replace(
    RUN,
    images=tuple(
        dataclasses.replace(
            i, times=dataclasses.replace(i.times, invoke_cycles=i.times.invoke_us * 160)
        )
        for i in RUN.images
    ),
)


@pytest.mark.parametrize(
    ("after", "metric", "reason"),
    [
        (dataclasses.replace(RUN, board=board(target="esp32s3")), "invoke_us", "other target"),
        (dataclasses.replace(RUN, board=board(target="esp32s3")), "app_bytes", "other target"),
        (dataclasses.replace(RUN, board=board(target="esp32s3")), "accuracy", "other target"),
        (dataclasses.replace(RUN, board=board(engine="litert 2")), "invoke_us", "other engine"),
        (
            dataclasses.replace(RUN, board=board(model_sha256="ff" * 32)),
            "invoke_us",
            "other model",
        ),
        (
            dataclasses.replace(RUN, board=board(model_sha256="ff" * 32)),
            "arena_used_bytes",
            "other model",
        ),
        (dataclasses.replace(RUN, board=board(baud=115_200)), "link_damaged", "other link rate"),
        (OTHER_CLOCK, "invoke_us", "other clock: 160 MHz, before 240 MHz"),
        (recorded_run(39), "invoke_us", "other sample set"),
        (recorded_run(40, seed=2), "accuracy", "other sample set"),
        (recorded_run(40, seed=2), "score_lsb", "other sample set"),
    ],
)
def test_what_differs_in_its_setting_is_not_comparable_and_says_why(
    after: Run, metric: str, reason: str
) -> None:
    change = of(compared(RUN, after), metric)
    assert change.outcome is Outcome.NOT_COMPARABLE
    assert change.reason.startswith(reason)
    assert change.before is not None
    assert change.after is not None


@pytest.mark.parametrize(
    ("after", "metric"),
    [
        (
            dataclasses.replace(RUN, board=board(firmware_version="9", build_id="0" * 64)),
            "invoke_us",
        ),
        (dataclasses.replace(RUN, board=board(engine="tflite-micro 2")), "invoke_us"),
        (dataclasses.replace(RUN, board=board(model_sha256="ff" * 32)), "accuracy"),
        (dataclasses.replace(RUN, board=board(baud=115_200)), "invoke_us"),
        (recorded_run(39), "arena_used_bytes"),
        (dataclasses.replace(RUN, images=RUN.images[::-1]), "accuracy"),
    ],
)
def test_what_a_result_does_not_depend_on_may_differ(after: Run, metric: str) -> None:
    assert of(compared(RUN, after), metric).outcome is Outcome.SAME


def test_the_differences_of_the_setting_are_listed() -> None:
    after = dataclasses.replace(RUN, board=board(firmware_version="0.2.0", arena_bytes=98_304))
    assert compared(RUN, after).differences == (
        f"firmware: 0.1.0 build {BOARD.build_id[:16]} -> 0.2.0 build {BOARD.build_id[:16]}",
        "arena: 131072 bytes -> 98304 bytes",
    )


def test_a_headline_counts_the_outcomes() -> None:
    comparison = compared(RUN, with_memory(RUN, arena_used_bytes=1))
    same = len(comparison.changes) - 1
    assert comparison.headline() == f"0 worse, 1 better, {same} same, 0 not comparable"


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_intervals_of_differences_are_those_of_newcombes_table(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table II, method 10: first - second."""
    found = difference_interval(
        second[0] / second[1],
        wilson_interval(*second),
        first[0] / first[1],
        wilson_interval(*first),
    )
    assert found == pytest.approx((low, high), abs=5e-5)


def test_poisson_counts_are_compared_as_a_fair_coin_would_fall() -> None:
    # 2 * (1 + 15 + 105 + 455) / 2**15
    assert poisson_p(3, 12) == poisson_p(12, 3) == pytest.approx(1152 / 32768)
    assert poisson_p(0, 0) == poisson_p(4, 4) == 1.0
    # Above 1,000 by approximation: neither jumps nor overflows there.
    assert poisson_p(460, 540) == pytest.approx(poisson_p(461, 540), rel=0.2)
    assert poisson_p(0, 100_000) == 0.0


def test_a_rate_of_few_images_is_not_worse_by_one() -> None:
    def judged(wrong: int) -> Run:
        """All images empty and below the threshold, but `wrong` of them."""
        images = []
        for place, image in enumerate(RUN.images):
            assert image.truth is not None
            score = 100 if place < wrong else -100
            answer = dataclasses.replace(image.facts.device, scores=(-score, score))
            truth = dataclasses.replace(image.truth, person=False, boxes=())
            facts = dataclasses.replace(image.facts, device=answer)
            images.append(dataclasses.replace(image, facts=facts, truth=truth))
        return dataclasses.replace(RUN, images=tuple(images))

    one = of(compared(judged(0), judged(1)), "accuracy")
    assert (one.outcome, one.change) == (Outcome.SAME, pytest.approx(-0.025))
    assert one.reason == "40 of 40 -> 39 of 40: within what so many images can tell"
    many = of(compared(judged(0), judged(20)), "accuracy")
    assert many.outcome is Outcome.WORSE
    alarms = of(compared(judged(0), judged(20)), "false_alarm_rate")
    assert alarms.outcome is Outcome.WORSE
