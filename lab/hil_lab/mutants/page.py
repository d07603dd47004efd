"""The page of a set of mutants: figures by file, survivors with their diff, what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hil.report.page.fill import fill
from hil_lab.mutants.equivalent import Equivalents
from hil_lab.mutants.figures import figures, is_equivalent, summary
from hil_lab.mutants.record import Campaign, Dropped, MutantRecord, Outcome

_ORDER = (Outcome.SURVIVED, Outcome.UNSTEADY, Outcome.TIMED_OUT, Outcome.CAUGHT)


def render(
    campaign: Campaign,
    records: Sequence[MutantRecord],
    dropped: Sequence[Dropped],
    lines: Mapping[str, int],
    equivalents: Equivalents,
) -> str:
    """The page as text.

    Args:
        campaign: seed and options.
        records: what was run.
        dropped: what was not.
        lines: that can be mutated, by file.
        equivalents: those that were read.
    """
    equivalent = equivalents.reasons
    found = figures(records, lines, equivalent)
    ordered = sorted(records, key=lambda each: (_ORDER.index(each.outcome), each.file, each.line))
    return fill(
        "page.html",
        Path(__file__).parent,
        campaign=campaign,
        found=found,
        said=summary(found),
        dropped=len(dropped),
        complaints=equivalents.complaints,
        missed=[each for each in ordered if not each.seen and not is_equivalent(each, equivalent)],
        equal=[each for each in ordered if is_equivalent(each, equivalent)],
        crashed=[each for each in ordered if each.error],
        records=ordered,
        equivalent=equivalent,
    )
