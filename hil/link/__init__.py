"""The link to a board: a sans-IO session, the loop that drives it, and serial transports.

Importing this package does not import pyserial; `open_serial` does.
"""

from __future__ import annotations

from hil.link.channel import Channel
from hil.link.console import ConsoleLine
from hil.link.errors import EXPLANATIONS, BoardError, NoAnswerError
from hil.link.jobs import CapturedOp, Inference, Job
from hil.link.paging import OutputBytes, Trace
from hil.link.session import Session
from hil.link.stats import LinkStats
from hil.link.transport import SerialTransport, Transport, open_serial

__all__ = [
    "EXPLANATIONS",
    "BoardError",
    "CapturedOp",
    "Channel",
    "ConsoleLine",
    "Inference",
    "Job",
    "LinkStats",
    "NoAnswerError",
    "OutputBytes",
    "SerialTransport",
    "Session",
    "Trace",
    "Transport",
    "open_serial",
]
