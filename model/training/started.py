"""started.json in the folder of a training: what recipe and data do not tell."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hil.base.text_file import read_json
from hil.errors import UsageError

STARTED = "started.json"


@dataclass(frozen=True, slots=True)
class Started:
    """How a training began.

    Attributes:
        initial: file name of the initial model; empty without one.
        initial_sha256: of its bytes.
        backend: Keras and what it ran on, with versions.
    """

    initial: str = ""
    initial_sha256: str = ""
    backend: str = ""


def started(backend: str, initial: tuple[str, bytes] | None) -> Started:
    """`backend`: its name; Keras runs on it already. `initial`: path and bytes."""
    import importlib

    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    version = importlib.import_module(backend).__version__
    where = f"keras {keras.__version__} on {backend} {version}"
    if initial is None:
        return Started(backend=where)
    path, model = initial
    return Started(Path(path).name, hashlib.sha256(model).hexdigest(), where)


def write_started(folder: Path, what: Started) -> None:
    """Writes it; the first start of an interrupted training is what stays."""
    path = folder / STARTED
    if not path.exists():
        path.write_text(json.dumps(asdict(what), indent=1) + "\n", encoding="utf-8")


def read_started(folder: Path | None) -> Started | None:
    """What a folder says; None without such a file.

    Raises:
        UsageError: a damaged file.
    """
    if folder is None or not (folder / STARTED).is_file():
        return None
    fields = read_json(folder / STARTED)
    try:
        return Started(**fields)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"damaged: {error}", where=str(folder / STARTED), hint="delete it, and train again"
        ) from error
