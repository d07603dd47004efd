"""A small event loop over epoll: file descriptors and timers, nothing else.

asyncio would do, at twice the cost per event (docs/dependencies.md); the relay runs for every
byte that a test exchanges with the board, next to the interpreter that is being measured.
`selectors` has no edges, and a pty whose other side is closed reports a hangup all the time.
"""

from __future__ import annotations

import sched
import select
import time
from collections.abc import Callable
from contextlib import suppress

Callback = Callable[[int], None]
Timer = sched.Event

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
EDGE = select.EPOLLET


class Loop:
    """Runs callbacks until `stop`. Used from one thread."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callback] = {}
        self._timers = sched.scheduler(time.monotonic)
        self._running = False

    def add(self, fd: int, callback: Callback, events: int = READ) -> None:
        """Calls `callback(events)` when `fd` is ready."""
        self._callbacks[fd] = callback
        self._epoll.register(fd, events)

    def remove(self, fd: int) -> None:
        """Forgets `fd`; to be called before it is closed."""
        if self._callbacks.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def at(self, when: float, call: Callable[[], None]) -> Timer:
        """Calls `call` at a moment of time.monotonic()."""
        return self._timers.enterabs(when, 0, call)

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self._timers.enter(seconds, 0, call)

    def cancel(self, timer: Timer) -> None:
        """Does nothing where it has fired."""
        with suppress(ValueError):
            self._timers.cancel(timer)

    def stop(self) -> None:
        self._running = False

    def run(self) -> None:
        """Until `stop` is called."""
        self._running = True
        wait = self._timers.run(blocking=False)
        while self._running:
            for fd, events in self._epoll.poll(wait):
                # An earlier callback of this round may have removed the descriptor.
                callback = self._callbacks.get(fd)
                if callback is not None:
                    callback(events)
            wait = self._timers.run(blocking=False)

    def close(self) -> None:
        self._epoll.close()
