"""Modules that take time to import, and are wanted only where something is done."""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for a module, which is imported when something of it is used first.

    To a type checker it is the module itself: `if TYPE_CHECKING: import it`, `else: Later(name)`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):  # pytest looks at whatever a module of tests has
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)
