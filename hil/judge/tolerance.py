"""Tolerances as validated data. The defaults are in tolerances.toml next to this file."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from hil.base.toml_table import Table, read_toml
from hil.facts.network import FEATURES, SCORE

_DEFAULTS = Path(__file__).with_name("tolerances.toml")


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Limits of the verdicts; see tolerances.toml for the meaning of each."""

    score_lsb: int
    features_lsb: int
    cam_units: int
    location_margin: Fraction
    output_lsb: int = 0
    second_opinion_lsb: int = 1

    def of_output(self, role: str) -> int:
        """How many steps an output with this role may be off."""
        return {SCORE: self.score_lsb, FEATURES: self.features_lsb}.get(role, self.output_lsb)


def load_tolerances(path: Path | None = None) -> Tolerances:
    """Tolerances of a TOML file; keys that it leaves out keep their defaults.

    Args:
        path: the file; None for the defaults.

    Raises:
        UsageError: unreadable, not TOML, an unknown key, a wrong type, a negative
            limit or a margin above 1, with file, line and key.
    """
    defaults = _read(read_toml(_DEFAULTS), None)
    return defaults if path is None else _read(read_toml(path), defaults)


def _read(table: Table, defaults: Tolerances | None) -> Tolerances:
    """Without defaults every key has to be there."""
    kept = {} if defaults is None else dataclasses.asdict(defaults)
    tolerances = Tolerances(
        score_lsb=_steps(table, "score_lsb", kept),
        features_lsb=_steps(table, "features_lsb", kept),
        cam_units=_steps(table, "cam_units", kept),
        location_margin=_margin(table, "location_margin", kept),
        output_lsb=_steps(table, "output_lsb", kept),
        second_opinion_lsb=_steps(table, "second_opinion_lsb", kept),
    )
    table.finish()
    return tolerances


def _steps(table: Table, key: str, kept: Mapping[str, Any]) -> int:
    value = table.take(key, int, kept[key]) if kept else table.take(key, int)
    if value < 0:
        raise table.error(f"{key} must not be negative, not {value}", hint="0 is exact", key=key)
    return value


def _margin(table: Table, key: str, kept: Mapping[str, Any]) -> Fraction:
    value = table.take(key, float, float(kept[key])) if kept else table.take(key, float)
    # Written so that a NaN is refused too.
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise table.error(
            f"{key} must be from 0 to 1, not {value}",
            hint="it is a fraction of the map's range",
            key=key,
        )
    # The decimal as written, not the binary fraction next to it.
    return Fraction(str(value))
