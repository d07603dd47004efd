"""What a board is asked once more about what it answered wrongly."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hil.facts.evidence import DivergenceRecord
from hil.run import evidence


def test_wrong_samples_leave_as_many_images_to_be_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def traced(board: Any, oracle: Any, name: str, data: bytes) -> DivergenceRecord:
        return DivergenceRecord(name, "none", None, "", (), 0, 0, 0, 0.0, None, (), (), "", "")

    monkeypatch.setattr(evidence, "_traced", traced)
    board: Any = SimpleNamespace(ready_board=lambda: None)
    found, oracle = evidence.Evidence(board), Any
    samples = [f"uniform-{n}" for n in range(2 * evidence.MOST_IMAGES)]
    photos = [f"photo-{n}" for n in range(2 * evidence.MOST_IMAGES)]
    for name in samples:
        wrong: Any = SimpleNamespace(
            facts=SimpleNamespace(ops=(SimpleNamespace(differs=True),)),
            sample=SimpleNamespace(name=name, data=b""),
        )
        found.note_sample(oracle, wrong)  # type: ignore[arg-type]
    for name in photos:
        found.note_operator(oracle, name, b"")  # type: ignore[arg-type]
    looked_at = [record.image for record in found.divergences]
    assert looked_at == samples[: evidence.MOST_IMAGES] + photos[: evidence.MOST_IMAGES]
