"""Builds the documentation as a site: `python docs/site`, or `make docs`.

Its sources are put together in build/site, its pages written to out/site. A warning is an error,
and so is a page that would load something from a network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import reference
import sources

CONFIG = sources.ROOT / "mkdocs.yml"
BUILD = sources.ROOT / "build" / "site"
SITE = sources.ROOT / "out" / "site"

# What the navigation and the pages have beside what docs/ holds or links to.
MORE = ("CHANGELOG.md", "fixtures/LICENCES.md", "docs/site/site.css")

# Searching in a page that was opened from a disk takes this; the theme has it from a network.
SHIM = Path(__file__).parent / "third_party" / "iframe-worker.js"
SHIM_ADDRESS = "https://unpkg.com/iframe-worker/shim"

_LOADED = re.compile(r"""<(?:script|img|iframe)\b[^>]*\bsrc=["']?https?:[^>]*>""")
_STYLE = re.compile(
    r"""<link\b[^>]*rel=["']?(?:stylesheet|preload|icon)[^>]*href=["']?https?:[^>]*>"""
)


def main() -> int:
    if find_spec("zensical") is None:
        print(
            "docs: zensical is not installed. With Python 3.11 or newer: pip install -e '.[docs]'"
        )
        return 1
    for folder in (BUILD, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    sources.assemble(BUILD, MORE)
    reference.write(BUILD / "reference")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", str(CONFIG)]
    if subprocess.run(command, env={**os.environ, "NO_COLOR": "1"}, check=False).returncode:
        print("docs: the site has warnings, which count as errors: they stand above")
        return 1
    loaded = serve_ourselves(SITE)
    for line in loaded:
        print(f"docs: loaded from a network: {line}")
    print(f"docs: {SITE.relative_to(sources.ROOT)}/index.html")
    return 1 if loaded else 0


def serve_ourselves(site: Path) -> list[str]:
    """Gives the pages the shim of our own; returns what they would still load from a network."""
    place = site / "assets" / "javascripts" / SHIM.name
    shutil.copyfile(SHIM, place)
    left = []
    for page in sorted(site.rglob("*.html")):
        text = page.read_text("utf-8")
        text = text.replace(SHIM_ADDRESS, os.path.relpath(place, page.parent).replace(os.sep, "/"))
        page.write_text(text, "utf-8")
        found = [*_LOADED.findall(text), *_STYLE.findall(text)]
        left += [f"{page.relative_to(site)}: {tag}" for tag in found]
    return left


if __name__ == "__main__":
    sys.exit(main())
