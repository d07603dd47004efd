"""The part of the QEMU Machine Protocol that a board needs: one command, one answer.

Specification: QEMU documentation, "QEMU Machine Protocol Specification".
"""

from __future__ import annotations

import json
import socket
from typing import Any

from hil.base.deadline import Deadline

_READ_BYTES = 4096


class QmpError(Exception):
    """The emulator did not answer, or refused."""


class QmpClosedError(QmpError):
    """The emulator has closed the connection, most likely since it ended."""


class Qmp:
    """A control connection to an emulator. It owns `stream`."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._pending = b""
        self._count = 0

    def begin(self, deadline: Deadline) -> None:
        """Waits for the greeting and leaves the state in which only negotiation is allowed."""
        if "QMP" not in self._receive(deadline):
            raise QmpError("it did not greet")
        self.execute("qmp_capabilities", deadline)

    def execute(self, command: str, deadline: Deadline, **arguments: Any) -> Any:
        """Runs a command; what it returns. Raises QmpError."""
        self._count += 1
        request = {"execute": command, "arguments": arguments, "id": self._count}
        try:
            self._stream.settimeout(deadline.remaining() or 1e-3)
            self._stream.sendall(json.dumps(request).encode() + b"\n")
        except OSError as cause:
            raise QmpClosedError(f"it cannot be reached: {cause}") from cause
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self._count:
                continue  # an event, or the late answer to a command that was given up
            if "error" in answer:
                raise QmpError(f"{command} was refused: {answer['error'].get('desc', answer)}")
            return answer.get("return")

    def close(self) -> None:
        self._stream.close()

    def _receive(self, deadline: Deadline) -> dict[str, Any]:
        while b"\n" not in self._pending:
            try:
                self._stream.settimeout(deadline.remaining() or 1e-3)
                data = self._stream.recv(_READ_BYTES)
            except TimeoutError as cause:
                raise QmpError(f"no answer within {deadline.seconds:g} s") from cause
            except OSError as cause:
                raise QmpClosedError(f"the connection failed: {cause}") from cause
            if not data:
                raise QmpClosedError("it closed the connection")
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError as cause:
            raise QmpError(f"garbled answer {line[:80]!r}") from cause
        if not isinstance(answer, dict):
            raise QmpError(f"garbled answer {line[:80]!r}")
        return answer
