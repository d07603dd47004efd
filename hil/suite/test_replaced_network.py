"""Other networks on the board, and broken partitions: each gets the answer or the refusal that is
due. Afterwards the run's own network is there again.

Behind the long run by its name, as each change of network starts the board anew.

They are asked of the simulated board in every run, all but networks whose seed or kernels alone are
others. These, and any of a board whose flash wears out, are asked with `--thorough` alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

from hil.network.refusal import Refusal, Room, due_refusal, read_header
from hil.suite import networks, partitions
from hil.suite.expect import expect_right, expect_same, not_asked, other_fields
from hil.suite.other_networks import (
    ask_everything,
    expect_refusal,
    expect_shorter_trace,
    expect_taken,
    firmware_refusal,
)
from hil.suite.surroundings import Surroundings
from hil.testing.model_builder import builtin_codes
from hil.wire.enums import ErrorCode
from hil.wire.network_header import pack_partition

if TYPE_CHECKING:
    from hil.run.other_networks import NetworkTrial, OtherNetworks, Trial
    from hil.run.testbench import Bench

_BASE = "wide map, average pooling"
_PARTS = 8
_SAMPLES, _MORE_SAMPLES = ("uniform-0", "normal-0"), ("extremes-min", "extremes-max", "uniform-1")


@pytest.fixture(scope="module")
def restored(bench: Bench) -> Iterator[OtherNetworks]:
    """The trials of other networks; after the last the run's own is back, and answers."""
    others = bench.others
    yield others
    if not others.away:
        return
    others.restore()
    expect_own_network(bench)


@pytest.fixture
def others(restored: OtherNetworks, request: pytest.FixtureRequest) -> Iterator[OtherNetworks]:
    """The trials. After a test that failed the board is given its own network at once."""
    restored.require(request.node.nodeid)
    failed = request.session.testsfailed
    yield restored
    if request.session.testsfailed != failed:
        restored.restore()


@pytest.mark.parametrize("name", networks.DEFAULT)
def test_another_network(bench: Bench, others: OtherNetworks, name: str) -> None:
    _run(bench, others, name)


@pytest.mark.thorough
@pytest.mark.parametrize("name", networks.MORE)
def test_more_networks(bench: Bench, others: OtherNetworks, name: str) -> None:
    _run(bench, others, name)


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(_PARTS))
def test_every_operator(bench: Bench, others: OtherNetworks, part: int) -> None:
    """Of the zoo those for which the firmware has the operators."""
    if others.is_litert:
        not_asked("the zoo is of TensorFlow Lite Micro's operators, the board's engine is LiteRT")
    own = set(bench.oracle.contract.operators)
    for name in networks.zoo_part(part, _PARTS):
        contract = networks.other_network(name).contract
        able = others.has_all_operators or own.issuperset(contract.operators)
        if able and not others.rounds_apart(contract):
            _run(bench, others, name)


@pytest.mark.parametrize("part", range(_PARTS))
def test_a_broken_partition(bench: Bench, others: OtherNetworks, part: int) -> None:
    names = partitions.NAMES if bench.options.thorough else partitions.DEFAULT
    _refuse(bench, others, names[part::_PARTS])


def test_a_broken_partition_that_tells_of_a_longer_trace(others: OtherNetworks) -> None:
    contract = networks.other_network(_BASE).contract
    header = contract.header
    longer = dataclasses.replace(header, op_outputs=header.op_outputs + 1)
    sample = bytes(header.sample_bytes)
    with others.broken("a trace that is longer", pack_partition(longer, contract.model)) as trial:
        if trial.board.identity.model_state is not ErrorCode.OK:
            not_asked("the firmware cannot run the network that this is asked of")
        expect_shorter_trace(trial, sample, longer.op_outputs, header.op_outputs)
    if trial.wrong:
        pytest.fail("\n".join(trial.wrong), pytrace=False)


def test_its_own_network_is_right_again(bench: Bench, others: OtherNetworks) -> None:
    others.restore()
    expect_own_network(bench)


