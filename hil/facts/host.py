"""The machine that a run is driven from, and the first line of its file.

The simulated board is as fast as this machine.
"""

from __future__ import annotations

import contextlib
import platform
import sys
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

from hil import __version__
from hil.facts.records import RUN_VERSION, RunHeader

_CPUINFO = Path("/proc/cpuinfo")
_PACKAGES = ("ai-edge-litert", "esptool", "numpy", "opencv-python-headless", "pyserial", "pytest")


def header() -> RunHeader:
    """The first line of a run that starts now."""
    return RunHeader(
        version=RUN_VERSION,
        camhil=__version__,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        command=tuple(sys.argv),
        system=f"{describe_host()}, Python {platform.python_version()}",
        packages=tuple((name, _version(name)) for name in _PACKAGES),
    )


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


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
