"""What the operating system refuses (a full disk, a folder that cannot be written) as an error.

Where a module knows better what failed, it says so itself; this is for everything else.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from hil.errors import InfrastructureError

_SPACE = "free some space there, or let TMPDIR and XDG_CACHE_HOME name folders of another disk"
_RIGHTS = "make it writable, or let TMPDIR and XDG_CACHE_HOME name folders that are"
_PLACE = "a file stands where a folder is needed, or the other way round: move it away"
_HINTS = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EROFS: _RIGHTS,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.ENOTDIR: _PLACE,
    errno.EISDIR: _PLACE,
    errno.EEXIST: _PLACE,
    errno.ENOENT: "make that folder, or let TMPDIR name one that can be written",
    errno.EMFILE: "allow more open files: ulimit -n",
    errno.ENOMEM: "end other programs: this machine has no memory left",
}


def host_error(
    cause: OSError, doing: str = "this machine cannot go on", where: object = ""
) -> InfrastructureError:
    """The error for what the operating system refused.

    `doing`: what failed by it; `where`: for a cause that names no file, as a full disk does.
    """
    return InfrastructureError(
        f"{doing}: {cause.strerror or cause}",
        where=str(cause.filename2 or cause.filename or where),
        hint=_HINTS.get(cause.errno or 0, "that is the operating system's own word for it"),
    )


@contextmanager
def host_errors(doing: str, where: object = "") -> Iterator[None]:
    """Within, an OSError becomes a `host_error`; a reader that has gone is none."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as cause:
        raise host_error(cause, doing, where) from cause