def expect_own_network(bench: Bench) -> None:
    """Fails unless the board runs the run's own network, and answers with it."""
    board, data = bench.ready_board(), bench.sample("uniform-0").data
    got, due = board.identity.model_sha256.hex(), board.expected.model_sha256.hex()
    assert got == due, (
        f"behind other networks the board names the network {got[:12]}, in its flash is {due[:12]}"
    )
    differing = other_fields(board.contract, bench.oracle.contract.header)
    assert not differing, (
        f"behind other networks the contract of the board is not its own: {', '.join(differing)}"
    )
    answer = board.infer(data)
    expect_right(answer, bench.oracle.run(data), "its own network behind others")
    expect_same(board.infer(data), answer, "its own network behind others, asked again")


def _run(bench: Bench, others: OtherNetworks, name: str) -> None:
    """One network of `hil.suite.networks`, bit for bit."""
    from hil.samples.seeded import seeded_sample

    options = bench.options
    network = networks.other_network(name, options.seed)
    names = _SAMPLES + _MORE_SAMPLES * options.thorough
    with others.network(name, network.contract, network.traits) as trial:
        if trial.board.identity.model_state is ErrorCode.OK:
            samples = (seeded_sample(network.contract, n, seed=options.seed) for n in names)
            ask_everything(others, trial, tuple(samples), thorough=options.thorough)
        else:
            _refused(bench, others, trial)
    if trial.wrong:
        pytest.fail("\n".join((f"network {name!r}", *trial.wrong)), pytrace=False)


def _refused(bench: Bench, others: OtherNetworks, trial: NetworkTrial) -> None:
    """A network that the board does not run: it may lack operators, memory, or maps."""
    own, contract = bench.oracle.contract, trial.contract
    lacks = [op for op in contract.operators if op not in own.operators]
    if others.has_all_operators:
        lacks = []
    due = firmware_refusal(trial, own, contract.header, lacks, builtin_codes(lacks))
    if due is not None:
        expect_refusal(trial, due, others.own_identity, contract.partition)


def _refuse(bench: Bench, others: OtherNetworks, names: Sequence[str]) -> None:
    """Contents of the partition of which each is to be refused, or is at the very limit."""
    around = Surroundings(
        base=networks.other_network(_BASE),
        app=others.visits.app,
        partition_bytes=others.visits.room,
        arena_bytes=others.own_identity.arena_bytes,
        seed=bench.options.seed,
    )
    wrong = []
    for name in names:
        data = partitions.content(name, around)
        with others.broken(name, data) as trial:
            _judge(bench, others, trial, name, data)
        wrong += [f"{name}: {text}" for text in trial.wrong]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def _judge(bench: Bench, others: OtherNetworks, trial: Trial, name: str, content: bytes) -> None:
    """Holds a board against what is due to a content of its partition."""
    base = networks.other_network(_BASE).contract
    own, room = others.own_identity, Room(trial.board.identity.max_sample_bytes)
    sizes = [tensor.size for tensor in base.header.outputs] if base.model in content else None
    due = due_refusal(content, others.visits.room, room, sizes)
    header = read_header(content)
    by_firmware = partitions.BY_FIRMWARE.get(name)
    if due is None and not isinstance(header, Refusal):
        lacks = ["CUSTOM"] if by_firmware is ErrorCode.MODEL_OP else []
        if not others.has_all_operators:
            lacks += [op for op in base.operators if op not in bench.oracle.contract.operators]
        codes = builtin_codes(lacks)
        due = firmware_refusal(trial, bench.oracle.contract, header, lacks, codes)
        no_arena = by_firmware is ErrorCode.ARENA_TOO_SMALL and others.is_litert
        if due is None and by_firmware is not None and not no_arena:
            trial.wrong.append(f"it is taken, where {by_firmware.name} is due")
    if due is None:
        expect_taken(trial, own, content)
    else:
        expect_refusal(trial, due, own, content)
