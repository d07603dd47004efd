"""Where the simulated board cannot run, that is said, with what would do."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from hil.errors import UnavailableError
from hil.sim import firmware, process, system


@pytest.mark.parametrize("name", ["darwin", "win32"])
@pytest.mark.parametrize("begin", [firmware.build, process.SimProcess])
def test_on_another_system_nothing_is_built_or_started(
    name: str, begin: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "sys", SimpleNamespace(platform=name))
    with pytest.raises(UnavailableError, match="runs on Linux alone") as caught:
        begin()
    assert "--board auto" in caught.value.hint
