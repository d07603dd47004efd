"""The markers: `needs`, which other projects may have too, and `thorough`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.plugin.checks import BENCH

if TYPE_CHECKING:
    import pytest

    from hil.wire.replies import Capabilities

NEEDS = "needs(capability): not run on a board whose identity lacks the capability"
THOROUGH = "thorough: runs with --thorough alone (camhil)"


def long_tests(items: Sequence[pytest.Item], config: pytest.Config) -> list[pytest.Item]:
    """The tests with a board that are marked `thorough`, unless the project means something else
    by that, and declares it too."""
    if _declared("thorough", THOROUGH, config):
        return []
    marked = (item for item in items if item.get_closest_marker("thorough"))
    return [item for item in marked if BENCH in getattr(item, "fixturenames", ())]


def is_ours(mark: pytest.Mark, capabilities: Capabilities, config: pytest.Config) -> bool:
    """False for a `needs` that means something else in this project, which declares it too.

    Raises UsageError for a capability that does not exist.
    """
    unknown = [name for name in mark.args if not hasattr(capabilities, str(name))]
    if not unknown:
        return True
    if _declared("needs", NEEDS, config):
        return False
    raise UsageError(
        f"needs({unknown[0]!r}): there is no such capability",
        where="marker needs",
        hint=f"known: {', '.join(vars(capabilities))}",
    )


def _declared(name: str, ours: str, config: pytest.Config) -> bool:
    """Whether somebody else declares this marker."""
    return any(line.startswith(name) for line in config.getini("markers") if line != ours)
