"""Another content of the model partition on the board under test, and its own network again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.board import Board
from hil.board.artifacts import Expected, read_expected
from hil.board.guest import Visits
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.board.sim import SimAdapter
from hil.errors import InfrastructureError, UsageError
from hil.sim import firmware
from hil.sim.options import SimOptions
from hil.suite.networks import other_network
from hil.wire.enums import ErrorCode

OPTIONS = BoardOptions(handshake_s=60.0, image_s=60.0)  # what only a hang reaches


class OverTheLine(SimAdapter):
    """A simulated board whose flash is written as a chip's is, by esptool."""

    def put_flash(self, offset: int, data: bytes) -> bool:
        return False


@pytest.fixture(scope="module")
def build() -> Expected:
    return read_expected(firmware.build())


@pytest.fixture(scope="module")
def flashed(tmp_path_factory: pytest.TempPathFactory, build: Expected) -> Path:
    path = tmp_path_factory.mktemp("flashed") / "flash.bin"
    open_adapter(SimAdapter(SimOptions(flash_file=path)), build, OPTIONS).close()
    return path


@pytest.fixture
def host(request: pytest.FixtureRequest, flashed: Path, build: Expected) -> Iterator[Board]:
    adapter = getattr(request, "param", SimAdapter)
    # One flash for all: whatever became of it, the next board is flashed again.
    with open_adapter(adapter(SimOptions(flash_file=flashed)), build, OPTIONS) as board:
        yield board


@pytest.mark.parametrize("host", [SimAdapter, OverTheLine], indirect=True)
def test_a_guest_answers_as_its_own_network_and_the_host_as_its_own(host: Board) -> None:
    contract, visits = other_network("svdf").contract, Visits(host)
    guest = visits.visit(contract.partition)
    assert guest.contract == contract.header
    assert guest.infer(bytes(contract.header.sample_bytes)).count == 1
    assert visits.away
    visits.restore()
    assert host.identity.model_sha256 == host.expected.model_sha256
    host.infer(bytes(host.contract.sample_bytes))
    assert [stamp.count for stamp in host.stamps] == [1]  # the guest's are none of its


def test_a_guest_without_a_network_tells_why(host: Board) -> None:
    visits = Visits(host)
    guest = visits.visit(b"")
    assert guest.identity.model_state is ErrorCode.NO_MODEL
    assert guest.contract_block() == b""
    upload, infer = guest.refusals()
    assert upload == infer
    assert upload is not None
    assert "no network: model partition is empty (20, 0, 0)" in guest.boot_text
    visits.restore()


def test_nothing_of_a_larger_guest_is_left_behind_a_smaller_one(host: Board) -> None:
    visits = Visits(host)
    visits.visit(bytes(len(host.expected.model.tflite) + 12_288))
    guest = visits.visit(b"\xff" * 10)
    assert guest.identity.model_state is ErrorCode.NO_MODEL
    partition = next(p for p in host.expected.partitions if p.label == "model")
    adapter = host._connection.adapter
    held = adapter.read_flash(partition.offset, partition.size)
    assert held == b"\xff" * partition.size
    visits.restore()


def test_a_guest_that_is_lost_does_not_keep_the_host_away(host: Board) -> None:
    contract, visits = other_network("svdf").contract, Visits(host)
    guest = visits.visit(contract.partition)
    adapter = host._connection.adapter
    assert isinstance(adapter, SimAdapter)
    adapter.process.crash()
    with pytest.raises(InfrastructureError):
        guest.infer(bytes(contract.header.sample_bytes))
    visits.restore()
    assert host.incidents == []
    host.infer(bytes(host.contract.sample_bytes))


def test_what_does_not_fit_is_refused_before_anything_is_written(host: Board) -> None:
    visits = Visits(host)
    with pytest.raises(UsageError, match="do not fit the model partition"):
        visits.visit(bytes(visits.room + 1))
    assert not visits.away
    host.infer(bytes(host.contract.sample_bytes))
