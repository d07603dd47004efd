"""Networks without a map: mistakes that all outputs together tell, whatever the network is."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Sequence

import pytest

from hil.diagnose import diagnose
from hil.facts.image import OutputFacts
from hil.facts.records import (
    AskedFacts,
    InferenceRecord,
    ModelRecord,
    ReferenceRecord,
    TestRecord,
    Times,
)
from hil.facts.run import Run
from hil.judge.compare import reference_outputs
from hil.network.contract import Contract, read_contract
from hil.oracle import Oracle
from hil.samples.seeded import seeded_sample
from hil.testing.zoo import network
from hil.wire.network_header import pack_header
from hil_lab.fakes.recorded_run import recorded_run

NAMES = ("uniform-0", "normal-0", "uniform-1", "extremes-max", "uniform-0")
FAILED = TestRecord("suite/test_samples.py::test_every_output", "call", "failed", 0.1, "E   wrong")
Device = Callable[[Oracle, Sequence[bytes]], tuple[int, ...]]
"""The CRC-32 of each output, after these samples; the last one is answered."""


def run_of(name: str, device: Device, resets: Callable[[int], bool] = lambda n: True) -> Run:
    """A run of a network of the zoo; `resets`: whether inference n starts from the first state."""
    contract = read_contract(network(name))
    board, oracle = Oracle(contract), Oracle(contract)
    samples = [seeded_sample(contract, each) for each in NAMES]
    inferences, references = [], []
    for number, sample in enumerate(samples):
        right = oracle.run(sample.data, continue_state=not resets(number))
        history = 0 if resets(number) else number
        sent = device(board, [each.data for each in samples[: number + 1]])
        inferences.append(
            InferenceRecord(
                asked=AskedFacts(sample.crc, "tensor", None, False, number + 1, history=history),
                image_crc=sample.crc,
                outputs=tuple(OutputFacts(crc, 1) for crc in sent),
                times=Times(1000, 0, 2000 + 7 * number, 0, 4000),
                boot=1,
                count=number + 1,
                finished_us=10_000 * (number + 1),
                at_s=0.01 * number,
            )
        )
        outputs = reference_outputs(right, contract)
        references.append(
            ReferenceRecord(sample.name, sample.crc, "tensor", None, history, outputs)
        )
    return dataclasses.replace(
        recorded_run(0, traced=False),
        model=model_of(contract),
        inferences=tuple(inferences),
        references=tuple({(r.image_crc, r.history): r for r in references}.values()),
        tests=(FAILED,),
    )


def model_of(contract: Contract) -> ModelRecord:
    tflite, header = (
        base64.b64encode(data).decode("ascii")
        for data in (contract.model, pack_header(contract.header))
    )
    return ModelRecord(tflite, header, contract.header.model_sha256.hex(), "0" * 64, "0" * 64)


def swapped_inputs(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    half = len(ran[-1]) // 2
    return oracle.run(ran[-1][half:] + ran[-1][:half]).output_crcs()


def sample_before(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    return oracle.run(ran[-2] if len(ran) > 1 else bytes(len(ran[-1]))).output_crcs()


def second_output_from_the_first(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    first, _, *others = oracle.run(ran[-1]).output_crcs()
    return (first, first, *others)


def two_outputs_swapped(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    first, second, *others = oracle.run(ran[-1]).output_crcs()
    return (second, first, *others)


def last_output_from_before(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    stale = oracle.run(ran[-2]).output_crcs()[-1] if len(ran) > 1 else 0
    return (*oracle.run(ran[-1]).output_crcs()[:-1], stale)


def state_kept(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    return oracle.run(ran[-1], continue_state=len(ran) > 1).output_crcs()


def state_lost(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
    return oracle.run(ran[-1]).output_crcs()


@pytest.mark.parametrize(
    ("name", "device", "expected"),
    [
        ("sub", swapped_inputs, "input.inputs-swapped"),
        ("sub", sample_before, "input.previous-image"),
        ("unpack", second_output_from_the_first, "output.other"),
        ("unpack", two_outputs_swapped, "output.other"),
        ("unpack", last_output_from_before, "engine.stale-output"),
        ("lstm", state_kept, "engine.state-not-reset"),
    ],
)
def test_the_mistake_that_gives_every_wrong_answer_is_named(
    name: str, device: Device, expected: str
) -> None:
    found = diagnose(run_of(name, device))
    assert found.ids == (expected,)
    assert not found.unexplained


def test_a_state_that_is_lost_where_it_had_to_be_kept_is_named() -> None:
    found = diagnose(run_of("lstm", state_lost, resets=lambda n: n == 0))
    assert found.ids == ("engine.state-reset",)


def test_what_no_mistake_gives_is_not_named() -> None:
    def noise(oracle: Oracle, ran: Sequence[bytes]) -> tuple[int, ...]:
        return tuple(crc ^ len(ran) for crc in oracle.run(ran[-1]).output_crcs())

    found = diagnose(run_of("unpack", noise))
    assert found.findings == ()
    assert found.unexplained


def test_the_order_of_outputs_is_told() -> None:
    (found,) = diagnose(run_of("unpack", two_outputs_swapped)).findings
    assert "outputs 0 and 1 are swapped" in found.title
