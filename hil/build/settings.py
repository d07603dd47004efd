"""The project's sdkconfig against its sdkconfig.defaults.

ESP-IDF takes defaults only when it makes a new sdkconfig. So a change of the defaults does
not reach a project that was configured before, and nothing says so.
"""

from __future__ import annotations

import re
from pathlib import Path

from hil.base.text_file import read_text

_SET = re.compile(r"^CONFIG_(\w+)=(.*)$", re.MULTILINE)
_NOT_SET = re.compile(r"^# CONFIG_(\w+) is not set$", re.MULTILINE)


def differing_settings(project: Path, target: str) -> tuple[str, ...]:
    """Names of settings that differ from their defaults; none before the first build.

    Settings that this ESP-IDF does not know are left out.
    """
    now = read_settings(project)
    if not now:
        return ()
    wanted: dict[str, str] = {}
    for name in ("sdkconfig.defaults", f"sdkconfig.defaults.{target}"):
        file = project / name
        if file.is_file():
            wanted |= _settings(read_text(file))
    return tuple(name for name, value in wanted.items() if now.get(name, value) != value)


def read_settings(project: Path) -> dict[str, str]:
    """The project's settings, without the prefix CONFIG_; none before the first build."""
    file = project / "sdkconfig"
    return _settings(read_text(file)) if file.is_file() else {}


def _settings(text: str) -> dict[str, str]:
    found = dict(_SET.findall(text))
    return found | dict.fromkeys(_NOT_SET.findall(text), "n")
