"""From the facts of a run to samples by metric."""

from __future__ import annotations

import dataclasses

import pytest

from hil.facts.image import Answer
from hil.facts.records import (
    ImageRecord,
    LinkFacts,
    MeasurementRecord,
    PartitionFacts,
    SectionFacts,
    Times,
    Truth,
)
from hil.facts.run import Run
from hil.judge.measure.samples import samples
from hil.judge.measure.values import Samples
from hil.network.location import Location, NoLocation
from hil_lab.fakes.image_facts import facts
from hil_lab.fakes.recorded_run import BOARD, MEMORY, recorded_run

RUN = recorded_run(4, faults={1: "score", 2: "cam"})
BOX = (0.25, 0.25, 0.75, 0.75)
INSIDE, OUTSIDE = Location(48, 48, 3, 3), Location(8, 8, 0, 0)
HIT, MISS = 100, -100  # scores, with a threshold of 60 %


def image(name: str, score: int, person: bool | None, location: Location | None) -> ImageRecord:
    place = NoLocation.BELOW_THRESHOLD if location is None else location
    answer = Answer((-score, score), 60, place, ((1, 2), (3, 4)))
    found = dataclasses.replace(facts(), image=name, device=answer, reference=answer)
    truth = None if person is None else Truth(person, (BOX,) if person else ())
    return ImageRecord(name, "photo", found, Times(10, 20, 300, 5, 400), MEMORY, truth, "")


def with_images(*images: ImageRecord) -> Run:
    return dataclasses.replace(RUN, images=images, traces=())


def values(run: Run, name: str) -> tuple[float, ...]:
    return samples(run)[name].values


def counts(run: Run, name: str) -> tuple[int | None, int | None]:
    found = samples(run)[name]
    return found.successes, found.trials


def test_each_image_gives_its_times() -> None:
    found = samples(RUN)
    assert found["invoke_us"].values == tuple(i.times.invoke_us for i in RUN.images)
    assert found["invoke_us"].labels == tuple(i.name for i in RUN.images)
    assert found["invoke_cycles"].values == tuple(i.times.invoke_cycles for i in RUN.images)


def test_the_reply_is_what_the_stages_leave_of_the_round_trip() -> None:
    run = with_images(image("a", HIT, None, INSIDE))
    assert values(run, "reply_us") == (400 - 10 - 20 - 300 - 5,)


def test_each_operator_is_a_metric_of_its_own() -> None:
    first = RUN.traces[0].ops[0]
    found = samples(RUN)[f"op_us[0 {first.name}]"]
    assert found.values == tuple(trace.ops[0].device_us for trace in RUN.traces)
    assert found.labels == tuple(trace.image for trace in RUN.traces)
    assert f"op_cycles[0 {first.name}]" in samples(RUN)


def test_operators_without_cycles_have_no_metric_of_them() -> None:
    uncounted = tuple(
        dataclasses.replace(
            trace, ops=tuple(dataclasses.replace(op, device_cycles=None) for op in trace.ops)
        )
        for trace in RUN.traces
    )
    found = samples(dataclasses.replace(RUN, traces=uncounted))
    assert not [name for name in found if name.startswith("op_cycles")]


def test_memory_is_taken_from_every_report() -> None:
    found = samples(RUN)
    assert found["arena_used_bytes"].values == (MEMORY.arena_used_bytes,) * 4
    assert MEMORY.heap is not None
    assert found["heap_minimum_free_bytes"].values == (MEMORY.heap.minimum_free_bytes,) * 4
    assert found["stack_unused_bytes[inference]"].values == (3_412,) * 4
    assert "psram_free_bytes" not in found


def test_flash_is_told_by_file_and_partition() -> None:
    files = (
        PartitionFacts("bootloader.bin", 100, "", None),
        PartitionFacts("app.bin", 400, "ota_0", 1_000, "app"),
        PartitionFacts("model.bin", 300, "model", 500, "model"),
    )
    run = dataclasses.replace(RUN, board=dataclasses.replace(BOARD, partitions=files))
    assert values(run, "app_bytes") == (400,)
    assert values(run, "model_bytes") == (300,)
    assert values(run, "partition_slack_bytes[ota_0]") == (600,)
    assert values(run, "partition_slack_bytes[model]") == (200,)


def test_static_memory_is_the_sum_of_the_sections_in_ram() -> None:
    sections = (
        SectionFacts(".iram0.text", 50, True),
        SectionFacts(".dram0.bss", 30, True),
        SectionFacts(".flash.text", 900, False),
    )
    run = dataclasses.replace(RUN, board=dataclasses.replace(BOARD, sections=sections))
    assert values(run, "static_ram_bytes") == (80,)
    assert values(run, "section_bytes[.flash.text]") == (900,)
    assert "static_ram_bytes" not in samples(RUN)


