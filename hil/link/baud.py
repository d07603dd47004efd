"""Changes the rate of a link without losing the board.

The board acknowledges at the old rate and then switches; unless a valid request arrives at the
new rate, it returns to the old one after a while. So whatever gets lost, both ends meet again at
the old rate.
"""

from __future__ import annotations

from typing import Protocol

from hil.base.deadline import Deadline
from hil.errors import FirmwareError, InfrastructureError, UsageError
from hil.link.errors import NoAnswerError
from hil.wire.replies import BaudAck

_FALLBACK_S = 1.0  # assumed while no acknowledgement has told
_MARGIN_S = 0.2
_TRIES = 3
_PROBE_SHARE = 0.6  # of the board's patience, for the proof at the new rate
_PROBE = bytes(range(256))


class BaudChannel(Protocol):
    """What the change needs of a channel."""

    baud: int | None

    def request_baud(self, baud: int, deadline: Deadline) -> BaudAck | None: ...

    def apply_baud(self, baud: int) -> None: ...

    def echo(self, payload: bytes, deadline: Deadline) -> bytes: ...

    def listen(self, deadline: Deadline) -> object: ...


def change_baud(channel: BaudChannel, baud: int, deadline: Deadline) -> None:
    """Both ends run at `baud` afterwards, proved by the answer to an echo of all byte values.

    Raises `BoardError` where the board refuses the rate, `FirmwareError` where it acknowledges
    another one, and `InfrastructureError` where the line does not work at it; both ends are back at
    the old rate then.
    """
    old = channel.baud
    if old is None:
        raise UsageError(
            "the rate of this link is unknown", hint="Open the channel with its baud rate."
        )
    for _ in range(_TRIES):
        ack = channel.request_baud(baud, deadline)
        fallback_s = ack.baud_fallback_ms / 1000 if ack else _FALLBACK_S
        if ack is not None and ack.baud == baud:
            channel.apply_baud(baud)
            if _works(channel, Deadline.after(_PROBE_SHARE * fallback_s, deadline.clock)):
                return
            channel.apply_baud(old)
        # The board may run at the new rate still.
        channel.listen(Deadline.after(fallback_s + _MARGIN_S, deadline.clock))
        if ack is not None and ack.baud != baud:
            raise FirmwareError(
                f"the board acknowledged {ack.baud} baud, asked for were {baud}",
                hint="Flash firmware built from the installed version of camhil.",
            )
        if deadline.expired():
            break
    raise InfrastructureError(
        f"the link does not work at {baud} baud",
        hint=f"Stay at {old} baud, or use a shorter cable or another adapter.",
    )


def _works(channel: BaudChannel, deadline: Deadline) -> bool:
    """Whether the board answers at the present rate.

    The answer's CRC-32 proves the rate; a board that answers something else has another fault,
    and goes on at this rate too.
    """
    try:
        channel.echo(_PROBE, deadline)
    except NoAnswerError:
        return False
    return True
