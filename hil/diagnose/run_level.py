"""What concerns the run as a whole: the board itself, identity, memory, the link, time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from hil.diagnose import timing
from hil.diagnose.catalogue import CATALOGUE
from hil.diagnose.trouble import explain_trouble
from hil.facts.diagnosis import Finding, Unexplained

if TYPE_CHECKING:
    from hil.diagnose.outcome import Outcome
    from hil.facts.evidence import HandshakeRecord
    from hil.facts.run import Run

_SOFTWARE_RESET = 3  # esp_reset_reason_t
_GROWTH_STEPS = 5


def explain_run(run: Run, outcome: Outcome) -> tuple[list[Finding], list[Unexplained]]:
    """The outcome's findings, and those of the run, in the order in which to look at them."""
    findings = [*explain_trouble(run), *_identity(run), *_link(run)]
    findings += [f for f in outcome.findings if not _follows(f, run)]
    findings += [*timing.findings(run), *_memory(run)]
    unexplained = list(outcome.unexplained)
    if not findings and not unexplained:
        unexplained += _failed_tests(run)
    return findings, unexplained


def _follows(finding: Finding, run: Run) -> bool:
    """Whether an answer is only what the identity announces: the same mistake, not another."""
    model, shakes = run.model, run.handshakes
    if model is None or not shakes:
        return False
    title = {
        "decision.threshold-other": {"percent": shakes[-1].threshold},
        "decision.other-class": {"index": shakes[-1].positive_class},
        "cam.other-class": {"index": shakes[-1].positive_class},
    }.get(finding.id)
    return title is not None and finding.title == CATALOGUE[finding.id].title.format(**title)


def finding(name: str, stage: str, evidence: str, **parameters: object) -> Finding:
    """A finding of the catalogue that is not about single images."""
    entry = CATALOGUE[name]
    return Finding(name, stage, entry.title.format(**parameters), evidence, entry.where_to_look)


def _identity(run: Run) -> Iterator[Finding]:
    shakes, model = run.handshakes, run.model
    if model is None or not shakes:
        return
    count = len(shakes)

    def all_of(test: list[bool]) -> str:
        return f"in {sum(test)} of {count} handshakes"

    wrong = [s.threshold != model.threshold for s in shakes]
    if any(wrong):
        got = shakes[wrong.index(True)].threshold
        evidence = f"the identity says so {all_of(wrong)}"
        yield finding("identity.threshold", "identity", evidence, got=got, right=model.threshold)
    wrong = [s.positive_class != model.positive_class for s in shakes]
    if any(wrong):
        got = shakes[wrong.index(True)].positive_class
        evidence = f"the identity says so {all_of(wrong)}"
        right = model.positive_class
        yield finding("identity.positive-class", "identity", evidence, got=got, right=right)
    for name, theirs, ours in (
        ("identity.other-firmware", [s.build_id for s in shakes], model.build_id),
        ("identity.other-model", [s.model_sha256 for s in shakes], model.sha256),
    ):
        wrong = [digest != ours for digest in theirs]
        if any(wrong):
            evidence = f"{theirs[wrong.index(True)][:12]} instead of {ours[:12]} {all_of(wrong)}"
            yield finding(name, "identity", evidence)
    wrong = [s.image_source != "injected" for s in shakes]
    if any(wrong):
        yield finding("identity.image-source", "identity", f"the camera is on {all_of(wrong)}")
    yield from _reset_reasons(shakes)
    yield from _graph(run)


def _reset_reasons(shakes: tuple[HandshakeRecord, ...]) -> Iterator[Finding]:
    reboots = [s for s in shakes if s.after == "reboot"]
    wrong = [s for s in reboots if s.reset_reason != _SOFTWARE_RESET]
    if wrong:
        evidence = f"after {len(wrong)} of {len(reboots)} reboots by command"
        yield finding(
            "identity.reset-reason",
            "identity",
            evidence,
            got=wrong[0].reset_reason,
            right=f"{_SOFTWARE_RESET} (software)",
        )


def _graph(run: Run) -> Iterator[Finding]:
    """Tensors and operators that the board reports, against the model that it was given."""
    from hil.diagnose.case import model_of
    from hil.network.cam_graph import read_cam_graph

    model = read_cam_graph(model_of(run), where="the model in the run", input_shape=None)
    if run.board is not None and run.board.ops:
        names = tuple(op.name for op in model.graph.ops)
        if run.board.ops != names:
            wrong = sum(a != b for a, b in zip(run.board.ops, names, strict=False))
            evidence = f"{len(run.board.ops)} operators reported, {len(names)} in the model"
            yield finding("identity.operators", "identity", f"{evidence}, {wrong} differ")
    right = {"input": model.input, "score": model.score, "features": model.features}
    wrong_parts: dict[str, None] = {}
    for shake in run.handshakes:
        for tensor in shake.tensors:
            ours = right.get(tensor.role)
            if ours is None:
                continue
            for what, got, expected in (
                ("shape", tuple(tensor.shape), tuple(ours.shape)),
                ("zero point", tensor.zero_point, ours.zero_point()),
                ("scale", tensor.scale, ours.scale()),
            ):
                if got != expected:
                    wrong_parts[f"{what} of {tensor.role} {got} instead of {expected}"] = None
    if wrong_parts:
        how = "; ".join(wrong_parts)
        yield finding("identity.tensors", "identity", "as its identity says", how=how)


