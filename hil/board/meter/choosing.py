"""`--energy KIND:PLACE,KEY=VALUE` as a meter.

csv:meter.csv           time_s,current_a[,voltage_v][,marker], from a file that grows or a pipe
ppk2:/dev/ttyACM1,source_mv=5000    Nordic's Power Profiler Kit II
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hil.board.meter.reading import Meter
from hil.errors import UsageError

_WHERE = "--energy"
_FORMS = (
    "give csv:FILE[,volts=V][,delay_ms=N] or "
    "ppk2[:PORT],source_mv=N|ampere_mv=N[,marker=CHANNEL] (docs/energy.md)"
)


@dataclass(frozen=True)
class MeterSpec:
    """`--energy`, taken apart."""

    kind: str
    place: str
    values: Mapping[str, float]

    def meter(self) -> Meter:
        """The meter, not yet started. Raises UsageError where it cannot be used."""
        return _KINDS[self.kind][0](self)


def parse_meter(text: str) -> MeterSpec:
    """Raises UsageError for what names no meter."""
    head, *pairs = text.split(",")
    kind, _, place = head.partition(":")
    if kind not in _KINDS:
        raise UsageError(f"there is no meter {kind!r}", where=_WHERE, hint=_FORMS)
    keys = _KINDS[kind][1]
    values: dict[str, float] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        if key not in keys:
            raise UsageError(
                f"{kind} has no {key!r}", where=_WHERE, hint=f"it has {', '.join(keys)}"
            )
        low, high = keys[key]
        try:
            values[key] = float(value)
        except ValueError:
            values[key] = float("nan")
        if not low <= values[key] <= high:
            raise UsageError(
                f"{key}={value} cannot be used",
                where=_WHERE,
                hint=f"give a number from {low:g} to {high:g}",
            )
    spec = MeterSpec(kind, place, values)
    if kind == "csv" and not place:
        raise UsageError("csv of which file?", where=_WHERE, hint=_FORMS)
    if kind == "ppk2" and len({"source_mv", "ampere_mv"} & set(values)) != 1:
        raise UsageError(
            "the kit either supplies the board or looks on, and has to know at what voltage",
            where=_WHERE,
            hint="give source_mv=5000 (it supplies, up to 1 A) or ampere_mv=5000 (it is in the way "
            "of another supply of 5 V)",
        )
    return spec


def _csv(spec: MeterSpec) -> Meter:
    from pathlib import Path

    from hil.board.meter.csv_stream import CsvMeter

    return CsvMeter(
        Path(spec.place),
        volts=spec.values.get("volts"),
        delay_s=spec.values.get("delay_ms", 20.0) / 1e3,
    )


def _ppk2(spec: MeterSpec) -> Meter:
    from hil.board.meter.ppk2 import Ppk2Meter

    source = spec.values.get("source_mv")
    marker = spec.values.get("marker")
    return Ppk2Meter(
        spec.place,
        millivolts=int(spec.values.get("ampere_mv", 0) if source is None else source),
        supplies=source is not None,
        marker=None if marker is None else int(marker),
    )


_KINDS: Mapping[str, tuple[Callable[[MeterSpec], Meter], Mapping[str, tuple[float, float]]]] = {
    "csv": (_csv, {"volts": (0.1, 60.0), "delay_ms": (0.0, 1000.0)}),
    "ppk2": (
        _ppk2,
        {"source_mv": (800, 5000), "ampere_mv": (800, 5000), "marker": (0, 7)},
    ),
}
