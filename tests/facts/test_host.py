"""The host is named so that two machines of different speed are told apart."""

from __future__ import annotations

import platform
from pathlib import Path

from hil.facts.host import describe_host

CPUINFO = "processor\t: 0\nmodel name\t: Fast(R)  Processor @ 3 GHz\nflags\t\t: fpu\n\n"


def test_the_processor_is_named_as_linux_names_it(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(CPUINFO * 2)
    system = f"{platform.system()} {platform.machine()}"
    assert describe_host(tmp_path / "cpuinfo") == f"{system}, Fast(R) Processor @ 3 GHz"


def test_without_a_name_system_and_machine_are_left(tmp_path: Path) -> None:
    for name in ("missing", "empty"):
        assert describe_host(tmp_path / name).startswith(platform.system())
        (tmp_path / "empty").write_text("processor: 0\n")
