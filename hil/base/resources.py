"""Finds the files that travel with the harness: firmware sources, fixtures, the model.

In a checkout they lie next to the package; an installed wheel carries copies in
`hil/_data`. The checkout wins, so that an edited file takes effect.
"""

from __future__ import annotations

from pathlib import Path

from hil.errors import UsageError

OWN_NETWORK = "model/person_cam.tflite"
"""The example that comes along."""

_PACKAGE = Path(__file__).resolve().parents[1]


def checkout() -> Path | None:
    """The root of the repository that this package is run from, or None if installed."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else None


def find(name: str) -> Path:
    """The path of a resource such as `firmware`, `fixtures` or `model/person_cam.tflite`.

    Raises UsageError when it is neither in the checkout nor in the installed package.
    """
    root = checkout()
    places = ([root / name] if root else []) + [_PACKAGE / "_data" / name]
    for place in places:
        if place.exists():
            return place
    raise UsageError(
        f"{name} is missing",
        where=", ".join(str(place) for place in places),
        hint="the installation is incomplete: run `pip install --force-reinstall camhil`, "
        "or use a full checkout",
    )
