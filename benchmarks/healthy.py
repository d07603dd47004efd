"""A healthy board, 10,000 inferences on a clean link and as many on a noisy one: nothing is found.

Not one of the default benchmarks, for it takes minutes: `python -m benchmarks healthy`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.noisy_link import NOISE
from benchmarks.result import Result
from benchmarks.sim import board, images
from hil.diagnose import diagnose
from hil.facts.image import ImageFacts
from hil.facts.records import ImageRecord, InferenceRecord, TestRecord
from hil.facts.run import Run
from hil.images import from_tensor
from hil.judge.compare import compare_sample
from hil.judge.tolerance import load_tolerances
from hil.judge.verdict import Status, judge_image
from hil.oracle import Oracle
from hil.run.collect import (
    handshake_record,
    inference_record,
    memory_facts,
    model_record,
    png_text,
    times,
)
from hil.sim.process import SimOptions
from hil_lab.fakes.recorded_run import recorded_run

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Asked, Inference, Stamp
    from hil.network.contract import Contract

COUNT = 10_000  # on each link
BATCH = 100
PICTURES = 500
"""Different pictures; the oracle answers each once, the board again and again."""


def run() -> Iterator[Result]:
    for name, options in (("clean", SimOptions()), ("noisy", NOISE)):
        failures, findings = measure(options, COUNT)
        detail = f"of {COUNT} inferences"
        yield Result(f"failures, {name} link", failures, "at most", 0, detail)
        yield Result(f"diagnoses, {name} link", findings, "at most", 0, detail)


def measure(sim: SimOptions, count: int) -> tuple[int, int]:
    """(wrong answers, diagnoses) of a healthy board over such a link."""
    pictures = images(PICTURES)
    tolerances = load_tolerances()
    failures = findings = 0
    results: list[InferenceRecord] = []

    def keep(inference: Inference, stamp: Stamp, asked: Asked) -> None:
        results.append(inference_record(inference, stamp, asked))

    with board(sim) as opened:
        contract = opened.expected.model.contract
        oracle = Oracle(contract)
        opened.on_inference = keep
        for start in range(0, count, BATCH):
            chosen = [pictures[n % PICTURES] for n in range(start, start + BATCH)]
            records: list[ImageRecord] = []
            for number, (tensor, inference) in enumerate(
                zip(chosen, opened.infer_many(chosen, cam_always=True), strict=True), start
            ):
                answer = oracle.run(tensor)
                facts = compare_sample(f"image-{number}", inference, answer, contract)
                assert isinstance(facts, ImageFacts)
                failures += any(v.status is Status.FAILED for v in judge_image(facts, tolerances))
                records.append(
                    ImageRecord(
                        name=f"image-{number}",
                        source="photo",
                        facts=facts,
                        times=times(inference),
                        memory=memory_facts(opened.memory()) if not records else records[0].memory,
                        truth=None,
                        png=png_text(from_tensor(tensor)),
                    )
                )
            findings += diagnoses(_run(opened, contract, records, results), oracle)
            results.clear()
    return failures, findings


def diagnoses(run: Run, oracle: Oracle) -> int:
    """What is said of the run; and what would be named, had some test of it failed."""
    failed = TestRecord("a test of the user's own", "call", "failed", 0.0, "E   assert False")
    suspected = dataclasses.replace(run, tests=(failed,))
    return int(not diagnose(run, oracle).empty) + len(diagnose(suspected, oracle).findings)


def _run(
    opened: Board, contract: Contract, images: list[ImageRecord], results: list[InferenceRecord]
) -> Run:
    return dataclasses.replace(
        recorded_run(0, board=None, end=None),
        images=tuple(images),
        model=model_record(contract, opened),
        handshakes=tuple(handshake_record(*shake) for shake in opened.handshakes),
        inferences=tuple(results),
    )
