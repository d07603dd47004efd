"""The one error of the codecs."""

from __future__ import annotations


class WireError(ValueError):
    """A value or some bytes lie outside protocol.cddl.

    The codecs do not know whose fault that is. The link turns it into a `FirmwareError` when the
    board sent it and into a `UsageError` when a caller passed it.
    """
