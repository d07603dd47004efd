"""The page of a float network beside its int8 form: a plot of every operator, and the figures."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from hil.facts.layers import EndFacts, ErrorFacts, LayerFacts, LayersFacts, LsbFacts
from hil.facts.stand_in import stand_in
from hil.judge.figures import count_text
from hil.judge.layers import LOW_SQNR_DB, LayersVerdict, db_text, loses, lsb_text
from hil.report.layers import channel_text, cut_text, decisions_text, l1_text
from hil.report.page.fill import fill
from hil.report.page.words import words

TOP_DB = 60
"""Right end of the plot. 8 bits hold 50 dB (6.02 dB each, and 1.76): what has more is exact, or
nearly."""

_TICKS = (0, 20, 40, 60)
_SECTIONS = (
    ("verdict", "Verdict"),
    ("plot", "Plot"),
    ("figures", "Figures"),
    ("identity", "Identity"),
)
_LEAD = (
    "The float network as it was trained and its int8 form get the same inputs, and every "
    "operator's outputs are compared: where they part, quantization costs accuracy."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One operator's output in words, and its place in the plot; empty where it has none."""

    place: str
    shape: str
    own: str
    channel: str
    total: str
    l1: str
    weights: str
    cut: str
    host: str
    board: str
    untold: str
    loses: bool
    differs: bool
    plot: Markup


def render(
    facts: LayersFacts,
    verdict: LayersVerdict,
    remarks: tuple[str, ...],
    names: tuple[str, str],
) -> str:
    """The page as text.

    Args:
        facts: what was measured.
        verdict: what it comes to.
        remarks: what the verdict says nothing of.
        names: of the two files.
    """
    return fill(
        "layers.html",
        sections=_SECTIONS,
        lead=_LEAD,
        words=words("operator", "oracle", "LSB", "SQNR"),
        facts=facts,
        verdict=verdict,
        head=verdict.said,
        remarks=remarks,
        names=names,
        many=count_text(facts.samples, "sample"),
        stand_in=stand_in(facts.target, facts.time_base) if facts.target else "",
        decisions=decisions_text(facts),
        layers=[_layer(layer) for layer in facts.layers],
        ends=[_end("input", end) for end in facts.inputs]
        + [_end("output", end) for end in facts.outputs],
        ticks=[(tick, _percent(tick)) for tick in _TICKS],
        low=LOW_SQNR_DB,
    )


def _layer(layer: LayerFacts) -> Row:
    own, total = layer.own, layer.total
    return Row(
        place=layer.place,
        shape=_shape(layer.shape),
        own=_db(own),
        channel="" if own is None else channel_text(own),
        total=_db(total),
        l1="" if own is None else l1_text(own),
        weights=_db(layer.weights),
        cut=cut_text(own or total),
        host=lsb_text(layer.host),
        board=lsb_text(layer.board),
        untold=layer.untold,
        loses=loses(layer),
        differs=_differs(layer.board),
        plot=plot(layer) if total is not None else Markup(""),
    )


def _end(what: str, end: EndFacts) -> Row:
    return Row(
        place=f"{what} {end.name!r}",
        shape=_shape(end.shape),
        own="",
        channel="",
        total=_db(end.error),
        l1="",
        weights="",
        cut=cut_text(end.error),
        host="",
        board=lsb_text(end.board),
        untold=end.untold,
        loses=False,
        differs=_differs(end.board),
        plot=Markup(""),
    )


def plot(layer: LayerFacts) -> Markup:
    """One operator's line of the plot: a disc at its own SQNR, a whisker down to its worst channel,
    a square at the SQNR of all up to it. Places are shares of the width, so it fits any."""
    own, total = layer.own, layer.total
    parts = [f'<line class="low" x1="{_percent(LOW_SQNR_DB)}" x2="{_percent(LOW_SQNR_DB)}" y1="0" '
             'y2="24"/>']  # fmt: skip
    said = []
    if own is not None:
        kind = "own lost" if loses(layer) else "own"
        at = _percent(own.sqnr_db)
        said.append(f"own {db_text(own.sqnr_db)}")
        if own.channel_sqnr_db is not None:
            least = _percent(own.channel_sqnr_db)
            said.append(f"worst channel {own.channel}: {db_text(own.channel_sqnr_db)}")
            parts.append(
                f'<g class="{kind}"><line x1="{least}" x2="{at}" y1="12" y2="12"/>'
                f'<line x1="{least}" x2="{least}" y1="7" y2="17"/></g>'
            )
        parts.append(f'<circle class="{kind}" cx="{at}" cy="12" r="5"/>')
    if total is not None:
        said.append(f"total {db_text(total.sqnr_db)}")
        parts.append(
            f'<svg x="{_percent(total.sqnr_db)}" overflow="visible">'
            '<rect class="total" x="-4" y="8" width="8" height="8"/></svg>'
        )
    label = f"operator {layer.place}: {', '.join(said)}"
    return Markup(
        f'<svg class="dots" role="img" aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>{''.join(parts)}</svg>"
    )


def _percent(value: float) -> str:
    """Where an SQNR stands; what is beyond an end stands at it."""
    share = min(max(value / TOP_DB, 0.0), 1.0)
    return f"{100 * share:.2f}%"


def _db(error: ErrorFacts | None) -> str:
    return "" if error is None else db_text(error.sqnr_db)


def _differs(lsb: LsbFacts | None) -> bool:
    return lsb is not None and lsb.differing > 0


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "scalar"
