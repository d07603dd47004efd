"""Facts as the JSON that the page draws."""

from __future__ import annotations

import json
import math
import secrets
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hil.facts.stand_in import note, stand_in
from hil.live.feed import Look, Point
from hil.network.location import Location
from hil.run.collect import png_text

if TYPE_CHECKING:
    from hil.board import Board
    from hil.live.moment import Moment
    from hil.network.contract import Contract
    from hil.wire.replies import HeapState


class Encoder:
    """What viewers are sent. A moment is encoded once for all, when the first asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session = secrets.token_hex(8)  # a page of an earlier view begins anew
        self._of = 0
        self._text = "null"
        self.encoded = 0
        """So many moments so far."""

    def look(self, look: Look) -> str:
        """One answer to a viewer, as JSON."""
        trouble = look.trouble
        rest = to_json(
            {
                "session": self._session,
                "version": look.version,
                "state": look.state,
                "trouble": None if trouble is None else asdict(trouble),
                "points": [_point(point) for point in look.points],
            }
        )
        return f'{rest[:-1]},"moment":{self._moment(look.moment)}}}'

    def _moment(self, moment: Moment | None) -> str:
        if moment is None:
            return "null"
        with self._lock:
            if self._of != moment.number:
                self._of, self._text = moment.number, to_json(_moment(moment))
                self.encoded += 1
            return self._text


def to_json(value: Any) -> str:
    """Compact, and without what JSON lacks: numbers that are none are null."""
    return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class About:
    """What does not change from frame to frame: texts for the head of the page.

    `stand_in`: what stood in for a chip, if anything. `times_note`: what the board's times are
    where they are no chip's. `paced`: the line is as slow as its rate says.
    """

    board: str
    stand_in: str
    subtitle: str
    times_note: str
    has_map: bool
    paced: bool


def about(board: Board, contract: Contract, spec: str) -> About:
    """`spec`: how the user named the board."""
    identity, simulated, frame = board.identity, board.simulated, board.frame
    name = contract.where.rpartition("/")[2]
    shape = "x".join(map(str, contract.header.inputs[0].shape))
    size = "" if frame is None else f", frames {frame.columns}x{frame.rows} {frame.format.name}"
    return About(
        board=spec,
        stand_in=stand_in(identity.target, board.time_base),
        subtitle=f"{name}, input {shape}{size}; {identity.target}, firmware "
        f"{identity.firmware_version}, {identity.engine}",
        times_note=note(board.time_base),
        has_map=contract.head is not None,
        paced=simulated is None or simulated.options.baud_pacing is not None,
    )


def _moment(moment: Moment) -> dict[str, Any]:
    region, scores, times, memory = moment.region, moment.scores, moment.times, moment.memory
    rows, columns = moment.pixels.shape[:2]
    location = moment.location
    return {
        "number": moment.number,
        "atS": moment.at_s,
        "picture": "data:image/png;base64," + png_text(moment.pixels),
        "rows": rows,
        "columns": columns,
        "region": [region.left, region.top, region.width, region.height],
        "size": [*moment.size],
        "map": None if moment.cam is None else moment.cam.tolist(),
        "location": [location.x, location.y] if isinstance(location, Location) else None,
        "nowhere": None if location is None or isinstance(location, Location) else location.value,
        "names": scores.names,
        "values": scores.values,
        "unit": scores.unit,
        "decision": scores.decision,
        "positive": scores.positive,
        "threshold": scores.threshold,
        "preprocessUs": times.preprocess_us,
        "invokeUs": times.invoke_us,
        "camUs": times.cam_us,
        "transferS": moment.transfer_s,
        "answerS": moment.answer_s,
        "arenaBytes": memory.arena_bytes,
        "arenaUsedBytes": memory.arena_used_bytes,
        "bufferBytes": memory.buffer_bytes,
        "staticBytes": memory.static_bytes,
        "heap": _heap(memory.heap),
        "psram": _heap(memory.psram),
        "stacks": [[stack.task, stack.never_used_bytes] for stack in memory.stacks],
        "baud": moment.link.baud,
        "frameBytes": moment.link.frame_bytes,
        "lineS": moment.link.line_s,
        "roundTripS": moment.link.round_trip_s,
        "damaged": moment.link.damaged,
        "retransmitted": moment.link.retransmitted,
    }


def _heap(heap: HeapState | None) -> list[int] | None:
    return None if heap is None else [heap.free_bytes, heap.minimum_free_bytes]


def _point(point: Point) -> list[Any]:
    return [point.number, round(point.at_s, 3), point.values, point.invoke_us, point.frame_s]


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
