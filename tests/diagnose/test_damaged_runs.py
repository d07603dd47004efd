"""A run file with anything in it changed is diagnosed, or refused as damaged: nothing crashes."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Sequence

import pytest

from hil.diagnose import diagnose
from hil.facts.evidence import HandshakeRecord, OddityRecord, TroubleRecord
from hil.facts.image import OutputFacts
from hil.facts.keys import image_key
from hil.facts.records import (
    AskedFacts,
    FrameRecord,
    InferenceRecord,
    ReferenceOutput,
    ReferenceRecord,
    SampleRecord,
    TestRecord,
)
from hil.facts.run import Run
from hil.facts.writer import line_of
from hil.images import Photo
from hil.oracle import Oracle
from hil_lab.fakes.faulty_run import FaultyDevice, run_of
from hil_lab.fakes.recorded_run import BOARD
from tests.diagnose.damaged_runs import Line, damages, places, trouble_with

COUNT, SEED = 50, 17


@pytest.fixture(scope="module")
def lines(oracle: Oracle, model: bytes, photos: Sequence[Photo]) -> list[Line]:
    """A run with a line of every kind that the diagnosis reads; its maps are transposed."""
    device = FaultyDevice(oracle, model, cam=lambda features, cam: cam.T)
    run = run_of(device, photos[:3])
    return [json.loads(line_of(record)) for record in records(run)]


def records(run: Run) -> list[object]:
    assert run.model is not None
    assert run.link is not None
    echo = base64.b64encode(bytes(range(64))).decode("ascii")
    first = run.images[0]
    right = OutputFacts(1, 2, base64.b64encode(b"\1\2").decode("ascii"))
    wrong = TestRecord("t", "call", "failed", 0.1, "E  assert 1", (image_key(first.name),))
    lost = TestRecord("u", "call", "infrastructure", 0.1, "no answer")
    shake = HandshakeRecord(
        *("reset", BOARD.build_id, BOARD.app_sha256, BOARD.model_sha256, "OK", 7, "injected"), 1, 1
    )
    inferences = [
        InferenceRecord(
            asked=AskedFacts(image.facts.image_crc, "tensor", None, True, number + 1),
            image_crc=image.facts.answered_crc,
            outputs=(right, right),
            times=image.times,
            boot=1,
            count=number + 1,
            finished_us=500_000 * number + 1,
            at_s=0.5 * number,
            scores=image.facts.device.scores,
            threshold=image.facts.device.threshold,
            location=image.facts.device.location,
            cam=image.facts.device.cam,
        )
        for number, image in enumerate(run.images * 3)
    ]
    references = [
        ReferenceRecord(
            image=image.name,
            image_crc=image.facts.image_crc,
            stage="tensor",
            threshold=None,
            history=0,
            outputs=(ReferenceOutput("score", "int8", "score", right),) * 2,
            answer=image.facts.reference,
            input_size=image.facts.input_size,
            positive_class=image.facts.positive_class,
        )
        for image in run.images
    ]
    assert first.facts.scores is not None
    frame = FrameRecord(
        first.name, "photo", first.facts, first.facts.scores, first.times, first.png, ""
    )
    return [
        run.header,
        run.model,
        *run.images,
        *run.traces,
        *run.evidence,
        *run.divergences,
        *inferences,
        *references,
        shake,
        frame,
        SampleRecord("uniform-0", "uniform", first.facts, first.times, first.memory),
        OddityRecord("echo", "changed", echo, echo[:32]),
        TroubleRecord(
            "u", "NoAnswerError", "", "no answer within 3 s: echo; the board sent nothing"
        ),
        wrong,
        lost,
        run.board,
        run.link,
        run.end,
    ]


def test_as_it_is_the_run_is_diagnosed(lines: list[Line], oracle: Oracle) -> None:
    from hil.facts.reader import record_of

    run = Run.of([record_of(json.dumps(line).encode(), "a line") for line in lines])
    assert {"board.silent", "cam.transposed", "link.bytes"} <= set(diagnose(run, oracle).ids)


def test_a_damaged_run_is_diagnosed_or_refused(lines: list[Line], oracle: Oracle) -> None:
    bad = {
        damage.what: trouble
        for damage in damages(lines, COUNT, SEED)
        if (trouble := trouble_with(damage, oracle))
    }
    assert bad == {}


def test_every_field_of_every_line_may_be_damaged(lines: list[Line]) -> None:
    known = {(lines[number]["kind"], path[0]) for number, path in places(lines)}
    for line in lines:
        assert {(line["kind"], field) for field in line if field != "kind"} <= known


def test_what_is_wrong_with_the_diagnosis_is_told(
    lines: list[Line], oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hil.diagnose import run_level

    def fail(run: Run) -> None:
        raise KeyError(dataclasses.replace(run).header.command)

    monkeypatch.setattr(run_level, "_link", fail)
    (damage,) = damages(lines, 1, SEED)
    whole = dataclasses.replace(damage, lines=lines)
    assert trouble_with(whole, oracle).startswith("link: a bug of camhil: KeyError")
