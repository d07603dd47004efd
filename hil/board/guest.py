"""Other contents of the model partition on the board under test, and its own network again.

What the board answers meanwhile is a `Guest`'s: it shares the port of its host, and nothing of
what that one remembers, so that no answer is ever held against the wrong network.
"""

from __future__ import annotations

import dataclasses

from hil.base.deadline import Deadline
from hil.board.artifacts import MODEL_PARTITION, Expected
from hil.board.board import Board
from hil.board.flashing import write_flash
from hil.board.recording import recording_flash
from hil.build.flash_layout import Partition
from hil.errors import UsageError
from hil.link.channel import Channel
from hil.link.errors import BoardError
from hil.link.jobs import Job
from hil.wire.replies import ErrorReply, Identity
from hil.wire.requests import Infer

_ERASED = b"\xff"
_SAMPLE = bytes(16)  # for a board that has to refuse any


class Guest(Board):
    """The board of `host` with another content of its model partition; see `Visits`.

    It takes whatever the board says of its network: whoever asks has to judge it. A network that
    is refused is a fact: `identity.model_state`. `boot_text`: what the console told from the last
    start to its identity.
    """

    def __init__(self, host: Board, *, hurried: bool = False) -> None:
        """`hurried`: little is to be said, for which no other rate is worth its time."""
        connection, options = host._connection, host.options
        if hurried:
            options = dataclasses.replace(options, baud=options.boot_baud)
        super().__init__(connection, options, None)
        self.boot_text = ""

    def _accept(self, identity: Identity) -> None:
        """Another network than that of the build is what is wanted."""
        self.boot_text = "\n".join(self._connection.text_since_mark)

    def refusals(self) -> tuple[ErrorReply | None, ErrorReply | None]:
        """How the board refuses a sample, and an inference of one; None where it does not."""

        def upload(channel: Channel, limit: Deadline) -> None:
            channel.infer(Job(_SAMPLE), limit)

        def infer(channel: Channel, limit: Deadline) -> None:
            channel.request(Infer(Job(_SAMPLE).sample_crc, True, False, True, None, None), limit)

        found: list[ErrorReply | None] = []
        for ask in (upload, infer):
            try:
                self._ask("refusing its network", ask)
                found.append(None)
            except BoardError as error:
                found.append(error.reply)
        return found[0], found[1]

    def contract_block(self) -> bytes:
        """The header that the board has, as it is; empty where it has none."""
        return self._ask("reading its contract", lambda channel, limit: channel.contract(limit))


class Visits:
    """Writes contents into a board's model partition, and puts its own network back.

    `away`: the partition holds something else now. A board that is asked meanwhile as what it was
    is not found.
    """

    def __init__(self, host: Board) -> None:
        self._host = host
        self._written = len(self._own)
        self.away = False

    @property
    def possible(self) -> bool:
        """Whether the flash can be written: over the line it takes lines into the loader."""
        connection = self._host._connection
        return connection.adapter.emulated or connection.lines.can_load

    @property
    def room(self) -> int:
        """Bytes of the model partition."""
        return self._partition.size

    @property
    def app(self) -> bytes:
        """The image of the build's app."""
        places = {partition.offset for partition in self._expected.partitions if partition.is_app}
        return next(file.data for file in self._expected.files if file.offset in places)

    def visit(self, content: bytes, *, hurried: bool = False) -> Guest:
        """The board after a start with this content; behind it the flash is erased.

        `hurried`: as of `Guest`.
        """
        if not self.possible:
            raise UsageError(
                "this board cannot be given another network: it has no reset lines",
                where=self._host.where,
                hint="wire them: RTS to EN, DTR to GPIO0",
            )
        if len(content) > self.room:
            raise UsageError(
                f"{len(content)} bytes do not fit the model partition of {self.room}",
                where=self._host.where,
                hint="give a smaller network, or enlarge the partition",
            )
        self.away = True
        self._write(content)
        guest = Guest(self._host, hurried=hurried)
        guest.connect()
        return guest

    def restore(self) -> None:
        """The board's own network again, started and identified; nothing where it never left.

        Raises InfrastructureError where that does not work: the next run flashes the build then.
        """
        if not self.away:
            return
        self._write(self._own)
        self._host.first_cause = None  # of a board that was lost as another
        self._host.connect()
        self.away = False

    @property
    def _expected(self) -> Expected:
        return self._host.expected

    @property
    def _partition(self) -> Partition:
        return next(p for p in self._expected.partitions if p.label == MODEL_PARTITION)

    @property
    def _own(self) -> bytes:
        offset = self._partition.offset
        return next(file.data for file in self._expected.files if file.offset == offset)

    def _write(self, content: bytes) -> None:
        data = content.ljust(self._written, _ERASED)
        self._written = len(content.rstrip(_ERASED))
        connection, place = self._host._connection, self._partition.offset
        if connection.adapter.put_flash(place, data):
            return
        own = next(file for file in self._expected.files if file.offset == place)
        build = dataclasses.replace(self._expected, files=(dataclasses.replace(own, data=data),))
        if connection.write_emulated_flash(build, force=False) is not None:
            return
        connection.to_boot_baud()
        mode = connection.lines.to_download()
        try:
            with recording_flash(connection.recorder, connection.serial_port):
                limit = Deadline.after(connection.options.flash_s)
                write_flash(connection.serial_port, build, mode, limit)
        finally:
            connection.refresh()
