"""Answers that come in several pages, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hil.base.deadline import Deadline
from hil.errors import FirmwareError
from hil.wire.replies import Echoed, OpPage, OutputData, Reply, TraceEntry, TracePage
from hil.wire.requests import MAX_PAYLOAD_BYTES, Echo, GetOps, GetTrace, ReadOutput, Request


class Requester(Protocol):
    """What paging needs of a channel."""

    def request(self, message: Request, deadline: Deadline) -> Reply: ...


@dataclass(frozen=True)
class OutputBytes:
    """An output tensor (None: the input), int8 row-major, and the CRC-32 of its image."""

    image_crc: int
    output: int | None
    data: bytes


@dataclass(frozen=True)
class Trace:
    """Every operator of one inference, in execution order.

    `op_count` is the number of operators that the model has; the board records a limited number.
    """

    image_crc: int
    op_count: int
    entries: tuple[TraceEntry, ...]


def read_output(channel: Requester, output: int | None, deadline: Deadline) -> OutputBytes:
    data = b""
    while True:
        request = ReadOutput(output, len(data), MAX_PAYLOAD_BYTES)
        page = channel.request(request, deadline)
        assert isinstance(page, OutputData)
        if not data:
            image_crc, total = page.image_crc, page.total
        elif (page.image_crc, page.total) != (image_crc, total):
            raise _changed("tensor")
        if page.output != output or page.offset != len(data) or (not page.data and total):
            raise _wrong_page("tensor")
        data += page.data
        if len(data) > total:
            raise _wrong_page("tensor")
        if len(data) == total:
            return OutputBytes(image_crc, output, data)


def ops(channel: Requester, deadline: Deadline) -> tuple[int, ...]:
    codes: tuple[int, ...] = ()
    while True:
        page = channel.request(GetOps(len(codes)), deadline)
        assert isinstance(page, OpPage)
        if page.first != len(codes) or len(codes) + len(page.codes) > page.op_count:
            raise _wrong_page("operator list")
        codes += page.codes
        if len(codes) == page.op_count:
            return codes
        if not page.codes:
            raise _wrong_page("operator list")


def trace(channel: Requester, deadline: Deadline) -> Trace:
    entries: tuple[TraceEntry, ...] = ()
    first: TracePage | None = None
    while True:
        page = channel.request(GetTrace(len(entries)), deadline)
        assert isinstance(page, TracePage)
        first = first or page
        if (page.image_crc, page.op_count) != (first.image_crc, first.op_count):
            raise _changed("trace")
        if page.first != len(entries) or len(entries) + len(page.entries) > page.op_count:
            raise _wrong_page("trace")
        entries += page.entries
        # A model may have more operators than the board records: an empty page ends the trace.
        if len(entries) == page.op_count or not page.entries:
            return Trace(first.image_crc, first.op_count, entries)


def echo(channel: Requester, payload: bytes, deadline: Deadline) -> bytes:
    reply = channel.request(Echo(payload), deadline)
    assert isinstance(reply, Echoed)
    return reply.payload


def _wrong_page(what: str) -> FirmwareError:
    return FirmwareError(
        f"the board sent another page of the {what} than it was asked for",
        hint="Flash firmware built from the installed version of camhil.",
    )


def _changed(what: str) -> FirmwareError:
    return FirmwareError(
        f"the {what} changed while it was read",
        hint="Another inference ran, or the board restarted: read it right after the inference.",
    )
