"""Answers that come in several pages, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hil.errors import FirmwareError
from hil.link.errors import BoardError, wrong_firmware
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode, TensorSide
from hil.wire.replies import (
    ContractPage,
    FrameData,
    FrameSize,
    Reply,
    TensorData,
    TraceEntry,
    TracePage,
)
from hil.wire.requests import (
    MAX_PAYLOAD_BYTES,
    GetContract,
    GetFrame,
    GetTrace,
    ReadTensor,
    Request,
)

PAGES_AHEAD = 2
"""Pages of a frame that are asked for at a time, so that the line never pauses."""

PAUSE_S = 0.01
"""Between the questions whether a frame is there."""

Ask = Callable[[Request], Reply]
"""Sends a request and waits for its answer."""

AskAll = Callable[[Iterable[Request]], Iterator[Reply]]
"""Sends requests, a few ahead of their answers; the answers in their order."""


@dataclass(frozen=True)
class TensorBytes:
    """An input or output in the type of the contract, row-major, and the CRC-32 of its sample."""

    sample_crc: int
    side: TensorSide
    index: int
    data: bytes


@dataclass(frozen=True)
class FrameBytes:
    """A frame of the board's camera: its bytes, which are the sample `sample_crc` on the board.

    `taken_us`: board clock. `transfer_s`: from its first page to its last, host's clock.
    """

    sample_crc: int
    taken_us: int
    frame: FrameSize
    data: bytes
    transfer_s: float


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


def camera_frame(
    ask: Ask, ask_all: AskAll, pause: Callable[[], bool], clock: Callable[[], float]
) -> FrameBytes:
    """A new frame of the board's camera.

    Its pages follow each other on the line without a pause. `pause`: waits a moment while the
    board takes it; False when the time for that is over.
    """
    began, first = _first_page_of_frame(ask, pause, clock)
    data = _appended(b"", first.offset, first.data, first.total, "frame")
    if first.total != first.frame.size:
        raise wrong_firmware(
            f"the board sent a frame of {first.total} bytes, its size is {first.frame.size}"
        )
    step = len(data) or MAX_PAYLOAD_BYTES
    rest = (GetFrame(offset, step) for offset in range(step, first.total, step))
    for page in ask_all(rest):
        assert isinstance(page, FrameData)
        if _of_frame(page) != _of_frame(first):
            raise _changed("frame")
        data = _appended(data, page.offset, page.data, page.total, "frame")
    if crc32(data) != first.sample_crc:
        raise wrong_firmware(
            f"the board sent a frame with the CRC-32 {crc32(data):#010x}, and names it "
            f"{first.sample_crc:#010x}"
        )
    return FrameBytes(first.sample_crc, first.taken_us, first.frame, data, clock() - began)


def _first_page_of_frame(
    ask: Ask, pause: Callable[[], bool], clock: Callable[[], float]
) -> tuple[float, FrameData]:
    """When it was asked for, and the page."""
    while True:
        began = clock()
        try:
            page = ask(GetFrame(0, MAX_PAYLOAD_BYTES))
        except BoardError as error:
            if error.code is not ErrorCode.BUSY or not pause():
                raise
        else:
            assert isinstance(page, FrameData)
            return began, page


def _of_frame(page: FrameData) -> tuple[int, int, FrameSize, int]:
    return page.sample_crc, page.taken_us, page.frame, page.total


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
        hint="Something else was asked meanwhile, or the board restarted: read it at once.",
    )
