"""The server behind the pages: for the browsers of this machine, and for nobody else.

It listens on the loopback interface alone. A page of another site, whose name was made to mean this
machine (DNS rebinding), is told apart by the Host header, and one that sends something here by its
Origin; so the address that the user is told has to be the one in the browser.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hil.base.closing import Closing
from hil.base.host_error import host_error
from hil.errors import UsageError

if TYPE_CHECKING:
    import bottle

HOST = "127.0.0.1"
USUAL_PORT = 8765

_NAMES = frozenset({HOST, "localhost"})
_THREADS = 32
"""Each open view holds one while it waits for the next frame."""

_MOST_BODY = 1 << 16
_STALLED_S = 30
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cache-Control", "no-store"),
)

_Answer = Callable[..., Any]
_Wsgi = Callable[[dict[str, Any], _Answer], Iterable[bytes]]


class Server(Closing):
    """Serves an application in threads of its own until it is closed."""

    def __init__(self, app: bottle.Bottle, port: int | None = None) -> None:
        """Listens at once. `port`: None for the usual one, or any if that is taken.

        Raises UsageError for a port that is taken, InfrastructureError where this machine cannot.
        """
        from waitress.server import create_server

        logging.getLogger("waitress").setLevel(logging.ERROR)  # a queue of views is no warning
        listening = _listening(port)
        self.port: int = listening.getsockname()[1]
        self._server: Any = create_server(
            guard(app),
            sockets=[listening],
            threads=_THREADS,
            ident=None,
            max_request_body_size=_MOST_BODY,
            channel_timeout=_STALLED_S,
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._server.run, name="hil.live", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where a browser of this machine finds it."""
        return f"http://{HOST}:{self.port}/"

    def close(self) -> None:
        """No more answers. May be repeated."""
        if self._thread.is_alive():
            with contextlib.suppress(OSError):  # it was awake, and has closed its trigger
                self._server.trigger.pull_trigger(self._close)
            self._thread.join()
            self._server.task_dispatcher.shutdown(timeout=0)  # who waits for a frame ends by itself

    def _close(self) -> None:
        """In the thread that serves: a call from another one would be noticed a second later."""
        from waitress import wasyncore

        self._server.close()
        wasyncore.close_all(self._server._map)


def check_port(port: int | None) -> None:
    """Raises as `Server`, without serving anything: before something that takes long."""
    _listening(port).close()


def _listening(port: int | None) -> socket.socket:
    for number in (USUAL_PORT, 0) if port is None else (port,):
        try:
            return socket.create_server((HOST, number))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise host_error(error, "the page cannot be served", f"{HOST}:{number}") from error
    raise UsageError(
        f"port {port} of this machine is taken",
        where="--port",
        hint="give another one, or leave it out: a free one is found",
    )


def guard(app: _Wsgi) -> _Wsgi:
    """Refuses what no page of this server asks, and says with each answer what a page may do."""

    def guarded(environ: dict[str, Any], start: _Answer) -> Iterable[bytes]:
        refusal = _refusal(environ)
        if refusal:
            body = refusal.encode()
            headers = [("Content-Type", "text/plain; charset=utf-8"), *_HEADERS]
            start("403 Forbidden", [*headers, ("Content-Length", str(len(body)))])
            return [body]

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [*headers, *_HEADERS], *rest)

        return app(environ, started)

    return guarded


def _refusal(environ: dict[str, Any]) -> str:
    """Why a request is not answered; empty for one that is."""
    host = str(environ.get("HTTP_HOST", ""))
    port = environ.get("SERVER_PORT", "")
    if _name(f"//{host}") not in _NAMES:
        return (
            f"This server answers to the browsers of its own machine: open http://{HOST}:{port}/ "
            f"there. From another machine: ssh -L {port}:{HOST}:{port} NAME, then the same address "
            "on yours.\n"
        )
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and origin != f"http://{host}":
        return "This was asked by a page of another site.\n"
    site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    if site not in ("same-origin", "none") and environ["REQUEST_METHOD"] != "GET":
        return "This was asked by a page of another site.\n"
    return ""


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
