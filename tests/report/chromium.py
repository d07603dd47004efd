"""A headless Chromium to look at pages with: real input, real layout, console and network seen.

Speaks the Chrome DevTools Protocol over a pair of pipes (`--remote-debugging-pipe`:
JSON messages that end with a NUL), so nothing listens on a port.
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hil.base.deadline import Deadline

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
_AS_3_AND_4 = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
_PATIENCE_S = 60.0
_KEYS = {"Escape": 27, "ArrowLeft": 37, "ArrowRight": 39, "Enter": 13, "Tab": 9}


class Page:
    """One tab. `console`, `requests` and `errors` collect what happened in it."""

    def __init__(self, browser: _Pipe, session: str) -> None:
        self._browser = browser
        self._session = session
        self.console: list[str] = []
        self.requests: list[str] = []
        browser.listeners[session] = self._noticed
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        return self._browser.call(method, parameters, self._session)

    def show(self, path: Path, fragment: str = "") -> None:
        """Opens a file and waits until it is loaded and drawn."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=path.resolve().as_uri() + fragment)
        self.wait_for("document.readyState === 'complete'")
        self.settle()

    def size(self, width: int, height: int = 800, *, mobile: bool = False) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def scheme(self, name: str) -> None:
        """light or dark."""
        feature = {"name": "prefers-color-scheme", "value": name}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def run(self, expression: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        deadline = Deadline.after(_PATIENCE_S)
        while not self.run(condition):
            assert not deadline.expired(), f"never became true: {condition}"
            self.settle()

    def settle(self) -> None:
        """Waits until the page has been drawn twice."""
        self.run(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            ".then(() => null)"
        )

    def click(self, selector: str) -> None:
        """A real click into the middle of an element, which has to be on top there."""
        found = json.dumps(selector)
        x, y, hit = self.run(
            f"(() => {{ const e = document.querySelector({found});"
            "e.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;"
            "const top = document.elementFromPoint(x, y);"
            "return [x, y, e.contains(top) || top.contains(e)]; })()"
        )
        assert hit, f"{selector} is covered"
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def press(self, key: str) -> None:
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=_KEYS[key],
                **(text if kind == "keyDown" else {}),
            )
        self.settle()

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)
        self.settle()

    def tree(self) -> list[tuple[str, str]]:
        """(role, name) of everything that a screen reader is told."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node.get("ignored") and "role" in node
        ]

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _noticed(self, method: str, data: dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            texts = [str(a.get("value", a.get("description"))) for a in data["args"]]
            self.console.append(f"{data['type']}: {' '.join(texts)}")
        elif method == "Runtime.exceptionThrown":
            self.console.append(f"exception: {data['exceptionDetails']}")
        elif method == "Log.entryAdded":
            self.console.append(f"{data['entry']['level']}: {data['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(data["request"]["url"])


class _Pipe:
    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._buffer = b""
        self._last = 0
        self.listeners: dict[str, Any] = {}

    def call(self, method: str, parameters: dict[str, Any], session: str = "") -> dict[str, Any]:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        deadline = Deadline.after(_PATIENCE_S)
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self._last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            listener = self.listeners.get(answer.get("sessionId", ""))
            if listener is not None and "method" in answer:
                listener(answer["method"], answer["params"])

    def _message(self, deadline: Deadline) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], deadline.remaining())
            data = os.read(self._from, 1 << 20) if ready else b""
            assert data, "Chromium stopped answering"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


@contextlib.contextmanager
def open_page(profile: Path) -> Iterator[Page]:
    """A tab in a browser of its own, with an empty profile in `profile`."""
    assert CHROMIUM is not None
    # The browser reads descriptor 3 and writes 4; ours are moved out of the way first.
    ours = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for pair in (os.pipe(), os.pipe())
            for end in pair]  # fmt: skip
    theirs_in, to_browser, from_browser, theirs_out = ours
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _AS_3_AND_4, str(theirs_in), str(theirs_out), *command],
        pass_fds=(theirs_in, theirs_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        pipe = _Pipe(to_browser, from_browser)
        targets = pipe.call("Target.getTargets", {})["targetInfos"]
        target = next(t for t in targets if t["type"] == "page")
        attached = pipe.call(
            "Target.attachToTarget", {"targetId": target["targetId"], "flatten": True}
        )
        yield Page(pipe, attached["sessionId"])
    finally:
        os.close(to_browser)
        os.close(from_browser)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
