"""A view of a scripted board, and the network that it runs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from hil.board import Board
from hil.live.app import live_app
from hil.live.encode import About, Encoder
from hil.live.feed import Feed
from hil.live.server import Server
from hil.live.watch import Watch
from hil.network.contract import Contract, read_contract
from hil.testing.tiny_model import tiny_model

from .asking import ask
from .eyes import SETTINGS, ScriptedEyes

ABOUT = About("<sim>", "simulated board", "a network", "", True, True)


@dataclass
class View:
    """A feed with a server before it, and the board that fills it when it is told to."""

    feed: Feed
    watch: Watch
    server: Server
    encoder: Encoder

    def see(self) -> None:
        self.feed.put(self.watch.look())

    def ask(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        return ask(self.server.port, path, **headers)

    def look(self, version: int = 0, number: int = 0) -> dict[str, Any]:
        status, _, body = self.ask(f"/look?version={version}&number={number}")
        assert status == 200
        found: dict[str, Any] = json.loads(body)
        return found


@pytest.fixture(scope="module")
def contract() -> Contract:
    return read_contract(tiny_model(), settings=SETTINGS)


@pytest.fixture
def view(contract: Contract) -> Iterator[View]:
    feed, encoder = Feed(), Encoder()
    eyes = cast(Board, ScriptedEyes(range(1, 200)))
    watch = Watch(eyes, contract, feed, most_per_s=5.0)
    with Server(live_app(feed, ABOUT, encoder), 0) as server:
        yield View(feed, watch, server, encoder)
