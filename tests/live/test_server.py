"""The page's server, asked over loopback as a browser asks, and as none of this machine would."""

from __future__ import annotations

import base64
import json
import socket
import threading

import cv2
import numpy as np
import pytest

from hil.errors import InfrastructureError, UsageError
from hil.live.app import live_app
from hil.live.encode import to_json
from hil.live.feed import Feed
from hil.live.server import Server

from .asking import ask
from .conftest import ABOUT, View


def test_the_page_is_whole_and_may_talk_to_nobody_else(view: View) -> None:
    status, headers, body = view.ask("/")
    text = body.decode()
    assert status == 200
    assert "&lt;sim&gt;" in text
    assert "default-src &#39;none&#39;" in text
    assert "src=" not in text.replace("picture.src", "").replace("img-src", "")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


def test_the_newest_frame_comes_with_its_answer(view: View) -> None:
    view.see()
    view.see()
    found = view.look()
    moment = found["moment"]
    assert (found["state"], moment["number"], moment["decision"]) == ("running", 2, 1)
    png = base64.b64decode(moment["picture"].partition(",")[2])
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture.shape == (120, 160)
    assert (picture == 2).all()
    assert [point[0] for point in found["points"]] == [1, 2]


def test_a_viewer_is_told_what_is_new_alone(view: View) -> None:
    view.see()
    before = view.look()
    view.see()
    found = view.look(before["version"], before["moment"]["number"])
    assert [point[0] for point in found["points"]] == [2]


def test_a_viewer_that_knows_the_newest_waits_for_the_next(view: View) -> None:
    view.see()
    known = view.look()
    found: list[int] = []
    waiting = threading.Thread(
        target=lambda: found.append(view.look(known["version"], 1)["moment"]["number"])
    )
    waiting.start()
    view.see()
    waiting.join(30)
    assert found == [2]


def test_two_views_see_the_same_frame_which_is_encoded_once(view: View) -> None:
    view.see()
    assert view.encoder.encoded == 0  # nobody has looked yet
    first, second = view.look(), view.look()
    assert first["moment"] == second["moment"]
    assert view.encoder.encoded == 1


def test_a_client_that_reads_nothing_stalls_neither_the_board_nor_others(view: View) -> None:
    view.see()
    with socket.create_connection(("127.0.0.1", view.server.port)) as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        ask = f"GET /look?version=0 HTTP/1.1\r\nHost: 127.0.0.1:{view.server.port}\r\n\r\n"
        for _ in range(50):
            stalled.sendall(ask.encode())
        for _ in range(50):
            view.see()  # would never come back if it waited for a reader
        assert view.look()["moment"]["number"] == 51


def test_a_lost_board_is_told_with_its_first_cause_and_the_last_frame_stays(view: View) -> None:
    view.see()
    view.feed.lost(InfrastructureError("the cable was pulled", hint="plug it in", where="/dev/x"))
    found = view.look()
    assert found["state"] == "lost"
    assert found["trouble"] == {
        "message": "the cable was pulled", "hint": "plug it in", "where": "/dev/x",
    }  # fmt: skip
    assert found["moment"]["number"] == 1
    view.see()
    assert view.look()["trouble"] is None


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "192.168.1.7:8765", "", "["])
def test_a_name_that_is_not_this_machines_is_refused(view: View, host: str) -> None:
    status, _, body = view.ask("/look", Host=host)
    assert status == 403
    assert b"its own machine" in body
    assert b"moment" not in body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:9000", "LOCALHOST:80"])
def test_this_machines_names_are_answered_also_through_a_tunnel(view: View, host: str) -> None:
    assert view.ask("/", Host=host)[0] == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"]
)
def test_a_page_of_another_site_is_refused(view: View, origin: str) -> None:
    view.see()
    assert view.ask("/look", Origin=origin)[0] == 403


def test_it_listens_on_loopback_alone(view: View) -> None:
    assert view.server.url == f"http://127.0.0.1:{view.server.port}/"
    with socket.socket() as other:
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", view.server.port)) != 0


def test_a_port_that_is_taken_is_refused_and_the_usual_one_gives_way(view: View) -> None:
    with pytest.raises(UsageError, match="is taken") as refused:
        Server(live_app(view.feed, ABOUT), view.server.port)
    assert refused.value.where == "--port"


@pytest.mark.parametrize("query", ["", "version=x", "version=-1", "version=9999999999999999999999"])
def test_a_query_that_is_none_gets_what_is_there(view: View, query: str) -> None:
    view.see()
    assert json.loads(view.ask(f"/look?{query}")[2])["moment"]["number"] == 1


def test_a_server_that_is_closed_leaves_no_thread_behind() -> None:
    before = {*threading.enumerate()}
    with Server(live_app(Feed(), ABOUT), 0) as server:
        assert ask(server.port, "/")[0] == 200
    server.close()
    for thread in {*threading.enumerate()} - before:
        thread.join(30)
        assert not thread.is_alive()


def test_a_score_that_is_no_number_is_null() -> None:
    assert to_json({"a": [float("nan"), float("inf"), 0.5]}) == '{"a":[null,null,0.5]}'
