"""The control socket: what a person or a reset circuit does to a board, as JSON lines.

| request                                   | effect                                     |
|-------------------------------------------|--------------------------------------------|
| {"op": "status"}                          | nothing; the answer describes the board    |
| {"op": "reset", "boot": "app"/"download"} | pulses EN, with GPIO0 low for download     |
| {"op": "power", "on": true/false}         | supplies the board or cuts its supply      |
| {"op": "unplug"}, {"op": "replug"}        | the port vanishes; it returns, powered     |
| {"op": "line", "bit_error_rate": P, ...}  | other noise; also drop_rate, seed, ...     |
| {"op": "crash", "how": "fault"/"abort"}   | the next inference ends in a panic         |
| {"op": "hang"}                            | the next inference never ends              |
| {"op": "brownout"}                        | the supply dips                            |
| {"op": "camera", "pictures": ..., ...}    | another camera, or none, at the next start |
| {"op": "fail-camera", "how": ..., ...}    | its next frames fail                       |
| {"op": "figures", "heap": [...], ...}     | what the board reports of itself           |
| {"op": "hurry", "speed": N}               | its clock runs so much faster; 1: as usual |
| {"op": "skip", "seconds": S}              | so much time passes at once on the board   |

Every answer is {"ok": true, ...status} or {"ok": false, "error": text, "hint": text}.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.sim import unix_socket
from hil.sim.board import Board
from hil.sim.chip import HOOK_ABORT, HOOK_FAULT, HOOK_HANG, Figures
from hil.sim.line import NoiseRates
from hil.sim.loop import Loop

if TYPE_CHECKING:
    from hil.sim.camera import Camera

_READ_BYTES = 65536
_HINT = "the module hil.sim.control lists the operations"
_BOOTS = {"app": False, "download": True}
_CRASHES = {"fault": HOOK_FAULT, "abort": HOOK_ABORT}


def perform(board: Board, request: dict[str, Any]) -> dict[str, Any]:
    """Does what a request says; the answer."""
    operations: dict[str, Callable[..., None]] = {
        "status": lambda: None,
        "reset": lambda boot="app": board.reset(download=_BOOTS[_known(boot, _BOOTS)]),
        "power": lambda on: board.power(bool(on)),
        "unplug": board.unplug,
        "replug": lambda: _replug(board),
        "line": lambda **rates: board.uart.set_noise(NoiseRates(**rates)),
        "crash": lambda how="fault": board.fail_next_inference(_CRASHES[_known(how, _CRASHES)]),
        "hang": lambda: board.fail_next_inference(HOOK_HANG),
        "brownout": board.brownout,
        "camera": lambda **camera: board.attach(_camera(**camera)),
        "fail-camera": lambda how, times=1: board.chip.fail_camera(how, times),
        "figures": lambda **figures: board.chip.set_figures(Figures.from_json(figures)),
        "hurry": lambda speed: board.hurry(float(speed)),
        "skip": lambda seconds: board.chip.skip(float(seconds)),
    }
    arguments = {key: value for key, value in request.items() if key != "op"}
    try:
        operation = operations[request["op"]]
        operation(**arguments)
    except UsageError as error:
        return {"ok": False, "error": error.message, "hint": error.hint}
    except (KeyError, TypeError, ValueError) as error:
        return {"ok": False, "error": f"not a request: {request} ({error})", "hint": _HINT}
    return {"ok": True, **board.status()}


def _known(value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise UsageError(f"{value!r} is unknown", hint=f"use one of {', '.join(known)}")
    return value


def _camera(pictures: Any, **settings: Any) -> Camera | None:
    from hil.sim.camera import open_camera

    return None if pictures is None else open_camera(pictures, **settings)


def _replug(board: Board) -> None:
    board.plug()
    board.power(True)


class ControlServer:
    """Listens on a Unix socket; any number of clients, one request per line.

    Errors as `hil.sim.unix_socket.listen`.
    """

    def __init__(self, loop: Loop, path: Path, board: Board) -> None:
        self._loop = loop
        self._board = board
        self._path = path
        self._clients: dict[int, socket.socket] = {}
        self._buffers: dict[int, bytearray] = {}
        self._listener = unix_socket.listen(path)
        loop.add(self._listener.fileno(), self._accept)

    def close(self) -> None:
        for fd in list(self._clients):
            self._drop(fd)
        self._loop.remove(self._listener.fileno())
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self, _events: int) -> None:
        client, _ = self._listener.accept()
        fd = client.fileno()
        self._clients[fd] = client
        self._buffers[fd] = bytearray()
        self._loop.add(fd, lambda _events: self._receive(fd))

    def _receive(self, fd: int) -> None:
        buffer = self._buffers[fd]
        try:
            data = self._clients[fd].recv(_READ_BYTES)
            buffer += data
            while (end := buffer.find(b"\n")) >= 0:
                line = bytes(buffer[:end])
                del buffer[: end + 1]
                answer = json.dumps(self._answer(line)) + "\n"
                self._clients[fd].sendall(answer.encode())
        except (BrokenPipeError, ConnectionResetError):
            data = b""
        if not data:
            self._drop(fd)

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        if not isinstance(request, dict):
            return {"ok": False, "error": "not a JSON object", "hint": _HINT}
        return perform(self._board, request)

    def _drop(self, fd: int) -> None:
        self._loop.remove(fd)
        self._clients.pop(fd).close()
        del self._buffers[fd]
