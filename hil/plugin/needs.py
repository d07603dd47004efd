"""The marker `needs`, which other projects may have too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.errors import UsageError

if TYPE_CHECKING:
    import pytest

    from hil.wire.replies import Capabilities

NEEDS = "needs(capability): not run on a board whose identity lacks the capability"


def is_ours(mark: pytest.Mark, capabilities: Capabilities, config: pytest.Config) -> bool:
    """False for a `needs` that means something else in this project, which declares it too.

    Raises UsageError for a capability that does not exist.
    """
    unknown = [name for name in mark.args if not hasattr(capabilities, str(name))]
    if not unknown:
        return True
    if any(line.startswith("needs") for line in config.getini("markers") if line != NEEDS):
        return False
    raise UsageError(
        f"needs({unknown[0]!r}): there is no such capability",
        where="marker needs",
        hint=f"known: {', '.join(vars(capabilities))}",
    )
