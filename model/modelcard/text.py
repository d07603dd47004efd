"""A model card as Markdown. Pure: the facts in, the text out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hil.judge.evaluation.quality import Evaluation, SourceQuality
from hil.judge.metrics.hits import Hits
from hil.report.evaluation.rows import Row, Value, rows
from model.modelcard.facts import CardFacts, Threshold
from model.modelcard.sources import ORIGINS, OWN, RESEARCH_ONLY

ASSETS = "card"
"""Folder of the figures, beside the card."""

CURVES, ROC, RELIABILITY = "training.svg", "roc.svg", "reliability.svg"
CONFUSION, POINTING = "confusion.svg", "pointing.svg"
SHEET, FAILURES = "photographs.jpg", "failures.jpg"


def card_markdown(facts: CardFacts) -> str:
    """The whole card; figures are named as `model.modelcard.write` writes them."""
    parts = (
        _head(facts),
        _figures(facts),
        _operating_points(facts),
        _conversion(facts),
        _drawn(facts),
        _training(facts),
        _failures(facts),
        _limits(facts),
        _data(facts),
        _reproduce(facts),
    )
    return "\n\n".join("\n".join(part).strip() for part in parts if part) + "\n"


def _head(facts: CardFacts) -> list[str]:
    ops = ", ".join(f"{count} {name}" for name, count in sorted(Counter(facts.ops).items()))
    own = facts.thresholds[0].test.threshold_percent
    return [
        f"# {facts.name}: model card",
        "",
        f"Says whether a 96x96 gray image shows a {facts.labels[facts.positive_class]}, and where. "
        "It was trained on labels of whole images alone; boxes only measured it.",
        "",
        *_table(
            ("", ""),
            (
                ("Architecture", "MobileNetV1 0.25 to Conv2d_11, mean, 1x1 convolution, softmax"),
                ("File", f"{facts.tflite_bytes:,} bytes, {facts.parameters:,} parameters, int8"),
                ("Computes", f"{facts.macs:,} multiply-accumulates an image (ops.txt)"),
                ("Operators", f"{len(facts.ops)}: {ops}"),
                ("Labels", ", ".join(facts.labels)),
                ("Threshold", f"{own} %"),
                ("SHA-256", f"`{facts.sha256}`"),
            ),
        ),
    ]


def _figures(facts: CardFacts) -> list[str]:
    both = facts.int8_side.both
    counts = both.counts
    lines = [
        "## Figures",
        "",
        f"Test images of {_listed(facts.sources)}, which have both classes: "
        f"{counts.positives:,} with a person, {counts.negatives:,} without. With 95 % intervals; "
        "int8 on LiteRT's reference kernels, which the boards equal to the bit. docs/evaluation.md "
        "says what each metric is.",
        "",
        *_metrics(facts.float_side.both, both),
    ]
    everything = facts.int8_side.everything
    if everything.counts.reported != counts.reported:
        lines += [
            "",
            f"### All {everything.counts.reported:,} test images",
            "",
            "Sources with one class only flatter: a network can tell the source instead of the "
            "person.",
            "",
            *_metrics(facts.float_side.everything, everything),
        ]
    if everything.sources:
        lines += ["", "### By source, int8", "", *_sources(everything.sources)]
    return lines


def _metrics(of_float: Evaluation, of_int8: Evaluation) -> list[str]:
    pairs = zip(rows(of_float), rows(of_int8), strict=True)
    return _table(
        ("metric", "float", "int8", "int8, 95 % interval", "baseline"),
        (
            (
                int8.name.strip() if not int8.name.startswith(" ") else f"- {int8.name.strip()}",
                _number(of_f.oracle, int8),
                f"**{_number(int8.oracle, int8)}**",
                _interval(int8.oracle, int8),
                "" if int8.baseline is None
                else f"{_number(int8.baseline, int8)} ({int8.baseline_name})",
            )
            for of_f, int8 in pairs
        ),
    )  # fmt: skip


def _sources(sources: Sequence[SourceQuality]) -> list[str]:
    return _table(
        ("source", "persons", "empty", "recall", "false alarms", "AUC", "pointing", "centre"),
        (
            (
                source.source or "(none)",
                f"{scores.positives:,}",
                f"{scores.negatives:,}",
                _share(scores.recall),
                _share(scores.false_alarms),
                "-" if scores.roc_auc is None else f"{scores.roc_auc:.3f}",
                _share(places.peak),
                _share(places.centre),
            )
            for source in sources
            if (scores := source.scores) is not None and (places := source.places) is not None
        ),
    )


def _operating_points(facts: CardFacts) -> list[str]:
    return [
        "## Operating points",
        "",
        "Chosen on val and reported on test, int8, whole percents as the device holds them. Set "
        "another with `python -m model use`.",
        "",
        *_table(
            ("threshold", "for", "recall on val", "alarms on val", "recall on test",
             "alarms on test"),
            (_point(threshold) for threshold in facts.thresholds),
        ),
    ]  # fmt: skip


def _point(threshold: Threshold) -> tuple[str, ...]:
    val, test = threshold.validation, threshold.test
    shares = (val.recall, val.false_alarms, test.recall, test.false_alarms)
    return (f"{test.threshold_percent} %", threshold.name, *map(_share, shares))


def _conversion(facts: CardFacts) -> list[str]:
    found = facts.difference
    aucs = [s.both.answering.scores.roc_auc for s in (facts.float_side, facts.int8_side)]
    lines = ["## Float against int8", ""]
    if aucs[0] is not None and aucs[1] is not None:
        lines += [
            f"ROC AUC {aucs[0]:.4f} in float, {aucs[1]:.4f} in int8: {aucs[1] - aucs[0]:+.4f}.",
            "",
        ]
    return [
        *lines,
        f"On {found.images:,} test images scores differ by {found.mean_lsb:.2f} LSB on average "
        f"and {found.max_lsb:.1f} at most (1 LSB = 1/256; mean with sign {found.bias_lsb:+.2f}). "
        f"Decisions that differ: {found.decisions_differing:,}; maps with their maximum in another "
        f"cell: {found.cells_differing:,}.",
    ]


def _drawn(facts: CardFacts) -> list[str]:
    return [
        "## Curves",
        "",
        _picture("ROC of float and int8", ROC),
        _picture("Confusion matrix", CONFUSION),
        "",
        _picture("Reliability diagram", RELIABILITY),
        "",
        "Cells of the map where the locations of true positives lie, and how many of them are "
        "in a true box:",
        "",
        _picture("Locations by cell", POINTING),
    ]


def _training(facts: CardFacts) -> list[str]:
    lines = ["## Training", "", facts.initial]
    if facts.history:
        last = facts.history[-1]
        seconds = sum(float(epoch.get("seconds") or 0) for epoch in facts.history)
        lines += [
            "",
            f"{last['epoch']} epochs, {seconds / 60:.0f} minutes.",
            "",
            _picture("Training curves", CURVES),
        ]
    if facts.tried:
        lines += ["", "### What was tried", "", facts.tried.strip()]
    return lines


def _failures(facts: CardFacts) -> list[str]:
    if not facts.shown:
        return []
    wrong = [one for one in facts.shown if one.wrong]
    kinds = Counter(one.wrong for one in wrong)
    lines = ["## Known failures", ""]
    if wrong:
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        lines += [
            f"{len(wrong)} of the {len(facts.shown)} photographs in fixtures: {listed}. White "
            "frames are the true boxes, green rings the answers.",
            "",
            _picture("Photographs with wrong answers", FAILURES),
            "",
        ]
    else:
        lines += [f"None on the {len(facts.shown)} photographs in fixtures; test has them.", ""]
    return [
        *lines,
        "All of them:",
        "",
        _picture("All photographs with answers", SHEET),
        "",
        "Photographs: " + "; ".join(sorted({one.credit for one in facts.shown})) + ". Their "
        "licences are in fixtures/LICENCES.md.",
    ]


def _limits(facts: CardFacts) -> list[str]:
    return [
        "## What it is not for",
        "",
        "It finds people in photographs like those below: upright, in daylight or indoors, from "
        "0.5 % of the image on. It does not count, recognise or follow anyone. It was not tested "
        "at night, in infrared, from above, or with wide-angle lenses, and not for how it treats "
        "different people. Do not use it where a missed person comes to harm.",
    ]


def _data(facts: CardFacts) -> list[str]:
    splits = sorted({count.split for count in facts.data})
    sources = sorted({count.source for count in facts.data})
    by = {(count.source, count.split): count for count in facts.data}

    def cells(source: str) -> Iterator[str]:
        yield source or "(none)"
        for split in splits:
            count = by.get((source, split))
            yield "-" if count is None else f"{count.persons:,} / {count.empty:,}"

    known = [source for source in sources if source in ORIGINS]
    unknown = [source or "(none)" for source in sources if source not in ORIGINS]
    heads = ("source", *(f"{split or 'no split'}: person / none" for split in splits))
    lines = ["## Data and its terms", "", *_table(heads, (tuple(cells(s)) for s in sources))]
    if known:
        origins = ((s, ORIGINS[s].what, ORIGINS[s].terms, ORIGINS[s].boxes) for s in known)
        lines += ["", *_table(("source", "what", "terms, as far as stated", "boxes"), origins)]
    if any(ORIGINS[source].research_only for source in known):
        lines += ["", RESEARCH_ONLY]
    if unknown:
        lines += ["", OWN.format(names=", ".join(unknown))]
    return lines


def _reproduce(facts: CardFacts) -> list[str]:
    lines = ["## Recipe and versions", ""]
    lines += _table(("", ""), ((key, str(value)) for key, value in facts.made.items()))
    if facts.recipe:
        lines += ["", "```toml", facts.recipe.strip(), "```"]
    return lines


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in body),
    ]


def _picture(said: str, name: str) -> str:
    return f"![{said}]({ASSETS}/{name})"


def _number(value: Value, row: Row) -> str:
    if value.value is None:
        return "-"
    text = f"{100 * value.value:.1f} %" if row.percent else f"{value.value:.3f}"
    return text if value.parameter is None or row.group != "scores" else (
        f"{text} (from {value.parameter:g} % on)"
    )  # fmt: skip


def _interval(value: Value, row: Row) -> str:
    if value.interval is None:
        return ""
    low, high = value.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %" if row.percent else f"{low:.3f} to {high:.3f}"


def _share(hits: Hits) -> str:
    return "-" if hits.rate is None else f"{100 * hits.rate:.1f} %"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] or "all sources")))
