"""Answers that come in several pages, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hil.errors import FirmwareError
from hil.link.errors import wrong_firmware
from hil.wire.replies import OpPage, OutputData, Reply, TraceEntry, TracePage
from hil.wire.requests import MAX_PAYLOAD_BYTES, GetOps, GetTrace, ReadOutput, Request

Ask = Callable[[Request], Reply]
"""Sends a request and waits for its answer."""


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


def read_output(ask: Ask, output: int | None) -> OutputBytes:
    data = b""
    while True:
        page = ask(ReadOutput(output, len(data), MAX_PAYLOAD_BYTES))
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


def ops(ask: Ask) -> tuple[int, ...]:
    codes: tuple[int, ...] = ()
    while True:
        page = ask(GetOps(len(codes)))
        assert isinstance(page, OpPage)
        if page.first != len(codes) or len(codes) + len(page.codes) > page.op_count:
            raise _wrong_page("operator list")
        codes += page.codes
        if len(codes) == page.op_count:
            return codes
        if not page.codes:
            raise _wrong_page("operator list")


def trace(ask: Ask) -> Trace:
    entries: tuple[TraceEntry, ...] = ()
    first: TracePage | None = None
    while True:
        page = ask(GetTrace(len(entries)))
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


def _wrong_page(what: str) -> FirmwareError:
    return wrong_firmware(f"the board sent another page of the {what} than it was asked for")


def _changed(what: str) -> FirmwareError:
    return FirmwareError(
        f"the {what} changed while it was read",
        hint="Another inference ran, or the board restarted: read it right after the inference.",
    )
