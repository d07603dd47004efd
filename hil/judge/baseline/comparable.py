"""What must be the same for two results to be comparable. Pure.

An engine is the same in all of its versions, as is a firmware: what a new version
does to the results is what a comparison is for. Rates and scores judge a model by
its photographs, so two models can be compared by them. The clock is the processor's;
for the simulated board it is the host.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hil.judge.baseline.setting import engine_name

if TYPE_CHECKING:
    from hil.judge.baseline.model import Setting


def _images(setting: Setting) -> str:
    return f"{setting.image_count} images {setting.images[:8]}"


_ASPECTS: dict[str, Callable[[Setting], str]] = {
    "target": lambda setting: setting.target,
    "engine": lambda setting: engine_name(setting.engine),
    "model": lambda setting: setting.model_sha256[:16],
    "clock": lambda setting: setting.clock or "unknown",
    "sample set": _images,
    "link rate": lambda setting: f"{setting.baud} baud",
}

_BY_KIND: dict[str, tuple[str, ...]] = {
    "latency": ("target", "engine", "model", "clock", "sample set"),
    "energy": ("target", "engine", "model", "clock", "sample set"),
    "memory": ("target", "engine", "model"),
    "rate": ("target", "sample set"),
    "score": ("target", "sample set"),
    "parity": ("target", "engine", "model", "sample set"),
    "model": ("target",),
    "link": ("target", "link rate", "sample set"),
}

_ALL: dict[str, Callable[[Setting], str]] = {
    **_ASPECTS,
    "engine": lambda setting: setting.engine,
    "firmware": lambda setting: f"{setting.firmware_version} build {setting.build_id[:16]}",
    "chip": lambda setting: setting.chip,
    "arena": lambda setting: f"{setting.arena_bytes} bytes",
    "capabilities": lambda setting: " ".join(setting.capabilities) or "none",
    "partitions": lambda setting: ", ".join(setting.partitions) or "none",
}


def aspects(kind: str, setting: Setting) -> tuple[tuple[str, str], ...]:
    """(aspect, value) of all that results of this kind depend on."""
    # An unknown kind is compared only where everything is the same.
    names = _BY_KIND.get(kind, tuple(_ASPECTS))
    return tuple((name, _ASPECTS[name](setting)) for name in names)


def obstacle(kind: str, before: Setting, after: Setting) -> str | None:
    """Why results of this kind cannot be compared: the first aspect that differs."""
    pairs = zip(aspects(kind, before), aspects(kind, after), strict=True)
    for (name, ours), (_, theirs) in pairs:
        if ours != theirs:
            return f"other {name}: {theirs}, before {ours}"
    return None


def differences(before: Setting, after: Setting) -> tuple[str, ...]:
    """Everything that differs between two settings, in words."""
    pairs = ((name, of(before), of(after)) for name, of in _ALL.items())
    return tuple(f"{name}: {ours} -> {theirs}" for name, ours, theirs in pairs if ours != theirs)
