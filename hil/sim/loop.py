"""A small event loop over epoll: file descriptors and timers, nothing else.

asyncio would do, at ten times the cost per event; the relay runs for every byte that a
test exchanges with the board, next to the interpreter that is being measured.
"""

from __future__ import annotations

import heapq
import itertools
import select
import time
from collections.abc import Callable

Callback = Callable[[int], None]

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
# A pty whose other side is closed reports a hangup all the time: only edges are of use.
EDGE = select.EPOLLET


class Timer:
    """One call in the future; `cancel` may be called at any time."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self._call = None

    def fire(self) -> None:
        if self._call is not None:
            self._call()


class Loop:
    """Runs callbacks until `stop`. Used from one thread."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callback] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._running = False

    def add(self, fd: int, callback: Callback, events: int = READ) -> None:
        """Calls `callback(events)` when `fd` is ready."""
        self._callbacks[fd] = callback
        self._epoll.register(fd, events)

    def change(self, fd: int, events: int) -> None:
        self._epoll.modify(fd, events)

    def remove(self, fd: int) -> None:
        """Forgets `fd`; to be called before it is closed."""
        if self._callbacks.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def at(self, when: float, call: Callable[[], None]) -> Timer:
        """Calls `call` at a moment of time.monotonic()."""
        timer = Timer(call)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self.at(time.monotonic() + seconds, call)

    def stop(self) -> None:
        self._running = False

    def run(self) -> None:
        """Until `stop` is called."""
        self._running = True
        while self._running:
            wait = -1.0
            if self._timers:
                wait = max(0.0, self._timers[0][0] - time.monotonic())
            for fd, events in self._epoll.poll(wait):
                # An earlier callback of this round may have removed the descriptor.
                callback = self._callbacks.get(fd)
                if callback is not None:
                    callback(events)
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2].fire()

    def close(self) -> None:
        self._epoll.close()
