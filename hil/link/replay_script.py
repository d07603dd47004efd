"""Which recorded answer belongs to a request, whatever the order of the requests. Pure."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hil.link.recorded_events import (
    Event,
    Exchange,
    Happened,
    Spoken,
    boot_id_in,
    kind_of,
)
from hil.link.recording import Kind
from hil.wire.requests import (
    Chunk,
    CommitBaud,
    Echo,
    GetContract,
    GetTrace,
    Hello,
    ReadTensor,
    SetBaud,
    Upload,
)

# Asking twice gives the same answer twice.
_REPEATABLE = frozenset(
    kind.kind for kind in (GetContract, Echo, Upload, Chunk, SetBaud, CommitBaud)
)

Key = tuple[bytes, int | None]


@dataclass
class State:
    """What the answers to `ReadTensor` and `GetTrace` depend on: CRC-32s of samples."""

    ran: int | None = None
    traced: int | None = None

    def key(self, content: bytes) -> Key:
        """What a request is known by: its content, and the sample that the answer is about."""
        kind = kind_of(content)
        if kind == ReadTensor.kind:
            return content, self.ran
        return content, self.traced if kind == GetTrace.kind else None

    def finished(self, inference: Exchange) -> None:
        """One that failed leaves nothing to read."""
        request = inference.request
        left = None if inference.failed else request.sample_crc
        self.ran = left
        if request.trace:
            self.traced = left

    def restart(self) -> None:
        self.ran = self.traced = None


class Script:
    """Finds the recorded answer to each request; a cursor follows the conversation.

    A request is answered by an exchange of its key that was not used yet: one of the test's own
    part and of this start of the board, if there is one, else the next, counted from the cursor to
    the end and then from the start. So the tests may run in another order, or only some
    of them, and each is still answered from its own part (see `note`).
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._begin = self.cursor = self._behind_flashing()
        self._places: dict[Key, list[int]] = defaultdict(list)
        self._notes: dict[bytes, int] = {}
        self._part = 0, len(events)  # of the test that runs, from its note to the next one
        self._boots: list[int] = []
        self._uploads: dict[int, list[int]] = defaultdict(list)  # by sample, in order
        self._uploading: dict[int, int] = {}  # by sample, the last that was asked for
        self._index()

    def find(self, content: bytes, state: State) -> tuple[Exchange | None, bool]:
        """The exchange that answers a request, and whether the conversation went on to it.

        The cursor moves behind it then. An exchange that was used already only answers what may
        be asked twice, and a hello as long as the board was not restarted.
        """
        places = self._places.get(state.key(content), [])
        if kind_of(content) == Hello.kind:
            return self._find_hello(places)
        if kind_of(content) == Chunk.kind and places:
            return self._find_chunk(places)
        first = bisect.bisect_left(places, self.cursor)
        before, after = places[:first], places[first:]
        # A host of another speed asks in another order, so its own part comes first.
        start = max(self._part[0], self._boot_of(self.cursor))
        own = [place for place in after if place < self._part[1]]
        own += [place for place in before if place >= start]
        # A sample is announced as often as the line wants it, but not at another test's cost.
        elsewhere = [] if own and kind_of(content) == Upload.kind else [*after, *before]
        for place in (*own, *elsewhere):
            if not self._exchange(place).used:
                cursor = self.cursor
                exchange = self._go_to(place)
                if place >= start:
                    self.cursor = max(cursor, self.cursor)
                return exchange, True
        if places and kind_of(content) in _REPEATABLE:
            return self._exchange(own[-1] if own else places[first % len(places)]), False
        return None, False

    def count(self, content: bytes, state: State) -> int:
        """How often the recording holds a request."""
        return len(self._places.get(state.key(content), []))

    def note(self, text: str) -> tuple[int, bool] | None:
        """A test begins: the cursor moves to where the recording has it.

        Returns that time, microseconds of the recording, and whether the board had been restarted
        since where the cursor was; None: the recording has no such test.
        """
        name = text.encode()
        place = self._notes.get(name)
        if place is None:
            return None
        boot = self._boot_of(self.cursor)
        self.cursor = place + 1
        others = (p for p, note in self._happenings(place, Kind.NOTE) if note.data != name)
        self._part = place, next(others, len(self.events))
        return self.events[place].at_us, self._boot_of(self.cursor) != boot

    def in_order(self) -> bool:
        """Whether this start of the board has run for this test what it had when recorded."""
        start, end = self._part
        boot = self._boot_of(start)
        inferences = (
            (place, event.used)
            for place, event in enumerate(self.events)
            if isinstance(event, Exchange) and event.end is not None and not event.failed
        )
        return all(
            used is (place < start)
            for place, used in inferences
            if boot <= place < start or place >= end
        )

    def reset(self) -> Happened | None:
        """The host pulls the reset line: on to the next restart after which somebody said hello.

        Or to where pulling it failed, when that is next. None: the recording has no such thing.
        """
        first = bisect.bisect_left(self._boots, self.cursor)
        in_order = [*self._boots[first:], *self._boots[:first]]
        resets = [place for place in in_order if self._happened(place, Kind.RESET)]
        failed = next(self._happenings(self.cursor, Kind.RESET_FAILED), None)
        if failed is not None and (not resets or not self.cursor <= resets[0] < failed[0]):
            self.cursor = failed[0] + 1
            return failed[1]
        if not resets:
            return None
        place = next((place for place in resets if self._has_hello(place)), resets[0])
        self.cursor = place + 1
        return self._happened(place, Kind.RESET)

    def open(self) -> Happened | None:
        """The host opens the port: what came of it; None where the recording does not tell."""
        opens = list(self._happenings(self.cursor, Kind.OPENED, Kind.OPEN_FAILED))
        if not opens:
            return None
        place, event = opens[0]
        if event.kind is Kind.OPENED or len(opens) > 1:  # else it failed however often
            self.cursor = place + 1
        return event

    def following(self) -> list[Spoken | Happened]:
        """What came by itself from the cursor on, until the host did something."""
        found: list[Spoken | Happened] = []
        for place in range(self.cursor, len(self.events)):
            event = self.events[place]
            if isinstance(event, Exchange) or (
                isinstance(event, Happened) and event.kind is not Kind.LOST
            ):
                break
            found.append(event)
        return found

    def next_act_us(self) -> int | None:
        """When the host did something again; None: nothing more is recorded."""
        for place in range(self.cursor, len(self.events)):
            event = self.events[place]
            if isinstance(event, Exchange) and event.used:
                continue  # superfluous, or out of the order of the recording
            if not isinstance(event, Spoken) and not self._happened(place, Kind.LOST):
                return event.at_us
        return None

    def flash(self) -> Happened | None:
        """The host flashes: on to behind where it did; to the last time if it does not again.

        None where it never did, or failed next.
        """
        times = list(self._happenings(0, Kind.FLASHED))
        if not times:
            return None
        later = (time for time in times if time[0] >= self.cursor)
        place, event = next(later, times[-1])
        if event.facts["error"] is not None:
            return None
        self.cursor = place + 1
        return event

    def flash_error(self) -> str:
        """What kept the recorded run from flashing; empty where it did not try or succeeded."""
        for _, event in self._happenings(0, Kind.FLASHED):
            if event.facts["error"] is not None:
                return str(event.facts["error"]["message"])
        return ""

    # ---- the index

    def _index(self) -> None:
        self._boots = [self._begin]
        state = State()
        finished: list[tuple[int, Exchange]] = []
        boot_id: int | None = None
        for place in range(self._begin, len(self.events)):
            event = self.events[place]
            if isinstance(event, Exchange):
                if isinstance(event.request, Hello):
                    said = (boot_id_in(answer) for _, answer in event.answers)
                    boot_id = next(said, boot_id)
                event.boot_id = boot_id
                while finished and finished[0][0] <= event.at_us:
                    state.finished(finished.pop(0)[1])
                self._places[state.key(event.content)].append(place)
                if isinstance(event.request, Upload) and not event.used:
                    self._uploads[event.request.sample_crc].append(place)
                if event.end is not None:
                    ended = event.answers[event.end][0], event
                    bisect.insort(finished, ended, key=lambda item: item[0])
            elif isinstance(event, Happened) and event.kind is Kind.NOTE:
                self._notes.setdefault(event.data, place)
            if not isinstance(event, Spoken) and event.restarts:
                self._boots.append(place)
                state.restart()
                finished.clear()

    def _upload_of(self, place: int) -> tuple[int, int]:
        """The places between which the sample of a request was uploaded and used."""
        uploads = self._uploads.get(self._exchange(place).request.sample_crc, [])
        after = bisect.bisect_right(uploads, place)
        start = uploads[after - 1] if after else 0
        return start, uploads[after] if after < len(uploads) else len(self.events)

    def _find_chunk(self, places: list[int]) -> tuple[Exchange, bool]:
        """One of the upload that is under way, even if it was used; never go on to a later one."""
        crc = self._exchange(places[0]).request.sample_crc
        start, end = self._upload_of(self._uploading.get(crc, places[0]))
        here = places[bisect.bisect_left(places, start) : bisect.bisect_left(places, end)]
        fresh = [place for place in here if not self._exchange(place).used]
        if fresh:
            return self._go_to(fresh[0]), True
        return self._exchange((here or places)[-1]), False

    def _behind_flashing(self) -> int:
        """A replay is of the board that was flashed, and of nothing that the one before said."""
        begin = 0
        for place, event in self._happenings(0, Kind.NOTE, Kind.FLASHED):
            if event.kind is Kind.NOTE:
                break
            if event.facts["error"] is None:
                begin = place + 1
        return begin

    def _find_hello(self, places: list[int]) -> tuple[Exchange | None, bool]:
        start = self._boot_of(self.cursor)
        end = self._end_of_boot(start)
        here = [place for place in places if start <= place <= end]
        later = [place for place in here if place >= self.cursor]
        known = [p for p in here if p < self.cursor and self._exchange(p).answers]
        # A host that is quicker asks once more than was recorded: that is no reason to go on
        # to where the board had fallen silent.
        if later and not (known and self._silent_after_more(later[0])):
            return self._go_to(later[0]), True
        return (self._exchange((known or here)[-1]), False) if here else (None, False)

    def _silent_after_more(self, place: int) -> bool:
        """Whether this exchange has no answer, and others lie between it and the cursor."""
        between = self.events[self.cursor : place]
        return not self._exchange(place).answers and any(
            isinstance(event, Exchange) and not isinstance(event.request, Hello)
            for event in between
        )

    def _has_hello(self, reset: int) -> bool:
        """Whether somebody said hello between this restart and the next."""
        return any(
            isinstance(event, Exchange) and isinstance(event.request, Hello)
            for event in self.events[reset : self._end_of_boot(reset)]
        )

    def _boot_of(self, cursor: int) -> int:
        """The place of the last restart before the cursor."""
        return self._boots[max(0, bisect.bisect_right(self._boots, cursor - 1) - 1)]

    def _end_of_boot(self, start: int) -> int:
        next_boot = bisect.bisect_right(self._boots, start)
        return self._boots[next_boot] if next_boot < len(self._boots) else len(self.events)

    def _go_to(self, place: int) -> Exchange:
        exchange = self._exchange(place)
        exchange.used = True
        if isinstance(exchange.request, Upload):
            self._uploading[exchange.request.sample_crc] = place
        self.cursor = place + 1
        return exchange

    def _exchange(self, place: int) -> Exchange:
        event = self.events[place]
        assert isinstance(event, Exchange)
        return event

    def _happened(self, place: int, kind: Kind) -> Happened | None:
        """The event at this place if it is of this kind."""
        event = self.events[place]
        return event if isinstance(event, Happened) and event.kind is kind else None

    def _happenings(self, start: int, *kinds: Kind) -> Iterator[tuple[int, Happened]]:
        """The events of these kinds from `start` on, with their places."""
        for place in range(start, len(self.events)):
            event = self.events[place]
            if isinstance(event, Happened) and event.kind in kinds:
                yield place, event
