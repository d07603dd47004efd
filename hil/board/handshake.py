"""Hello until the board answers, or until it is clear that it will not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hil.base.deadline import Deadline
from hil.board.connection import Connection
from hil.board.diagnosis import Heard, explain_silence, hopeless
from hil.board.errors import NoAnswerError
from hil.board.identity import protocol_mismatch
from hil.errors import InfrastructureError
from hil.link.errors import BoardError, EchoError
from hil.wire.enums import ErrorCode
from hil.wire.replies import Identity

HELLO_S = 0.4
"""One hello. Short, since one that is sent while the board boots is lost."""


def shake_hands(
    connection: Connection,
    deadline: Deadline,
    *,
    accept: Callable[[Identity], bool] | None = None,
    rates: Sequence[int] = (),
) -> Identity:
    """Who answers, at the latest by the deadline.

    `accept`: an identity that it refuses is asked for again (a board about to restart). `rates`:
    where the board may be; without, those of an earlier run where nobody can reset the board.
    Raises NoAnswerError with a diagnosis, WrongIdentityError for another protocol version,
    InfrastructureError when the port is lost or the line echoes, FirmwareError for an answer
    that makes no sense.
    """
    channel = connection.channel
    before = channel.stats
    echoes_before = channel.session.terminal_echoes
    refused = False
    while True:
        slice_ = Deadline.after(deadline.capped(HELLO_S), deadline.clock)
        try:
            identity = channel.connect(slice_)
            if accept is None or accept(identity):
                return identity
            refused = True
        except BoardError as error:
            if error.code in (ErrorCode.PROTOCOL_VERSION, ErrorCode.BAD_REQUEST):
                raise protocol_mismatch(error.reply, connection.where) from error
            raise
        except EchoError:
            raise
        except InfrastructureError:
            # No answer yet, which is what the loop is for; a lost port does not come back.
            if connection.port.lost is not None:
                raise
            connection.try_next_baud(rates)
        if deadline.expired() or hopeless(connection.text_since_mark):
            break
    if refused:
        raise NoAnswerError(
            f"the board answers, but has not restarted in {deadline.seconds:g} s",
            where=connection.where,
            hint="the firmware ignored the command to reboot: reset the board by hand",
            console=connection.text_since_mark,
        )
    heard = channel.stats.since(before)
    raise explain_silence(
        Heard(
            seconds=deadline.seconds - deadline.remaining(),
            bytes_in=heard.bytes_in,
            frames=heard.frames_in,
            damaged=heard.damaged,
            lines=connection.text_since_mark,
            can_reset=connection.lines.can_reset,
            emulated=connection.adapter.emulated,
            native_usb=connection.adapter.native_usb,
            terminal_echoes=channel.session.terminal_echoes - echoes_before,
        ),
        connection.where,
    )
