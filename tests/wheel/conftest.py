"""The wheel, and an environment with it and what it asks for."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from release.metadata import VARIABLE

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = ("firmware/esp32/build/app.bin", "firmware/esp32/sdkconfig", "out/facts.jsonl")
"""What work in a checkout leaves behind, and git ignores."""


@pytest.fixture(scope="session")
def checkout() -> frozenset[str]:
    """The files of the checkout, without what git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not know this folder")
    return frozenset(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory, checkout: frozenset[str]) -> Path:
    """An sdist and the wheel made of it, out of a checkout which was worked in."""
    folder, dist = (tmp_path_factory.mktemp(name) for name in ("checkout", "dist"))
    for name in checkout:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for name in LEFT_BEHIND:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"left behind")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist)]
    environment = {**os.environ, VARIABLE: "https://github.com/someone/camhil"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return dist


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    """The wheel of `dist`."""
    (made,) = dist.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment: the wheel, what it and its extra `sim` ask for,
    and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    (metadata,) = packages.glob("*.dist-info")
    asked = importlib.metadata.PathDistribution(metadata).requires or []
    linked: set[str] = set()
    for text in asked:
        _link(Requirement(text), {"", "sim"}, packages, linked)
    return folder / "bin" / "python"


def _link(wanted: Requirement, extras: set[str], packages: Path, linked: set[str]) -> None:
    """Puts a package, and what it asks for, into `packages`: links to those of this environment."""
    if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
        return
    key = f"{wanted.name}{sorted(wanted.extras)}"
    if key in linked:
        return
    linked.add(key)
    found = importlib.metadata.distribution(wanted.name)
    for name in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
        place = Path(str(found.locate_file(name)))
        if name != "__pycache__" and place.exists() and not (packages / name).exists():
            (packages / name).symlink_to(place)
    for text in found.requires or []:
        _link(Requirement(text), {"", *wanted.extras}, packages, linked)
