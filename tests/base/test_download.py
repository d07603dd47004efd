"""What is downloaded from a server on loopback: whole, in time, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hil.base.deadline import Deadline
from hil.base.download import NotThereError, check_url, download
from hil.errors import InfrastructureError, UsageError
from hil_lab.fakes.file_server import FileServer, cut_short, redirect, refuse

DATA = bytes(range(256)) * 1000
LONG = 60.0


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as running:
        yield running


def fetch(url: str, seconds: float = LONG, max_bytes: int = len(DATA)) -> bytes:
    return download(url, Deadline.after(seconds), max_bytes=max_bytes)


def test_a_file_comes_whole_and_says_how_far_it_is(server: FileServer) -> None:
    server.files["/a"] = DATA
    told: list[tuple[int, int | None]] = []
    data = download(
        f"{server.url}/a",
        Deadline.after(LONG),
        max_bytes=len(DATA),
        on_bytes=lambda done, total: told.append((done, total)),
    )
    assert data == DATA
    assert told[-1] == (len(DATA), len(DATA))


def test_a_redirection_is_followed(server: FileServer) -> None:
    server.files["/there"] = DATA
    server.answers["/here"] = redirect("/there")
    assert fetch(f"{server.url}/here") == DATA


@pytest.mark.parametrize("to", ["http://example.invalid/a", "ftp://127.0.0.1/a"])
def test_a_redirection_to_where_nothing_is_fetched_from_is_not(server: FileServer, to: str) -> None:
    server.answers["/a"] = redirect(to)
    with pytest.raises(InfrastructureError, match="sends on to"):
        fetch(f"{server.url}/a")


def test_a_file_that_is_cut_short_is_none(server: FileServer) -> None:
    server.answers["/a"] = cut_short(DATA)
    with pytest.raises(InfrastructureError, match="cut short: 128,000 of 256,000 bytes"):
        fetch(f"{server.url}/a")


def test_a_server_that_stalls_is_left_at_the_deadline(server: FileServer) -> None:
    server.answers["/a"] = server.stalling(DATA)
    with pytest.raises(InfrastructureError, match=r"not done after 0\.2 s"):
        fetch(f"{server.url}/a", seconds=0.2)


def test_a_file_that_is_longer_than_it_may_be_is_not_taken(server: FileServer) -> None:
    server.files["/a"] = DATA
    with pytest.raises(InfrastructureError, match="longer than the 1,000 bytes"):
        fetch(f"{server.url}/a", max_bytes=1000)


def test_what_is_not_there_is_told_from_other_refusals(server: FileServer) -> None:
    server.answers["/busy"] = refuse(503)
    with pytest.raises(NotThereError):
        fetch(f"{server.url}/nothing")
    with pytest.raises(InfrastructureError, match="the server refuses: 503"):
        fetch(f"{server.url}/busy")


def test_no_server_is_infrastructure() -> None:
    with FileServer() as gone:
        url = gone.url
    with pytest.raises(InfrastructureError, match="nothing can be fetched"):
        fetch(f"{url}/a")


@pytest.mark.parametrize("url", ["http://example.invalid/x", "file:///etc/passwd", "x", "https://"])
def test_only_https_and_this_machine_are_fetched_from(url: str) -> None:
    with pytest.raises(UsageError, match="nothing is fetched from"):
        check_url(url, "--release-url")


@pytest.mark.parametrize(
    "url", ["https://example.invalid", "http://localhost:80", "http://[::1]:8000/a"]
)
def test_these_are(url: str) -> None:
    check_url(url, "--release-url")
