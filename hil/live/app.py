"""What the live page asks: itself, and what is new."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from hil.live.encode import About, Encoder
from hil.live.pages import page

if TYPE_CHECKING:
    import bottle

    from hil.live.feed import Feed

_WAIT_S = 10.0
"""So long a viewer waits for something new before it asks again."""


def live_app(feed: Feed, about: About, encoder: Encoder | None = None) -> bottle.Bottle:
    """The application of one view.

    `/look?version=V&number=N` waits until there is something newer than V, and tells the newest
    moment and the scores of all after N. A viewer asks again when it has drawn the answer: one that
    is slow misses frames, and nothing waits for it.
    """
    import bottle

    app = bottle.Bottle()
    encoder = encoder or Encoder()
    text = page("live", {"paced": about.paced}, **asdict(about))

    def show() -> str:
        return text

    def look() -> str:
        known = [_whole(bottle.request.query.get(name)) for name in ("version", "number")]
        bottle.response.content_type = "application/json"
        return encoder.look(feed.wait(known[0], known[1], _WAIT_S))

    app.route("/", "GET", show)
    app.route("/look", "GET", look)
    return app


def _whole(text: str | None) -> int:
    """A number of a query; 0, which is known by nobody, for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0
