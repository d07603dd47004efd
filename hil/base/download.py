"""Fetches a file over HTTP: whole, in time, of a known size at most, or not at all.

Only https, except from this machine: what comes is checked against checksums that come the same
way.
"""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException, HTTPMessage, HTTPResponse
from ipaddress import ip_address
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from hil.base.deadline import Deadline
from hil.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

OnBytes = Callable[[int, int | None], None]
"""Told how many bytes have come, of how many; None where the server does not say."""

_PIECE_BYTES = 65_536
_SILENCE_S = 20.0
_OFFLINE = (
    "check the address and this machine's network (behind a proxy: https_proxy); what was fetched "
    "once is used without a network"
)
_AGAIN = "run again; if it stays, the server or what lies before it is at fault"


class NotThereError(InfrastructureError):
    """The server has no such file."""


def check_url(url: str, where: str) -> None:
    """Raises UsageError for an address that nothing is fetched from."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_here(parts.hostname or ""):
        return
    raise UsageError(
        f"nothing is fetched from {url!r}",
        where=where,
        hint="give an address that starts with https://; http:// is for this machine alone "
        "(http://127.0.0.1:8000)",
    )


def download(
    url: str, deadline: Deadline, *, max_bytes: int, on_bytes: OnBytes | None = None
) -> bytes:
    """The content at `url`.

    Raises:
        NotThereError: the server has no such file (404, 410).
        InfrastructureError: another refusal, no way to the server, an answer that is cut short, too
            long or too slow, or a redirection to an address that `check_url` refuses.
    """
    from urllib.error import HTTPError, URLError
    from urllib.request import Request

    check_url(url, "")
    request = Request(url, headers={"User-Agent": "camhil", "Accept-Encoding": "identity"})
    try:
        with _opener(url).open(request, timeout=_wait(deadline, url)) as answer:
            return _read(answer, url, deadline, max_bytes, on_bytes)
    except HTTPError as cause:
        cause.close()
        if cause.code in (404, 410):
            raise NotThereError("the server has no such file", where=url, hint=_AGAIN) from cause
        raise InfrastructureError(
            f"the server refuses: {cause.code} {cause.reason}", where=url, hint=_AGAIN
        ) from cause
    except TimeoutError as cause:
        raise _too_slow(url, deadline) from cause
    except (URLError, HTTPException, OSError) as cause:
        reason = getattr(cause, "reason", None) or cause
        if isinstance(reason, TimeoutError):
            raise _too_slow(url, deadline) from cause
        raise InfrastructureError(
            f"nothing can be fetched: {reason}", where=url, hint=_OFFLINE
        ) from cause


def _opener(url: str) -> OpenerDirector:
    from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

    class Redirects(HTTPRedirectHandler):
        def redirect_request(
            self,
            req: Request,
            fp: IO[bytes],
            code: int,
            msg: str,
            headers: HTTPMessage,
            newurl: str,
        ) -> Request | None:
            try:
                check_url(newurl, "")
            except UsageError as cause:
                raise InfrastructureError(
                    f"the server sends on to {newurl}, from where nothing is fetched",
                    where=url,
                    hint="give the address of a server that keeps to https",
                ) from cause
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    # A proxy has another loopback.
    proxies = [ProxyHandler({})] if _is_here(urlsplit(url).hostname or "") else []
    return build_opener(Redirects, *proxies)


def _read(
    answer: HTTPResponse, url: str, deadline: Deadline, max_bytes: int, on_bytes: OnBytes | None
) -> bytes:
    wanted = answer.length
    data = bytearray()
    while piece := answer.read1(_PIECE_BYTES):
        data += piece
        if len(data) > max_bytes:
            raise InfrastructureError(
                f"the file is longer than the {max_bytes:,} bytes that it may have",
                where=url,
                hint="it is not what was looked for: check the address",
            )
        if on_bytes is not None:
            on_bytes(len(data), wanted)
        if deadline.expired():
            raise _too_slow(url, deadline, f": {len(data):,} bytes came")
    if wanted is not None and len(data) != wanted:
        raise InfrastructureError(
            f"the download was cut short: {len(data):,} of {wanted:,} bytes came",
            where=url,
            hint=_AGAIN,
        )
    return bytes(data)


def _wait(deadline: Deadline, url: str) -> float:
    if deadline.expired():
        raise _too_slow(url, deadline)
    return deadline.capped(_SILENCE_S)


def _too_slow(url: str, deadline: Deadline, so_far: str = "") -> InfrastructureError:
    return InfrastructureError(
        f"the download was not done after {deadline.seconds:g} s{so_far}"
        if deadline.expired()
        else f"the server was silent for {_SILENCE_S:g} s{so_far}",
        where=url,
        hint=_AGAIN,
    )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
