"""Makes `pytest` in a checkout behave like an installed camhil.

The plugin comes through its entry point. A checkout that is not installed (only
on PYTHONPATH) has none, so it is registered here.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.has_plugin("camhil"):
        import hil.plugin

        pluginmanager.register(hil.plugin, "camhil")
        hil.plugin.pytest_addoption(parser, pluginmanager)
