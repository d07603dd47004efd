"""The machine that a run is driven from: the simulated board is as fast as it."""

from __future__ import annotations

import contextlib
import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


def describe_host(cpuinfo: Path = _CPUINFO) -> str:
    """Operating system, machine and processor: "Linux x86_64, Intel(R) Xeon(R) Processor"."""
    processor = _model_name(cpuinfo) or platform.processor()
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {processor}" if processor not in ("", platform.machine()) else system


def _model_name(cpuinfo: Path) -> str:
    """What Linux calls the processor; empty where it does not say."""
    with contextlib.suppress(OSError):
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            name, colon, value = line.partition(":")
            if colon and name.strip() in ("model name", "Model"):
                return " ".join(value.split())
    return ""
