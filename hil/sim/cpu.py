"""The processor: runs the firmware's library in a process that may die.

`python -m hil.sim.cpu LINK CHIP ENGINE PARENT FAULT` is started once per board and imports the
interpreter once. Every boot is a fork of it, which makes a reset cheap, and a crash of the
firmware or of the interpreter is the end of that fork alone.

LINK is a SOCK_SEQPACKET socket of JSON messages (see hil/sim/cpu_link.py), CHIP the shared page
of `hil.sim.chip`, FAULT the id of a seeded fault or empty.
"""

from __future__ import annotations

import ctypes
import json
import math
import mmap
import os
import resource
import secrets
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from hil.errors import InfrastructureError
from hil.network.frame_format import CAMERA
from hil.sim import abi
from hil.sim.chip import HOOK_ABORT, HOOK_HANG, HOOK_NONE, Chip
from hil.sim.engine import Engine, EngineError
from hil.sim.engines import create_engine
from hil.wire.enums import ErrorCode

EXIT_BAD_IMAGE = 100
EXIT_BAD_CONFIG = 101

_MESSAGE_BYTES = 65536
_PR_SET_PDEATHSIG = 1


class Zygote:
    """Waits for boots and forks a program for each."""

    def __init__(self, link: socket.socket, chip: Chip, engine: Engine, log: IO[bytes]):
        self._link = link
        self._chip = chip
        self._engine = engine
        self._log = log
        self._child = 0
        self._run_id = 0
        self._alive = -1  # reads end-of-file once the child is gone

    def serve(self) -> None:
        """Until the board closes the link."""
        while True:
            waiting = [self._link.fileno()] + ([self._alive] if self._child else [])
            ready, _, _ = select.select(waiting, [], [])
            if self._alive in ready:
                self._reap()
            if self._link.fileno() in ready and not self._handle_message():
                self._kill()
                return

    def _handle_message(self) -> bool:
        try:
            data, fds, _, _ = socket.recv_fds(self._link, _MESSAGE_BYTES, 3)
        except ConnectionResetError:
            return False  # the board went without reading our last message
        if not data:
            return False
        message = json.loads(data)
        self._kill()
        if message["op"] == "start":
            self._start(message, *fds)
        return True

    def _start(self, launch: dict[str, Any], uart: int, app: int, *camera: int) -> None:
        self._run_id = launch["id"]
        self._alive, theirs = os.pipe()
        self._log.truncate(0)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            os.close(self._alive)
            _die_with(parent)
            os._exit(_run(launch, uart, app, camera, self._engine, self._chip, self._link))
        self._child = child
        for fd in (theirs, uart, app, *camera):
            os.close(fd)

    def _kill(self) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            self._reap()

    def _reap(self) -> None:
        _, status = os.waitpid(self._child, 0)
        os.close(self._alive)
        self._child, self._alive = 0, -1
        self._log.seek(0)
        message = {
            "event": "exit",
            "id": self._run_id,
            "code": os.waitstatus_to_exitcode(status),  # negative: minus the signal
            "printed": self._log.read().decode(errors="replace")[-2000:],
        }
        _tell(self._link, message)


class Program:
    """The callbacks that the library gets; names and arguments are those of the header."""

    def __init__(self, launch: dict[str, Any], engine: Engine, chip: Chip, link: socket.socket):
        self._id = launch["id"]
        self._op_outputs = max(launch["trace_entries"], 1)
        self._engine = engine
        self._chip = chip
        self._link = link

    def load(
        self,
        _context: Any,
        model: int,
        size: int,
        arena: Any,
        used: Any,
        output_bytes: Any,
        detail: Any,
        text: Any,
    ) -> int:
        try:
            used[0] = self._engine.load(ctypes.string_at(model, size), arena[0])
            sizes = self._engine.output_bytes()
            if len(sizes) > abi.MAX_OUTPUTS:
                message = f"the network has {len(sizes)} outputs, at most {abi.MAX_OUTPUTS} fit"
                raise EngineError(ErrorCode.MODEL_FORMAT, message, abi.MAX_OUTPUTS, len(sizes))
        except EngineError as error:
            return _report(error, detail, text)
        for index, count in enumerate(sizes):
            output_bytes[index] = count
        return 0

    def invoke(
        self,
        _context: Any,
        data: int,
        size: int,
        reset_state: int,
        on_op: int | None,
        op_context: int | None,
        detail: Any,
        text: Any,
    ) -> int:
        import numpy as np

        self._fail_if_asked()
        content = memoryview((ctypes.c_uint8 * size).from_address(data))
        sample = np.frombuffer(content, dtype=np.uint8)
        callback = None
        if on_op:
            report = abi.OnOp(on_op)
            share_us: int | None = None

            def callback(op: int, output: int, tensor: Any) -> None:
                nonlocal share_us
                if share_us is None:  # nobody knows what each operator took
                    share_us = (time.monotonic_ns() - started) // 1000 // self._op_outputs
                kept = np.ascontiguousarray(tensor)
                report(op_context, op, output, kept.ctypes.data, kept.nbytes, share_us)

        started = time.monotonic_ns()
        try:
            if reset_state:
                self._engine.reset_state()
            self._engine.invoke(sample, callback)
        except EngineError as error:
            return _report(error, detail, text)
        return 0

    def output(self, _context: Any, index: int, data: int, size: int) -> int:
        import numpy as np

        tensor = np.ascontiguousarray(self._engine.output(index))
        if tensor.nbytes != size:
            return int(ErrorCode.ENGINE)  # another shape than it had when it was loaded
        ctypes.memmove(data, tensor.ctypes.data, size)
        return 0

    def set_baud(self, _context: Any, baud: int) -> None:
        _tell(self._link, {"event": "baud", "id": self._id, "baud": baud})

    def _fail_if_asked(self) -> None:
        hook = self._chip.hook
        if hook == HOOK_NONE:
            return
        self._chip.hook = HOOK_NONE
        if hook == HOOK_HANG:
            _tell(self._link, {"event": "hang", "id": self._id})
            while True:
                time.sleep(3600)
        if hook == HOOK_ABORT:
            os.abort()
        signal.raise_signal(signal.SIGSEGV)  # of this thread: it must not run on


