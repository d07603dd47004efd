"""Networks of the zoo on the simulated board: every bit is that of the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hil.base.deadline import Deadline
from hil.link.jobs import Job
from hil.network.contract import read_contract
from hil.oracle.oracle import Oracle
from hil.testing.zoo import network
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    from tests.sim.conftest import Chip, StartBench

WAIT_S = 20.0


@pytest.mark.parametrize("name", ["ends", "split_v", "unpack", "lstm", "svdf", "variable"])
def test_outputs_and_trace_are_those_of_the_oracle(
    bench: StartBench, chip: Chip, name: str
) -> None:
    pytest.importorskip("tflite_micro")
    contract = read_contract(network(name))
    running = bench(chip(model=contract.partition), start="app", engine="tflm")
    assert running.connect().model_state is ErrorCode.OK
    oracle, random = Oracle(contract), np.random.default_rng(5)
    # Reset, go on with a trace, go on without, and reset again.
    for reset, trace in ((True, False), (False, True), (False, False), (True, True)):
        sample = b"".join(
            random.integers(0, 3, tensor.shape).astype(array.dtype).tobytes()
            for tensor, array in zip(
                contract.header.inputs,
                contract.unpack(bytes(contract.header.sample_bytes)),
                strict=True,
            )
        )
        right = oracle.run(sample, ops=True, continue_state=not reset)
        job = Job(sample, trace=trace, reset_state=reset)
        result = running.channel.infer(job, Deadline.after(WAIT_S)).result
        assert tuple(part.crc for part in result.outputs) == right.output_crcs()
        if trace:
            told = running.channel.trace(Deadline.after(WAIT_S))
            assert tuple(entry.crc for entry in told.entries) == right.op_crcs()
            assert tuple((entry.op, entry.output) for entry in told.entries) == contract.graph.trace
