"""Which answers the requests explain: tells a late answer from a lost one, and from one too many.

Each transmission of a request explains one answer, and an inference one more: its result. An
answer that is missing may still come, since it was only late (the host was busy, or the board
slow). One that never comes was lost by the board, if nothing on the line was damaged around
then. One more than the transmissions explain was sent by the board unasked.
"""

from __future__ import annotations

import collections
from dataclasses import dataclass

from hil.link.stats import LinkStats

_REMEMBERED = 512  # closed exchanges
_NEWS = 64  # transmissions within which a report of damage comes


@dataclass
class Account:
    """One request: `sent` so often, and `answers` so far.

    `first_order`, `order`: number of its first and last transmission. `more`: answers beyond one
    for each transmission that it may bring. `counts`: False where no answer may be right, as of
    a board that is about to start.
    """

    more: int = 0
    counts: bool = True
    sent: int = 0
    answers: int = 0
    first_order: int = 0
    order: int = 0
    missing: int = 0  # set when it is closed


class Ledger:
    """Keeps `late`, `unanswered` and `duplicates_unasked` of the statistics."""

    def __init__(self, stats: LinkStats) -> None:
        self._stats = stats
        self._order = 0
        self._damaged_at = -1
        self._closed: collections.OrderedDict[int, Account] = collections.OrderedDict()

    def was_closed(self, seq: int) -> bool:
        return seq in self._closed

    def sent(self, account: Account) -> None:
        """A transmission of the request."""
        self._order += 1
        account.sent += 1
        account.order = self._order
        if account.sent == 1:
            account.first_order = self._order

    def heard(self, account: Account) -> None:
        """An answer to a request that is open."""
        account.answers += 1
        if account.counts and account.answers > account.sent + account.more:
            self._stats.duplicates_unasked += 1

    def closed(self, seq: int, account: Account, *, more: int = 0) -> None:
        """Nothing is waited for any more; it brought `more` than one answer a transmission."""
        self._closed[seq] = account
        if len(self._closed) > _REMEMBERED:
            self._closed.popitem(last=False)
        if account.counts and account.sent and self._damaged_at < account.first_order:
            account.missing = max(0, account.sent + more - account.answers)
            self._stats.unanswered += account.missing

    def repeated(self, seq: int) -> None:
        """An answer to a request that was closed."""
        account = self._closed[seq]
        account.answers += 1
        if account.missing:
            account.missing -= 1
            self._stats.unanswered -= 1
            self._stats.late += 1
        elif account.counts and account.answers > account.sent + account.more:
            self._stats.duplicates_unasked += 1

    def damaged(self) -> None:
        """Something was damaged on the line: it explains what is missing around now."""
        self._damaged_at = self._order
        for account in reversed(self._closed.values()):
            if account.order < self._order - _NEWS:
                break
            self._stats.unanswered -= account.missing
            account.missing = 0
