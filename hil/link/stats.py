"""What happened on the link, counted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass
class LinkStats:
    """Counts since the channel was opened; a snapshot that does not change any more.

    Frames that were sent once and answered once leave every count below `console_bytes` at 0.
    """

    bytes_out: int = 0
    bytes_in: int = 0
    frames_out: int = 0
    frames_in: int = 0
    console_bytes: int = 0
    damaged: int = 0  # segments from the board that are neither a frame nor text
    notices: int = 0  # link-notices: the board saw damaged frames, or lost bytes
    damaged_at_board: int = 0  # frames that these notices report
    overruns: int = 0  # times that the board's UART lost bytes, as these notices report
    retransmitted: int = 0  # frames sent again, for whatever reason
    timeouts: int = 0  # of them, because no answer came in time
    duplicates: int = 0  # answers to a request that is answered already
    stale: int = 0  # answers to a request that this session did not send or gave up
    wrong_image: int = 0  # answers with the right number about another sample
    malformed: int = 0  # undamaged frames that hold no reply of the protocol
    bad_requests: int = 0  # requests that the board could not read, though undamaged
    busy: int = 0  # times the board had no free buffer or a full queue
    incomplete: int = 0  # inferences that were asked for before the upload had arrived
    reuploads: int = 0  # samples announced again because the board lost or damaged them
    repeated_inferences: int = 0  # run again because captured operator output was lost
    # What a board does by itself: neither noise on the line nor a busy host explains it. `late`
    # is the rest of `timeouts`: the answer came, after the request had been sent again.
    late: int = 0
    unanswered: int = 0  # requests that the board never answered, and nothing was damaged
    duplicates_unasked: int = 0  # answers that no transmission of a request explains
    asked_again: int = 0  # times the board wanted again what had arrived whole
    rate_missed: int = 0  # handshakes after which the link did not reach its rate

    @property
    def disturbances(self) -> int:
        """All that a line without damage and a board in time leave at 0, added up."""
        return sum(getattr(self, name) for name in _DISTURBANCES)

    def copy(self) -> LinkStats:
        # Asked for several times for each frame; `copy.copy` takes four times as long.
        new = object.__new__(LinkStats)
        new.__dict__.update(self.__dict__)
        return new

    def since(self, earlier: LinkStats) -> LinkStats:
        """The counts that were added after `earlier`."""
        before = vars(earlier)
        return LinkStats(**{name: count - before[name] for name, count in vars(self).items()})


_NAMES = [field.name for field in dataclasses.fields(LinkStats)]
# Those from `late` on say whose fault the others are, and may be taken back.
_DISTURBANCES = tuple(_NAMES[_NAMES.index("console_bytes") + 1 : _NAMES.index("late")])
