"""The files of a new project, from the templates beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from shlex import quote

from hil import __version__
from hil.project.board import needs_firmware
from hil.project.network import ChosenNetwork

TEMPLATES = Path(__file__).with_name("template")
PLACES = {
    "pyproject.toml": "pyproject.toml",
    "gates.toml": "gates.toml",
    "test_network.py": "tests/test_network.py",
    "baselines.md": "baselines/README.md",
    "workflow.yml": ".github/workflows/camhil.yml",
    "gitignore": ".gitignore",
    "readme.md": "README.md",
}
"""Of each template, which has .jinja behind its name, the place in the project."""

_KIB = 1024
_ROOM_PERCENT = 10
"""Kept free in the arena, for the next training of the same network."""


def project_files(name: str, network: ChosenNetwork, board: str) -> dict[str, bytes]:
    """Content of each file by its path in the project, with slashes.

    Args:
        name: of the project.
        network: what it is to test.
        board: as for `--board`; checked before.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from hil.facts.network import network_facts

    place = PurePosixPath("models", network.name)
    files = {str(place): network.tflite}
    if network.settings:
        files[str(place.with_suffix(".toml"))] = network.settings.encode()
    # Jinja's usual marks are those of GitHub's expressions.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    environment.filters["toml"] = lambda text: json.dumps(text, ensure_ascii=False)
    environment.filters["shell"] = quote
    values: Mapping[str, object] = {
        "name": name,
        "version": __version__,
        "network": str(place),
        "described": network_facts(network.contract.header).text,
        "picture": network.contract.image is not None,
        "board": board,
        "needs_firmware": needs_firmware(board),
        "built_in": network.built_in,
        "arena": network.trial.arena,
        "arena_kib": arena_kib(network.trial.arena),
    }
    for template, target in PLACES.items():
        text: str = environment.get_template(f"{template}.jinja").render(values)
        files[target] = text.encode()
    return dict(sorted(files.items()))


def arena_kib(used: int) -> int:
    """A limit for an arena of which so many bytes are used, in KiB: with room, rounded up."""
    return -(-used * (100 + _ROOM_PERCENT) // (100 * _KIB))
