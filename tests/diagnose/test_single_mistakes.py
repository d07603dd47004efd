"""One mistake: it is named, alone, and all failures are explained."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from hil.base.resources import find
from hil.diagnose import CATALOGUE, IDS, diagnose
from hil.facts.evidence import EvidenceRecord
from hil.facts.packing import pack_int8
from hil.facts.records import FrameRecord
from hil.images import Photo
from hil.judge.compare import compare_tensors
from hil.oracle import Oracle
from hil_lab.fakes.faulty_run import FaultyDevice, run_of
from tests.diagnose.conftest import MakeRun
from tests.diagnose.mistakes import MISTAKES, device_options

CHUNK = 1536

LOWER = 10
"""Steps of int8; the mean weight of the person is 4."""


def flat(change: Any) -> Any:
    return lambda tensor, before: change(tensor.reshape(-1).copy(), before)


def filled(place: slice, value: int) -> Any:
    def see(tensor: Any, before: Any) -> Any:
        changed = tensor.reshape(-1).copy()
        changed[place] = value
        return changed

    return see


def replaced(old: bytes, new: bytes) -> Any:
    def see(tensor: Any, before: Any) -> Any:
        data = tensor.tobytes().replace(old, new)
        return np.frombuffer(data.ljust(tensor.size, b"\0")[: tensor.size], np.int8)

    return see


def decided(rule: Any) -> Any:
    return lambda scores, cam, percent: "location" if rule(scores, percent) else "below threshold"


INPUTS = {
    "input.previous-image": lambda tensor, before: before[0] if before else tensor,
    "input.shifted": lambda tensor, before: np.roll(tensor.reshape(-1), 3),
    "input.byte-dropped": lambda tensor, before: np.append(np.delete(tensor.reshape(-1), 4001), 0),
    "input.byte-inserted": lambda tensor, before: np.insert(tensor.reshape(-1), 70, 0)[:-1],
    "input.cr-inserted": replaced(b"\n", b"\r\n"),
    "input.bytes-removed": replaced(b"\x11", b""),
    "input.chunk-missing": filled(slice(2 * CHUNK, 3 * CHUNK), 0),
    "input.tail-missing": filled(slice(-64, None), -128),
    "input.constant": lambda tensor, before: np.zeros_like(tensor),
    "input.seven-bits": lambda tensor, before: tensor & 0x7F,
    "input.rotated": lambda tensor, before: np.rot90(tensor, 2),
    "input.bytes-swapped": lambda tensor, before: tensor.reshape(-1, 2)[:, ::-1],
    "input.crop": lambda tensor, before: np.pad(tensor, 2, mode="edge")[4:, 2:-2],
}

DECISIONS = {
    "decision.threshold-ignored": decided(lambda s, percent: True),
    "decision.threshold-raw": decided(lambda s, percent: s[1] >= percent),
    "decision.other-class": decided(lambda s, percent: (s[0] + 128) * 100 >= percent * 256),
    "decision.scale": decided(lambda s, percent: (s[1] + 128) * 100 >= percent * 128),
}


def test_a_healthy_run_has_no_findings_and_nothing_unexplained(run_with: MakeRun) -> None:
    assert diagnose(run_with()).empty


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_alone(run_with: MakeRun, oracle: Oracle, name: str) -> None:
    mistake = MISTAKES[name]
    found = diagnose(run_with(**device_options(oracle, [mistake])), oracle)
    assert found.unexplained == ()
    assert len(found.ids) == 1
    assert found.ids[0] in mistake.ids
    assert found.findings[0].explained > 0
    assert found.findings[0].images


def test_negative_cells_that_are_cut_to_zero_are_named(
    model: bytes, oracle: Oracle, photos: tuple[Photo, ...]
) -> None:
    # The committed network's map has none: lower weights of the person give it some.
    weights = oracle.cam.class_weights(1).astype(np.int64)
    lower = np.clip(weights - LOWER, -127, 127)
    old, new = weights.astype(np.int8).tobytes(), lower.astype(np.int8).tobytes()
    assert model.count(old) == 1
    other = model.replace(old, new)
    changed = Oracle.open(other, positive_class=1, threshold=60)
    device = FaultyDevice(changed, other, cam=lambda features, right: np.maximum(right, 0))
    found = diagnose(run_of(device, photos, captures=5), changed)
    assert found.unexplained == ()
    assert found.ids == ("cam.clipped",)


@pytest.mark.parametrize("expected", INPUTS)
def test_a_mistake_in_the_input_is_named(run_with: MakeRun, oracle: Oracle, expected: str) -> None:
    found = diagnose(run_with(see=INPUTS[expected]), oracle)
    assert found.ids == (expected,)
    assert found.unexplained == ()


@pytest.mark.parametrize("expected", [name for name in INPUTS if ".byte-" not in name])
def test_a_mistake_in_the_input_is_named_without_a_trace(
    run_with: MakeRun, oracle: Oracle, expected: str
) -> None:
    # (The place of one lost byte is found by the first operator's output alone.)
    found = diagnose(run_with(see=INPUTS[expected], traced=False), oracle)
    assert found.ids == (expected,)


@pytest.mark.parametrize("expected", DECISIONS)
def test_a_mistake_of_the_threshold_is_named(
    run_with: MakeRun, oracle: Oracle, expected: str
) -> None:
    run = run_with(decide=DECISIONS[expected], thresholds=(5, 10, 15, 20, 25, 30, 40, 50, 75, 85))
    found = diagnose(run, oracle)
    assert expected in (*found.ids, *(name for f in found.findings for name, _ in f.alternatives))
    assert len(found.findings) == 1


def test_greater_than_instead_of_at_least_is_a_hint_where_one_score_shows_it(
    oracle: Oracle, model: bytes, photos: tuple[Photo, ...]
) -> None:
    # 25, 50 and 75 % are the only whole percents that a score has: -64, 0 and 64.
    exact = {-64: 25, 0: 50, 64: 75}
    on_the_threshold, percent = next(
        (faded, exact[score])
        for photo in photos
        for share in range(100)
        for faded in (
            dataclasses.replace(
                photo, name="faded", pixels=(photo.pixels * (share / 100)).astype("u1")
            ),
        )
        if (score := int(oracle.run(faded.tensor).scores[1])) in exact
    )
    rule = decided(lambda s, percent: (s[1] + 128) * 100 > percent * 256)
    device = FaultyDevice(oracle, model, decide=rule)
    found = diagnose(run_of(device, (on_the_threshold, *photos), thresholds=(percent,)), oracle)
    assert found.findings == ()
    assert any("'greater than'" in fact for fact in found.unexplained[0].facts)


def test_a_mistake_that_happens_at_times_is_named_and_said_to_be_intermittent(
    run_with: MakeRun, oracle: Oracle
) -> None:
    calls = {"n": 0}

    def see(tensor: Any, before: Any) -> Any:
        calls["n"] += 1
        return tensor.T if calls["n"] % 3 == 0 else tensor

    found = diagnose(run_with(see=see, traced=False), oracle)
    assert found.ids == ("input.transposed",)
    assert "it happens at times" in found.findings[0].evidence


def test_noise_is_unexplained_and_the_facts_are_shown(run_with: MakeRun, oracle: Oracle) -> None:
    random = np.random.default_rng(1)
    found = diagnose(
        run_with(cam=lambda f, cam: cam + random.integers(-500, 500, cam.shape)), oracle
    )
    assert found.findings == ()
    (unexplained,) = found.unexplained
    assert unexplained.stage == "map"
    assert "36 elements differ" in " ".join(unexplained.facts)


def test_one_wrong_location_alone_is_too_little_to_name_a_mistake(
    oracle: Oracle, model: bytes, photos: tuple[Photo, ...]
) -> None:
    device = FaultyDevice(oracle, model, cell=lambda cam: divmod(int(cam.argmax()), 6)[::-1])
    found = diagnose(run_of(device, photos[:1]), oracle)
    assert found.findings == ()
    assert any("too few to tell" in fact for fact in found.unexplained[0].facts)


def test_features_that_are_read_back_wrong_do_not_count_as_wrong_features(
    run_with: MakeRun, oracle: Oracle, model: bytes
) -> None:
    import dataclasses

    from hil.facts.packing import pack_int8, unpack_int8
    from hil.judge.compare import compare_tensors

    run = run_with(scores=lambda s: s)
    images, evidence = [], []
    for record in run.images:
        right = oracle.run(_tensor(record.png)).features
        read = np.roll(right.reshape(-1), 1).reshape(right.shape)
        facts = dataclasses.replace(record.facts, features=compare_tensors(right, read))
        images.append(dataclasses.replace(record, facts=facts))
        from hil.facts.evidence import EvidenceRecord

        evidence.append(EvidenceRecord(record.name, facts, facts.device.scores, pack_int8(read)))
    changed = dataclasses.replace(run, images=tuple(images), evidence=tuple(evidence), traces=())
    assert unpack_int8(evidence[0].features, right.shape).shape == right.shape
    found = diagnose(changed, oracle)
    assert found.ids == ("output.wrong-tensor",)
    assert "one byte late" in found.findings[0].title


def test_what_is_left_of_the_image_before_is_named_though_nothing_ran_before_the_first(
    run_with: MakeRun, oracle: Oracle
) -> None:
    kept = [np.zeros((6, 6), np.int32)]

    def previous(_: Any, right: Any) -> Any:
        kept.append(right)
        return kept[-2]

    found = diagnose(run_with(cam=previous, traced=False), oracle)
    assert found.ids == ("cam.previous-image",)
    assert found.unexplained == ()
    assert "before the others nothing ran" in found.findings[0].evidence


def test_a_first_map_of_rubbish_alone_is_not_that_of_an_image_before(
    run_with: MakeRun, oracle: Oracle
) -> None:
    rubbish = [np.arange(36, dtype=np.int32).reshape(6, 6) * 1001]

    def first_only(_: Any, right: Any) -> Any:
        return rubbish.pop() if rubbish else right

    found = diagnose(run_with(cam=first_only, traced=False), oracle)
    assert "cam.previous-image" not in found.ids


def test_frames_that_were_answered_right_are_read_back_as_wrongly_as_outputs(
    run_with: MakeRun, oracle: Oracle
) -> None:
    run = run_with()
    images, evidence, frames = [], [], []
    for record in run.images:
        right = oracle.run(_tensor(record.png)).features
        read = np.roll(right.reshape(-1), 1).reshape(right.shape)
        facts = dataclasses.replace(record.facts, features=compare_tensors(right, read))
        images.append(dataclasses.replace(record, facts=facts))
        evidence.append(EvidenceRecord(record.name, facts, facts.device.scores, pack_int8(read)))
        shown = _tensor(record.png)
        misread = np.roll(shown.reshape(-1), 1).reshape(shown.shape)
        differences = compare_tensors(shown, misread)
        frames.append(
            FrameRecord(
                name=record.name,
                source="photo",
                facts=facts,
                preprocessing=differences,
                times=record.times,
                png=record.png,
                input=pack_int8(misread),
            )
        )
    changed = dataclasses.replace(
        run, images=tuple(images), evidence=tuple(evidence), frames=tuple(frames), traces=()
    )
    found = diagnose(changed, oracle)
    assert found.ids == ("output.wrong-tensor",)
    assert found.unexplained == ()


def test_frames_whose_score_tensor_was_not_read_share_the_mistake_of_the_others(
    run_with: MakeRun, oracle: Oracle
) -> None:
    run = run_with(scores=lambda scores: scores[::-1], traced=False)
    right = {record.name: oracle.run(_tensor(record.png)).scores for record in run.images}
    evidence = tuple(
        dataclasses.replace(one, score_tensor=tuple(int(score) for score in right[one.image]))
        for one in run.evidence
    )
    frames = tuple(
        FrameRecord(
            name=record.name,
            source="photo",
            facts=record.facts,
            preprocessing=compare_tensors(_tensor(record.png), _tensor(record.png)),
            times=record.times,
            png=record.png,
            input="",
        )
        for record in run.images
    )
    found = diagnose(dataclasses.replace(run, evidence=evidence, frames=frames), oracle)
    assert found.ids == ("score.classes-swapped",)
    assert found.unexplained == ()


def _tensor(png: str) -> Any:
    from hil.facts.packing import unpack_png
    from hil.images import to_tensor

    return to_tensor(unpack_png(png))


def test_every_entry_of_the_catalogue_has_a_title_and_a_place() -> None:
    assert len(IDS) == len(set(IDS))
    for name, entry in CATALOGUE.items():
        assert name.count(".") == 1
        assert entry.title
        assert entry.where_to_look
        for file in re.findall(r"firmware/core/\w+\.(?:cpp|h)", entry.where_to_look):
            assert (find("firmware").parent / file).is_file()
