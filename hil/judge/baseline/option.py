"""The values of `--baseline`: save or compare, with or without a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from hil.errors import InfrastructureError, UsageError
from hil.judge.judged import UNMEASURED_OUTCOMES

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.baseline.model import Comparison

Mode = Literal["save", "compare"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class BaselineRequest:
    """`name` is empty for the board's own baseline."""

    mode: Mode
    name: str = ""


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """What became of a request: `saved` is the file written, or `comparison` is there."""

    request: BaselineRequest
    saved: Path | None = None
    comparison: Comparison | None = None


def parse_baseline(text: str) -> BaselineRequest:
    """A value of `--baseline`: `save`, `save=NAME`, `compare` or `compare=NAME`.

    Raises:
        UsageError: anything else, or a name that is no file name everywhere.
    """
    mode, equals, name = text.partition("=")
    if mode not in get_args(Mode):
        raise UsageError(
            f"--baseline {text!r} is neither save nor compare",
            where="--baseline",
            hint="give save, save=NAME, compare or compare=NAME",
        )
    if equals and not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a baseline",
            where="--baseline",
            hint="use up to 64 letters, digits, dots, dashes and underscores; "
            "another directory goes into --baseline-dir",
        )
    return BaselineRequest("save" if mode == "save" else "compare", name)


def apply_baseline(request: BaselineRequest, run: Run, directory: Path) -> BaselineResult:
    """Saves the run as a baseline, or compares it with one.

    Raises:
        UsageError: the run has nothing to compare, there is no such baseline, or it
            cannot be used.
        InfrastructureError: the run is incomplete, or the file cannot be written.
    """
    from hil.judge.baseline.compare import compare_snapshots
    from hil.judge.baseline.files import find, load, path_of, save
    from hil.judge.baseline.setting import baseline_key
    from hil.judge.baseline.snapshot import snapshot

    now = snapshot(run)
    assert run.board is not None  # or there is no snapshot
    key = baseline_key(run.board)
    if request.mode == "save":
        if not now.setting.image_count:
            raise UsageError(
                "a run without images is no baseline",
                where="--baseline save",
                hint="select tests that measure images, such as hil/suite/test_photos.py",
            )
        missing = [test.test for test in run.tests if test.outcome in UNMEASURED_OUTCOMES]
        if missing:
            raise InfrastructureError(
                f"not saved as a baseline: {len(missing)} tests could not be measured",
                where=missing[0],
                hint="save a run that is complete; the earlier baseline is untouched",
            )
        path = path_of(directory, key, request.name)
        save(now, path)
        return BaselineResult(request, saved=path)
    path = find(directory, key, request.name)
    return BaselineResult(request, comparison=compare_snapshots(now, load(path), path.name))