def test_differences_from_the_oracle_are_counted_and_measured() -> None:
    assert values(RUN, "score_lsb") == (0, 5, 0, 0)
    assert values(RUN, "cam_lsb") == (0, 0, 777, 0)
    run = with_images(image("a", HIT, None, INSIDE))
    moved = dataclasses.replace(run.images[0].facts.device, location=OUTSIDE)
    gone = dataclasses.replace(moved, location=NoLocation.BELOW_THRESHOLD)
    for device, location, decision in ((moved, 1, 0), (gone, 1, 1)):
        changed = dataclasses.replace(
            run.images[0], facts=dataclasses.replace(run.images[0].facts, device=device)
        )
        assert values(with_images(changed), "locations_differing") == (location,)
        assert values(with_images(changed), "decisions_differing") == (decision,)


def test_an_operator_whose_output_differs_is_counted() -> None:
    trace = RUN.traces[0]
    wrong = tuple(
        dataclasses.replace(op, device_crc=op.expected_crc ^ 1) if op.index in (3, 5) else op
        for op in trace.ops
    )
    run = dataclasses.replace(RUN, traces=(dataclasses.replace(trace, ops=wrong), *RUN.traces[1:]))
    assert values(run, "ops_differing") == (2, 0, 0, 0)


def test_decisions_are_counted_where_the_truth_is_known() -> None:
    run = with_images(
        image("right", HIT, True, INSIDE),
        image("beside", HIT, True, OUTSIDE),
        image("missed", MISS, True, None),
        image("alarm", HIT, False, INSIDE),
        image("empty", MISS, False, None),
        image("unknown", HIT, None, INSIDE),
    )
    assert counts(run, "accuracy") == (3, 5)
    assert counts(run, "precision") == (2, 3)
    assert counts(run, "recall") == (2, 3)
    assert counts(run, "false_alarm_rate") == (1, 2)
    assert counts(run, "pointing_hit_rate") == (1, 3)
    assert values(run, "balanced_accuracy") == (pytest.approx((2 / 3 + 1 / 2) / 2),)
    # Pairs of a person and none: the two hits tie with the alarm and beat the empty
    # one, the miss loses to the alarm and ties with the empty one.
    assert values(run, "roc_auc") == (pytest.approx((2 * (0.5 + 1) + 0 + 0.5) / 6),)


def test_scores_come_with_an_interval_of_the_confidence_asked_for() -> None:
    run = with_images(image("a", HIT, True, INSIDE), image("b", MISS, False, None))
    found, wider = samples(run)["roc_auc"], samples(run, 0.99)["roc_auc"]
    assert found.interval is not None
    assert wider.interval is not None
    assert (found.confidence, wider.confidence, found.trials) == (0.95, 0.99, 2)
    assert wider.interval[0] < found.interval[0] < found.values[0] == 1.0


def test_without_a_truth_nothing_is_said_about_being_right() -> None:
    found = samples(with_images(image("a", HIT, None, INSIDE)))
    assert {"accuracy", "recall", "roc_auc", "pointing_hit_rate"}.isdisjoint(found)


def test_without_one_class_its_rates_are_absent() -> None:
    found = samples(with_images(image("a", MISS, False, None)))
    assert {"precision", "recall", "roc_auc", "balanced_accuracy"}.isdisjoint(found)
    assert found["false_alarm_rate"].successes == 0


def test_the_link_is_counted_once_a_run() -> None:
    run = dataclasses.replace(RUN, link=LinkFacts((("damaged", 3), ("bytes_in", 9)), 2))
    assert values(run, "link_damaged") == (3,)
    assert values(run, "recoveries") == (2,)
    assert "link_bytes_in" not in samples(run)


def test_users_values_are_series_by_name_and_texts_are_left_out() -> None:
    records = (
        MeasurementRecord("test_a", "wake_ms", 1.5),
        MeasurementRecord("test_a", "note", "text"),
        MeasurementRecord("test_b", "wake_ms", 2),
        MeasurementRecord("test_b", "nothing", None),
    )
    found = samples(dataclasses.replace(RUN, measurements=records))
    assert found["user.wake_ms"].values == (1500.0, 2000)
    assert found["user.wake_ms"].metric.unit == "us"
    assert {"user.note", "user.nothing"}.isdisjoint(found)


def test_a_run_that_reached_no_board_has_no_samples() -> None:
    empty = Run.of([RUN.header])
    assert samples(empty) == {}


def test_every_entry_is_under_its_own_name() -> None:
    found = samples(RUN)
    assert all(isinstance(entry, Samples) for entry in found.values())
    assert [entry.metric.name for entry in found.values()] == list(found)
