"""A web server on loopback for tests of downloads; it also does it wrong on demand.

with FileServer() as server:
    server.files["/a"] = b"content"
    server.answers["/b"] = redirect("/a")
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

Answer = Callable[[BaseHTTPRequestHandler], None]


class FileServer:
    """`files`: content by path; `answers`: other ways to answer; `asked`: paths in order."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path in self.answers:
            self.answers[handler.path](handler)
        elif handler.path in self.files:
            data = self.files[handler.path]
            _begin(handler, len(data))
            handler.wfile.write(data)
        else:
            handler.send_error(404)

    def stalling(self, data: bytes) -> Answer:
        """Sends the first half, and nothing more until the server is closed."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            _begin(handler, len(data))
            handler.wfile.write(data[: len(data) // 2])
            handler.wfile.flush()
            self.closing.wait()

        return answer

    def __enter__(self) -> FileServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _begin(handler: BaseHTTPRequestHandler, length: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


def cut_short(data: bytes) -> Answer:
    """Announces all of `data`, sends half, and hangs up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, len(data))
        handler.wfile.write(data[: len(data) // 2])

    return answer


def redirect(to: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def refuse(code: int) -> Answer:
    return lambda handler: handler.send_error(code)
