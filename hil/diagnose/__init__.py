"""Names the bug: which known mistake gives exactly the answers that a board gave.

A hypothesis predicts, from the oracle, what a board with one mistake answers. All of
them are tested over all images of a run, stage by stage; what predicts every answer
exactly is a finding. Where nothing does, the diagnosis says "unexplained".

    diagnose(run) -> Diagnosis

It asks no board: what a run left is all it has.

See docs/diagnosis.md.
"""

from __future__ import annotations

from hil.diagnose.catalogue import CATALOGUE, IDS
from hil.diagnose.diagnosis import diagnose
from hil.facts.diagnosis import Diagnosis, Finding, Unexplained

__all__ = ["CATALOGUE", "IDS", "Diagnosis", "Finding", "Unexplained", "diagnose"]
