"""What concerns the run as a whole: the board itself, identity, memory, the link, time."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterable, Iterator

from hil.diagnose import timing
from hil.diagnose.catalogue import finding
from hil.diagnose.outcome import Outcome
from hil.diagnose.trouble import explain_trouble, first_cause
from hil.facts.diagnosis import Finding
from hil.facts.evidence import HandshakeRecord
from hil.facts.network import network_facts
from hil.facts.packing import unpack_plain
from hil.facts.run import Run
from hil.judge.figures import count_text
from hil.judge.judged import FAILED_OUTCOMES, LOST_OUTCOMES, UNMEASURED_OUTCOMES
from hil.judge.trends import trends
from hil.judge.whole_run import figures_of, wrong_figures
from hil.network.contract import Contract
from hil.wire.enums import ErrorCode
from hil.wire.network_header import contract_crc, pack_header

_SOFTWARE_RESET = 3  # esp_reset_reason_t


def explain_run(run: Run, contract: Contract | None, outcome: Outcome) -> None:
    """Adds the findings of the run, and puts all in the order in which to look at them."""

    def told(what: str, find: Callable[[], Iterable[Finding]]) -> list[Finding]:
        return outcome.guard(what, lambda: list(find())) or []

    outcome.findings = [
        *told("board", lambda: explain_trouble(run)),
        *told("identity", lambda: _identity(run, contract)),
        *told("link", lambda: _link(run)),
        *told("answer", lambda: _inline(run)),
        *outcome.findings,
        *told("trace", lambda: _trace(run)),
        *told("timing", lambda: timing.findings(run)),
        *told("figures", lambda: _figures(run)),
    ]
    if not outcome.findings and not outcome.unexplained:
        _unhappy_tests(run, outcome)


def _identity(run: Run, contract: Contract | None) -> Iterator[Finding]:
    shakes, model = run.handshakes, run.model
    if model is None or not shakes:
        return

    def differing(name: str, right: object) -> tuple[list[object], str]:
        """What handshakes say otherwise, and in how many of them."""
        telling = _with_network(run) if name == "model_sha256" else shakes
        wrong = [got for shake in telling if (got := getattr(shake, name)) != right]
        return wrong, f"in {len(wrong)} of {len(telling)} handshakes"

    for entry, field, digest in (
        ("other-firmware", "build_id", model.build_id),
        ("other-model", "model_sha256", model.sha256),
    ):
        wrong, where = differing(field, digest)
        if wrong:
            evidence = f"{str(wrong[0])[:12]} instead of {digest[:12]} {where}"
            yield finding(f"identity.{entry}", "identity", evidence)
    wrong, where = differing("image_source", "injected")
    if wrong:
        yield finding("identity.image-source", "identity", f"the camera is on {where}")
    reboots = [shake.reset_reason for shake in shakes if shake.after == "reboot"]
    reasons = [reason for reason in reboots if reason != _SOFTWARE_RESET]
    if reasons:
        evidence = f"after {len(reasons)} of {len(reboots)} reboots by command"
        right = f"{_SOFTWARE_RESET} (software)"
        yield finding("identity.reset-reason", "identity", evidence, got=reasons[0], right=right)
    if contract is not None:
        yield from _contract(run, contract)


def _contract(run: Run, contract: Contract) -> Iterator[Finding]:
    """What the board reports of its network, against the network that it was given."""
    right = contract_crc(pack_header(contract.header))
    telling = _with_network(run)
    wrong = [shake.contract_crc for shake in telling if shake.contract_crc != right]
    if wrong:
        how = f"CRC-32 {wrong[-1]:08x} instead of {right:08x}"
        if run.board is not None:
            ours, theirs = network_facts(contract.header), run.board.network
            parts = [
                f"{field.name} {getattr(theirs, field.name)} instead of {getattr(ours, field.name)}"
                for field in dataclasses.fields(ours)
                if getattr(theirs, field.name) != getattr(ours, field.name)
            ]
            how = "; ".join(parts) or how
        evidence = f"in {len(wrong)} of {len(telling)} handshakes"
        yield finding("identity.contract", "identity", evidence, how=how)


def _with_network(run: Run) -> list[HandshakeRecord]:
    """The handshakes of a board that had a network: of others what is said of it is void."""
    return [shake for shake in run.handshakes if shake.model_state == ErrorCode.OK.name]


def _link(run: Run) -> Iterator[Finding]:
    accepted = [o.detail for o in run.oddities if o.what == "accepted"]
    if accepted:
        how = ", ".join(dict.fromkeys(accepted))
        evidence = f"{len(accepted)} times, where it had to be refused"
        yield finding("link.check-missing", "link", evidence, how=how)
    baud = [o.detail for o in run.oddities if o.what == "baud"]
    if baud and first_cause(run) is None:
        yield finding("link.baud", "link", baud[0])
    echoes = [(unpack_plain(o.sent), unpack_plain(o.got)) for o in run.oddities if o.what == "echo"]
    if echoes:
        how = next((text for text, same in _ECHOES.items() if all(same(*e) for e in echoes)), "")
        evidence = f"{len(echoes)} echoes came back otherwise"
        sent, got = echoes[0]
        evidence += "" if how else f"; the first: {len(got)} of {len(sent)} bytes"
        yield finding("link.bytes", "link", evidence, how=how or "by no known rule")


def _inline(run: Run) -> Iterator[Finding]:
    """Outputs that are not those whose CRC-32 they come with."""
    damaged = [
        (number, index)
        for number, record in enumerate(run.inferences)
        for index, part in enumerate(record.outputs)
        if part.data and zlib.crc32(unpack_plain(part.data)) != part.crc
    ]
    if damaged:
        answers = len({number for number, _ in damaged})
        evidence = f"in {answers} of {len(run.inferences)} answers"
        how = ", ".join(f"output {index}" for index in sorted({index for _, index in damaged}))
        yield finding("output.inline-damaged", "answer", evidence, how=how)


def _trace(run: Run) -> Iterator[Finding]:
    """Entries that have to be there, and are not in their place."""
    ops = [op for _, traced in run.traced for op in traced]
    missing = [op for op in ops if op.device_crc is None]
    if missing:
        evidence = f"{len(missing)} of {len(ops)} entries have no place in the network"
        yield finding(
            "trace.wrong", "engine", evidence, how=f"first at operator {missing[0].place}"
        )


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


def _figures(run: Run) -> Iterator[Finding]:
    """What creeps within one start, and memory that cannot be."""
    figures = figures_of(run)
    if figures is None:
        return
    for trend in trends(figures.inferences, figures.memories, run.time_base):
        entry = "memory.growing" if trend.kind == "memory" else "timing.creeping"
        yield finding(entry, trend.kind, str(trend), what=trend.what)
    for wrong in wrong_figures(figures, ("memory",)):
        yield finding("memory.report", "memory", f"in {len(run.memories)} reports", how=wrong.text)


def _unhappy_tests(run: Run, outcome: Outcome) -> None:
    """Tests that failed or could not run, though no image is wrong: their own words are the facts.

    What was not run since the board had been lost is told only where nothing else is.
    """
    for outcomes, what in (
        (FAILED_OUTCOMES, "failed"),
        (LOST_OUTCOMES, "could not be measured"),
        (UNMEASURED_OUTCOMES, "did not run"),
    ):
        found = [test for test in run.tests if test.outcome in outcomes]
        if found:
            facts = [f"{t.test.rpartition('::')[2]}: {_message(t.message)}" for t in found[:3]]
            them = "it" if len(found) == 1 else "them"
            text = f"{count_text(len(found), 'test')} {what}, and no known mistake explains {them}"
            outcome.puzzle("run", text, (), *facts)
            return


def _message(text: str) -> str:
    """The line of a pytest report that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line[1:].strip() for line in lines if line.startswith("E ")]
    return (said or lines or ["no message"])[0]
