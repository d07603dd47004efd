"""A module that is imported when something of it is used first."""

from __future__ import annotations

import sys

import pytest

from hil.base.later import Later

NAME = "colorsys"


def test_it_is_imported_with_the_first_of_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    later = Later(NAME)
    assert not hasattr(later, "__wrapped__")
    assert NAME not in sys.modules
    assert later.rgb_to_hls(1, 1, 1) == (0.0, 1, 0.0)
    assert NAME in sys.modules
    with pytest.raises(AttributeError):
        _ = later.nothing
