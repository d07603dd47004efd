"""What hatchling asks for: the addresses of the project, and its long description.

The repository's address stands nowhere in the sources, so that a fork's wheel leads to the fork:
`CAMHIL_REPOSITORY_URL` gives it, and the release workflow sets that. Without it a build has no
addresses, and the links of the long description stay relative.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

VARIABLE = "CAMHIL_REPOSITORY_URL"
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def absolute_links(text: str, repository: str, tag: str) -> str:
    """Markdown whose relative links lead to the files of this tag, pictures to their bytes."""

    def replaced(match: re.Match[str]) -> str:
        picture, words, target = match.groups()
        words = _LINK.sub(replaced, words)
        return f"{picture}[{words}]({repository}/{'raw' if picture else 'blob'}/{tag}/{target})"

    return _LINK.sub(replaced, text)


def urls(repository: str, tag: str) -> dict[str, str]:
    """`Repository` is where `hil flash --release` finds the releases."""
    return {
        "Repository": repository,
        "Issues": f"{repository}/issues",
        "Changelog": f"{repository}/blob/{tag}/CHANGELOG.md",
        "Documentation": f"{repository}/tree/{tag}/docs",
    }


class Metadata(MetadataHookInterface):
    """Fills in what pyproject.toml names as dynamic, but for the version."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = os.environ.get(VARIABLE, "").rstrip("/")
        tag = f"v{metadata['version']}"
        metadata["urls"] = urls(repository, tag) if repository else {}
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute_links(text, repository, tag) if repository else text,
        }
