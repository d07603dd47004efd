"""What the release workflow does, tried here as far as nothing is published."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from hil.board.release import SUMS, _read_sums
from hil.build.idf import TARGETS
from tests.ci.test_workflows import FOLDER, jobs

JOBS = jobs(FOLDER / "release.yml")


def before(job: str) -> set[str]:
    """The jobs that have to be done first, however far back."""
    needs = JOBS[job].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*map(before, direct))


def script(job: str, step: str) -> dict[str, Any]:
    (found,) = [s for s in JOBS[job]["steps"] if s.get("name") == step]
    return dict(found)


def test_nothing_is_published_before_all_was_built_and_tried() -> None:
    publishing = {name for name, job in JOBS.items() if "write" in str(job.get("permissions"))}
    assert publishing == {"pypi", "github"}
    for name in publishing:
        assert before(name) - publishing == set(JOBS) - publishing


def test_only_who_publishes_may_write() -> None:
    assert JOBS["pypi"]["permissions"] == {"id-token": "write"}
    assert JOBS["pypi"]["environment"] == "pypi"
    assert "contents" in JOBS["github"]["permissions"]


def test_there_is_firmware_for_every_chip() -> None:
    assert tuple(JOBS["firmware"]["strategy"]["matrix"]["target"]) == TARGETS


def test_the_checksums_are_those_that_hil_flash_reads(tmp_path: Path) -> None:
    step = script("github", "Sum up")
    assets = tmp_path / step["working-directory"]
    assets.mkdir()
    (assets / "notes.md").write_text("- new\n")
    (assets / "camhil-firmware-1.2.3-esp32.zip").write_bytes(b"abc")
    subprocess.run(["bash", "-euc", step["run"]], cwd=assets, check=True)
    # The SHA-256 of "abc" is the first example of FIPS 180-2.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert _read_sums((assets / SUMS).read_bytes()) == {"camhil-firmware-1.2.3-esp32.zip": digest}
    assert (tmp_path / "notes.md").read_text() == "- new\n"


@pytest.mark.parametrize("job", ["dist", "firmware", "qemu"])
def test_who_builds_has_no_more_than_the_sources(job: str) -> None:
    assert "permissions" not in JOBS[job]
