"""Answers that come in several pages, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hil.errors import FirmwareError
from hil.link.errors import wrong_firmware
from hil.wire.enums import TensorSide
from hil.wire.replies import ContractPage, Reply, TensorData, TraceEntry, TracePage
from hil.wire.requests import MAX_PAYLOAD_BYTES, GetContract, GetTrace, ReadTensor, Request

Ask = Callable[[Request], Reply]
"""Sends a request and waits for its answer."""


@dataclass(frozen=True)
class TensorBytes:
    """An input or output in the type of the contract, row-major, and the CRC-32 of its sample."""

    sample_crc: int
    side: TensorSide
    index: int
    data: bytes


@dataclass(frozen=True)
class Trace:
    """Every output of every operator of one inference, in execution order.

    `total` is the number of such outputs that the network has; the board records a limited number.
    """

    sample_crc: int
    total: int
    entries: tuple[TraceEntry, ...]


def contract(ask: Ask) -> bytes:
    """The header of the model partition; empty where the board has none."""
    data = b""
    while True:
        page = ask(GetContract(len(data)))
        assert isinstance(page, ContractPage)
        if not data:
            total = page.total
        elif page.total != total:
            raise _changed("contract")
        data = _appended(data, page.offset, page.data, total, "contract")
        if len(data) == total:
            return data


def read_tensor(ask: Ask, side: TensorSide, index: int) -> TensorBytes:
    data = b""
    while True:
        page = ask(ReadTensor(side, index, len(data), MAX_PAYLOAD_BYTES))
        assert isinstance(page, TensorData)
        if not data:
            sample_crc, total = page.sample_crc, page.total
        elif (page.sample_crc, page.total) != (sample_crc, total):
            raise _changed("tensor")
        if (page.side, page.index) != (side, index):
            raise _wrong_page("tensor")
        data = _appended(data, page.offset, page.data, total, "tensor")
        if len(data) == total:
            return TensorBytes(sample_crc, side, index, data)


def trace(ask: Ask) -> Trace:
    entries: tuple[TraceEntry, ...] = ()
    first: TracePage | None = None
    while True:
        page = ask(GetTrace(len(entries)))
        assert isinstance(page, TracePage)
        first = first or page
        if (page.sample_crc, page.total) != (first.sample_crc, first.total):
            raise _changed("trace")
        if page.first != len(entries) or len(entries) + len(page.entries) > page.total:
            raise _wrong_page("trace")
        entries += page.entries
        # A network may have more outputs than the board records: an empty page ends the trace.
        if len(entries) == page.total or not page.entries:
            return Trace(first.sample_crc, first.total, entries)


def _appended(data: bytes, offset: int, page: bytes, total: int, what: str) -> bytes:
    """`data` with the next page of it, of `total` bytes; raises where it is another one."""
    more = data + page
    if offset != len(data) or len(more) > total or (not page and total):
        raise _wrong_page(what)
    return more


def _wrong_page(what: str) -> FirmwareError:
    return wrong_firmware(f"the board sent another page of the {what} than it was asked for")


def _changed(what: str) -> FirmwareError:
    return FirmwareError(
        f"the {what} changed while it was read",
        hint="Another inference ran, or the board restarted: read it right after the inference.",
    )
