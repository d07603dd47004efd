"""Whose fault it is that pytest-timeout ended a test.

While camhil waited for a board or computed the oracle's answer, nothing was measured: that is
infrastructure. In the test's own code it is a failed test, as pytest says.
"""

from __future__ import annotations

import traceback
from types import TracebackType

from hil.errors import HilError, InfrastructureError

_RAISES = "pytest_timeout"  # module of the signal handler that ends the test
_OF_TESTS = ("hil.suite", "hil.plugin")  # tests, and the hooks around everybody's


def time_limit(error: BaseException) -> InfrastructureError | None:
    """The error to report instead, where a time limit interrupted camhil; else None."""
    if isinstance(error, HilError):
        return None
    places = _places(error.__traceback__)
    modules = [module for module, _ in places]
    if _RAISES not in modules:
        return None
    before = places[: modules.index(_RAISES)]
    ours = [f"{module}.{name}" for module, name in before if _is_ours(module)]
    if not ours:
        return None
    return InfrastructureError(
        f"the test's time was over in {ours[-1]}: {error}",
        where="pytest-timeout",
        hint="give the test longer than camhil itself waits (--board-handshake-s and "
        "--board-image-s, and once for flashing); or see what takes so long",
    )


def _places(trace: TracebackType | None) -> list[tuple[str, str]]:
    """(module, function) of each call, the outermost first."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    return [(str(f.f_globals.get("__name__")), f.f_code.co_name) for f in frames]


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "hil" and not module.startswith(_OF_TESTS)
