"""Looks at what is to be published: python -m release.check dist [--tag v1.2.3] [--notes FILE]

A wheel and an sdist of this version, no tests in the wheel, no relative link in the long
description. With a tag also: the tag is that version, and CHANGELOG.md says when it came out and
what is new; `--notes` writes that down.
"""

from __future__ import annotations

import argparse
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path, PurePosixPath

from hil import __version__

ROOT = Path(__file__).resolve().parents[1]
ONLY_PROVES = {"tests", "lab", "hil_lab", "fuzz", "xtensa", "benchmarks", "docs", "release"}
_RELATIVE = re.compile(r"\]\((?![a-z]+:|#)([^)\s]+)")


def problems(dist: Path, tag: str | None, changelog: str) -> Iterator[str]:
    """What is wrong, one sentence each."""
    base = f"camhil-{__version__}"
    wheel, sdist = dist / f"{base}-py3-none-any.whl", dist / f"{base}.tar.gz"
    for path in sorted(dist.iterdir()):
        if path not in (wheel, sdist):
            yield f"{path.name} is not to be published"
    for path in (wheel, sdist):
        if not path.is_file():
            yield f"{path.name} is missing"
    if wheel.is_file():
        yield from _of_wheel(wheel, must_lead_somewhere=tag is not None)
    if sdist.is_file():
        yield from _of_sdist(sdist, base)
    if tag is not None:
        if tag != f"v{__version__}":
            yield f"the tag is {tag}, hil/__init__.py says {__version__}"
        if not notes(changelog, __version__):
            yield f"CHANGELOG.md has nothing under '## [{__version__}] - YYYY-MM-DD'"


def notes(changelog: str, version: str) -> str:
    """What CHANGELOG.md says of a version that has a date; else empty."""
    head = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n"
    found = re.search(rf"{head}(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def _of_wheel(wheel: Path, *, must_lead_somewhere: bool) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        about = f"camhil-{__version__}.dist-info"
        metadata = message_from_bytes(archive.read(f"{about}/METADATA"))
    for name in names:
        parts = PurePosixPath(name).parts
        if parts[0] not in ("hil", about):
            yield f"{name} is in the wheel, outside of the package"
        if ONLY_PROVES & set(parts):
            yield f"{name} is in the wheel, and no user needs it"
    if must_lead_somewhere:
        yield from _of_metadata(metadata)


def _of_metadata(metadata: Message) -> Iterator[str]:
    urls = metadata.get_all("Project-URL", [])
    if not any(url.startswith("Repository, https://") for url in urls):
        yield "the package names no repository: set CAMHIL_REPOSITORY_URL"
    for target in _RELATIVE.findall(str(metadata.get_payload())):
        yield f"the long description has a relative link: {target}"


def _of_sdist(sdist: Path, base: str) -> Iterator[str]:
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    for needed in ("pyproject.toml", "LICENSE", "README.md", "hil/__init__.py"):
        if f"{base}/{needed}" not in names:
            yield f"{needed} is missing in the sdist"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m release.check", description=__doc__)
    parser.add_argument("dist", type=Path)
    parser.add_argument("--tag")
    parser.add_argument("--notes", type=Path)
    given = parser.parse_args(arguments)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = list(problems(given.dist, given.tag, changelog))
    for problem in found:
        print(f"not to be released: {problem}", file=sys.stderr)
    if given.notes is not None and not found:
        given.notes.write_text(notes(changelog, __version__) + "\n", encoding="utf-8")
    if not found:
        print(f"camhil {__version__}: wheel and sdist can be published")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