def _run(
    launch: dict[str, Any],
    uart: int,
    app: int,
    camera: Sequence[int],
    engine: Engine,
    chip: Chip,
    link: socket.socket,
) -> int:
    """In the fork: runs the library to its end; the exit status."""
    sys.unraisablehook = _panic  # an exception in a callback has no caller to go to
    try:
        library = abi.open_library(f"/proc/self/fd/{app}")
    except (OSError, AttributeError):
        traceback.print_exc()
        return EXIT_BAD_IMAGE
    program = Program(launch, engine, chip, link)
    flash = _map_private(launch["flash"])
    size = launch["model_bytes"]
    partition = (ctypes.c_uint8 * size).from_buffer(flash, launch["model_offset"])
    count = launch["camera_frame_count"]
    frames = mmap.mmap(camera[0], 0, flags=mmap.MAP_PRIVATE) if count else bytearray(1)
    gray = ctypes.addressof(ctypes.c_uint8.from_buffer(frames))
    config = abi.HostConfig(
        abi=abi.ABI,
        uart_fd=uart,
        baud=launch["baud"],
        model_partition=ctypes.addressof(partition),
        model_partition_bytes=size,
        build_id=_bytes32(launch["build_id"]),
        app_sha256=_bytes32(launch["app_sha256"]),
        reset_reason=launch["reset_reason"],
        boot_count=launch["boot_count"],
        boot_id=secrets.randbits(32),
        arena_bytes=launch["arena_bytes"],
        max_sample_bytes=launch["max_sample_bytes"],
        trace_entries=launch["trace_entries"],
        stretch_invoke_us=launch["stretch_invoke_us"],
        set_baud=abi.SetBaud(program.set_baud),
        camera_frames=(gray, gray + count * math.prod(CAMERA)),
        camera_frame_count=count,
        camera_period_us=launch["camera_period_us"],
        chip=chip.address,
        engine=abi.HostEngine(
            name=engine.name.encode(),
            kernels=engine.kernels.encode(),
            load=abi.Load(program.load),
            invoke=abi.Invoke(program.invoke),
            output=abi.Output(program.output),
        ),
    )
    result: int = library.camhil_host_run(ctypes.byref(config))
    return result if result >= 0 else EXIT_BAD_CONFIG


def _report(error: EngineError, detail: Any, text: Any) -> int:
    detail[0], detail[1] = error.detail
    encoded = str(error).encode()[: abi.MESSAGE_BYTES - 1].decode(errors="ignore").encode()
    ctypes.memmove(text, encoded + b"\0", len(encoded) + 1)
    return int(error.code)


def _panic(unraisable: Any) -> None:
    traceback.print_exception(unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback)
    os.abort()


def _bytes32(text: str) -> Any:
    return (ctypes.c_uint8 * abi.DIGEST_BYTES)(*bytes.fromhex(text))


def _map_private(path: str) -> mmap.mmap:
    """Flash as the program sees it: readable at an address. Writes stay here."""
    with Path(path).open("rb") as file:
        return mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE)


def _tell(link: socket.socket, message: dict[str, Any]) -> None:
    try:
        link.send(json.dumps(message).encode())
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)  # the board is gone


def _die_with(parent: int) -> None:
    """The kernel kills this process when its parent dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def main(arguments: list[str]) -> None:
    """Entry of the process."""
    link_fd, chip_fd, kind, parent, fault = arguments
    _die_with(int(parent))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the board decides when to stop
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    link = socket.socket(fileno=int(link_fd))
    chip = Chip(mmap.mmap(int(chip_fd), mmap.PAGESIZE))
    log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
    try:
        engine = create_engine(kind, log)
        if fault:
            from hil.sim.fault_lab import fault_lab

            engine = fault_lab().wrap_engine(fault, engine)
    except InfrastructureError as error:
        _tell(link, {"event": "fatal", "id": 0, "message": error.message, "hint": error.hint})
        return
    _tell(link, {"event": "ready", "id": 0, "engine": engine.name})
    Zygote(link, chip, engine, log).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
