"""Runs of a board with wrong operators, of any network: for tests of the diagnosis.

As `hil_lab.fakes.faulty_run`, for samples in place of photographs.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hil.diagnose import divergence
from hil.facts.board import Inference, OutputPart
from hil.facts.evidence import DivergenceRecord
from hil.facts.packing import pack_bytes
from hil.facts.records import SampleRecord, TestRecord, Times
from hil.facts.run import Run
from hil.judge.compare import compare_sample
from hil.oracle.submodel import parts_of
from hil.wire.replies import StageTimes, TraceEntry
from hil_lab.fakes.faulty_run import Output, model_record, tensors_of
from hil_lab.fakes.recorded_run import MEMORY, recorded_run

if TYPE_CHECKING:
    from hil.oracle import Oracle
    from hil.samples.seeded import Sample

_FAILED = TestRecord("suite/test_samples.py::test_every_output", "call", "failed", 0.1, "E   wrong")


def run_of_samples(
    oracle: Oracle, operators: Mapping[int, Output], samples: Sequence[Sample], captures: int = 5
) -> Run:
    """The run of a test session over these samples on a board with these operators.

    `captures`: of how many wrong samples the first diverging operator is read back.
    """
    contract, graph = oracle.contract, oracle.graph
    parts = parts_of(contract.model)
    records: list[SampleRecord] = []
    divergences: list[DivergenceRecord] = []
    for number, sample in enumerate(samples, start=1):
        tensors = tensors_of(oracle, parts, operators, sample.data)
        answer = oracle.run(sample.data, ops=True)
        outputs = [tensors[index].tobytes() for index in graph.outputs]
        inference = Inference(
            image_crc=sample.crc,
            outputs=tuple(OutputPart(zlib.crc32(data), len(data), None) for data in outputs),
            boot_id=1,
            scores=(),
            threshold=None,
            location=None,
            cam=None,
            times=StageTimes(100_000, 0, 341_000, 0),
            invoke_cycles=None,
            finished_us=500_000 * number,
            count=number,
            round_trip_s=0.45,
            upload_s=0.1,
            uploads=1,
        )
        trace = [
            TraceEntry(op.index, place, zlib.crc32(data), len(data), 12_000, None)
            for op in graph.ops
            for place, data in enumerate(tensors[index].tobytes() for index in op.outputs)
        ]
        facts = compare_sample(sample.name, inference, answer, contract, trace=trace)
        first = divergence.first_diverging(facts.ops or ())
        records.append(
            SampleRecord(
                name=sample.name,
                made=sample.kind,
                facts=facts,
                times=Times(100_000, 0, 341_000, 0, 450_000),
                memory=MEMORY,
                sample=pack_bytes(sample.data),
            )
        )
        if first is not None and len(divergences) < captures:
            got = tensors[graph.ops[first.index].outputs[first.output]]
            divergences.append(divergence.by_operator(sample.name, oracle, answer, first, got))
    return dataclasses.replace(
        recorded_run(0, traced=False),
        model=model_record(contract.model, oracle),
        samples=tuple(records),
        divergences=tuple(divergences),
        tests=(_FAILED,),
    )