def _link(run: Run) -> Iterator[Finding]:
    import base64

    accepted = [o.detail for o in run.oddities if o.what == "accepted"]
    if accepted:
        how = ", ".join(dict.fromkeys(accepted))
        evidence = f"{len(accepted)} times, where it had to be refused"
        yield finding("link.check-missing", "link", evidence, how=how)
    baud = [o.detail for o in run.oddities if o.what == "baud"]
    if baud and not run.troubles:
        yield finding("link.baud", "link", baud[0])
    echoes = [
        (base64.b64decode(o.sent), base64.b64decode(o.got))
        for o in run.oddities
        if o.what == "echo"
    ]
    if echoes:
        how = next((text for text, same in _ECHOES.items() if all(same(*e) for e in echoes)), "")
        evidence = f"{len(echoes)} echoes came back otherwise"
        sent, got = echoes[0]
        evidence += "" if how else f"; the first: {len(got)} of {len(sent)} bytes"
        yield finding("link.bytes", "link", evidence, how=how or "by no known rule")


_ECHOES: dict[str, Callable[[bytes, bytes], bool]] = {
    "all from the first 0x00 on is lost, as in a C string": lambda s, g: g == s.split(b"\0")[0],
    "CR is put before LF": lambda s, g: g == s.replace(b"\n", b"\r\n"),
    "CR becomes LF": lambda s, g: g == s.replace(b"\r", b"\n"),
    "LF becomes CR": lambda s, g: g == s.replace(b"\n", b"\r"),
    "CR is lost": lambda s, g: g == s.replace(b"\r", b""),
    "0x11 and 0x13 are lost (XON, XOFF)": lambda s, g: (
        g == s.replace(b"\x11", b"").replace(b"\x13", b"")
    ),
    "the top bit is lost": lambda s, g: g == bytes(b & 0x7F for b in s),
    "0x00 is lost": lambda s, g: g == s.replace(b"\0", b""),
    "the last byte is lost": lambda s, g: g == s[:-1],
    "the first byte is lost": lambda s, g: g == s[1:],
}


def _memory(run: Run) -> Iterator[Finding]:
    free = [i.memory.heap.free_bytes for i in run.images if i.memory.heap is not None]
    falls = [a - b for a, b in pairwise(free)]
    falling = [step for step in falls if step > 0]
    # A reset in between gives the memory back.
    if len(falling) >= max(_GROWTH_STEPS, 0.9 * len(falls)):
        evidence = (
            f"free heap falls with {len(falling)} of {len(falls)} images, by {min(falling)} bytes "
            f"or more each"
        )
        yield finding("memory.growing", "memory", evidence)
    used = [i.memory.arena_used_bytes for i in run.images]
    known = [value for value in used if value is not None]
    if len(known) > _GROWTH_STEPS and known[-1] > known[0] and known == sorted(known):
        evidence = f"arena in use rises from {known[0]} to {known[-1]} bytes"
        yield finding("memory.growing", "memory", evidence)
    for image in run.images:
        value = image.memory.arena_used_bytes
        if value is not None and not 0 < value <= image.memory.arena_bytes:
            how = f"{value} of {image.memory.arena_bytes} bytes of the arena are in use"
            yield finding("memory.report", "memory", f"after {image.name}", how=how)
            return


def _failed_tests(run: Run) -> list[Unexplained]:
    """Tests that failed, though no image does: their own words are the facts."""
    from hil.judge.figures import count_text
    from hil.judge.judged import FAILED_OUTCOMES

    failed = [test for test in run.tests if test.outcome in FAILED_OUTCOMES]
    if not failed:
        return []
    facts = tuple(f"{t.test.rpartition('::')[2]}: {_message(t.message)}" for t in failed[:3])
    them = "it" if len(failed) == 1 else "them"
    what = f"{count_text(len(failed), 'test')} failed, and no known mistake explains {them}"
    return [Unexplained("run", what, (), facts)]


def _message(text: str) -> str:
    """The line of a pytest report that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line[1:].strip() for line in lines if line.startswith("E ")]
    return (said or lines or ["no message"])[0]
