"""Time, counters, identity, memory, link and lost boards: from facts of the whole run."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from typing import Any

import pytest

from hil.diagnose import diagnose
from hil.facts.evidence import HandshakeRecord, OddityRecord, TroubleRecord
from hil.facts.image import OutputFacts
from hil.facts.records import AskedFacts, InferenceRecord, TestRecord, Times
from hil.facts.run import Run
from hil.link.errors import BoardError
from hil.network.location import NoLocation
from hil.oracle import Oracle
from hil.wire.enums import ErrorCode
from hil.wire.network_header import HEADER_BYTES, contract_crc
from hil.wire.replies import Detail, ErrorReply
from hil_lab.fakes.long_run import answers, reports
from hil_lab.fakes.recorded_run import BOARD
from tests.diagnose.conftest import MakeRun

FAILED = TestRecord("suite/test_x.py::test_x", "call", "failed", 0.1, "E   assert 1 == 2")
INVOKE_US = [341_000 + 37 * n * n for n in range(12)]


def inferences(**changes: Any) -> tuple[InferenceRecord, ...]:
    """Results of a right board; `changes` are functions of the number and the right value."""

    def value(name: str, number: int, right: int) -> Any:
        return changes.get(name, lambda n, v: v)(number, right)

    return tuple(
        InferenceRecord(
            asked=AskedFacts(1, "tensor", None, True, None),
            image_crc=1,
            outputs=(),
            scores=(-100, 100),
            threshold=60,
            location=NoLocation.BELOW_THRESHOLD,
            cam=None,
            times=Times(100_000, 0, value("invoke_us", n, us), 200, 103_000 + us),
            boot=1,
            count=value("count", n, n + 1),
            finished_us=value("finished_us", n, 1_000_000 + 500_000 * n),
            at_s=10 + 0.5 * n,
        )
        for n, us in enumerate(INVOKE_US)
    )


@pytest.fixture
def healthy(run_with: MakeRun) -> Run:
    """A healthy run but for one failed test, which calls for an explanation."""
    return dataclasses.replace(run_with(traced=False), tests=(FAILED,), inferences=inferences())


def test_a_failed_test_without_a_known_cause_is_unexplained_in_its_own_words(
    healthy: Run, oracle: Oracle
) -> None:
    found = diagnose(healthy, oracle)
    assert found.findings == ()
    assert "test_x: assert 1 == 2" in found.unexplained[0].facts


def test_an_image_that_got_another_answer_when_it_was_sent_again_is_a_fact(
    run_with: MakeRun, oracle: Oracle
) -> None:
    run = run_with(cam=lambda features, cam: cam ^ 0x155)
    evidence = tuple(dataclasses.replace(one, repeated=False) for one in run.evidence)
    found = diagnose(dataclasses.replace(run, evidence=evidence, tests=(FAILED,)), oracle)
    assert found.findings == ()
    facts = [fact for one in found.unexplained for fact in one.facts]
    assert any("gave another answer when they were sent again" in fact for fact in facts)


def test_old_results_are_named_as_that(run_with: MakeRun, oracle: Oracle) -> None:
    run = dataclasses.replace(run_with(), tests=(FAILED,))
    old = dataclasses.replace(run, inferences=(*inferences(), inferences()[-1]))
    assert diagnose(old, oracle).ids == ("timing.counter",)


CLOCKS = {
    "timing.milliseconds": {"invoke_us": lambda n, us: us // 1000},
    "timing.nanoseconds": {"invoke_us": lambda n, us: us * 1000},
    "timing.cycles": {"invoke_us": lambda n, us: us * 240},
    "timing.ticks": {"invoke_us": lambda n, us: us // 1000 * 1000},
    "timing.stopped": {"invoke_us": lambda n, us: 341_000},
    "timing.wrapped": {"finished_us": lambda n, us: (us + 2**32 - 4_000_000) % 2**32},
    "timing.backwards": {"finished_us": lambda n, us: us if n < 6 else us - 900_000},
    "timing.counter": {"count": lambda n, count: 2 * count},
}


@pytest.mark.parametrize("expected", CLOCKS)
def test_wrong_units_and_clocks_are_named(healthy: Run, oracle: Oracle, expected: str) -> None:
    run = dataclasses.replace(healthy, inferences=inferences(**CLOCKS[expected]))
    assert diagnose(run, oracle).ids == (expected,)


def test_a_clock_that_goes_back_by_what_a_counter_would_wrap_has_counted_beyond_that(
    healthy: Run, oracle: Oracle
) -> None:
    wraps_us = 2**32 // 1000  # a counter of nanoseconds
    back = inferences(finished_us=lambda n, us: us if n < 11 else us - wraps_us)
    assert back[10].finished_us > wraps_us
    run = dataclasses.replace(healthy, inferences=back)
    assert diagnose(run, oracle).ids == ("timing.backwards",)


def test_a_clock_at_half_the_speed_counts_ticks_of_two_microseconds(
    healthy: Run, oracle: Oracle
) -> None:
    records = inferences() + tuple(
        dataclasses.replace(r, count=r.count + 12, finished_us=r.finished_us + 6_000_000,
                            at_s=r.at_s + 6)
        for r in inferences()
    )  # fmt: skip
    slow = tuple(dataclasses.replace(r, finished_us=r.finished_us // 2) for r in records)
    found = diagnose(dataclasses.replace(healthy, inferences=slow), oracle)
    assert found.ids == ("timing.ticks",)
    assert "ticks of 2 us" in found.findings[0].title


def test_results_that_come_twice_are_told(healthy: Run, oracle: Oracle) -> None:
    records = inferences()
    run = dataclasses.replace(healthy, inferences=(*records, records[3]))
    found = diagnose(run, oracle)
    assert found.ids == ("timing.counter",)
    assert "old ones, sent again" in found.findings[0].title


# ---- identity --------------------------------------------------------------------


def handshake(oracle: Oracle, **changes: Any) -> HandshakeRecord:
    right = HandshakeRecord(
        after="reset",
        build_id=BOARD.build_id,
        app_sha256=BOARD.app_sha256,
        model_sha256=BOARD.model_sha256,
        model_state="OK",
        contract_crc=contract_crc(oracle.contract.partition[:HEADER_BYTES]),
        image_source="injected",
        reset_reason=1,
        boot_count=1,
    )
    return dataclasses.replace(right, **changes)


IDENTITIES: dict[str, dict[str, Any]] = {
    "identity.contract": {"contract_crc": 1},
    "identity.untrue": {"model_sha256": "00" * 32},
    "identity.other-firmware": {"build_id": "00" * 32},
    "identity.image-source": {"image_source": "camera"},
    "identity.reset-reason": {"after": "reboot", "reset_reason": 1},
}


@pytest.mark.parametrize("expected", IDENTITIES)
def test_a_wrong_identity_is_named(healthy: Run, oracle: Oracle, expected: str) -> None:
    shakes = (handshake(oracle), handshake(oracle, **IDENTITIES[expected]))
    run = dataclasses.replace(healthy, handshakes=shakes, board=None)
    assert diagnose(run, oracle).ids == (expected,)


def test_what_is_said_of_a_network_that_did_not_load_is_not_compared(
    healthy: Run, oracle: Oracle
) -> None:
    void = handshake(oracle, model_state="MODEL_CRC", model_sha256="00" * 32, contract_crc=0)
    run = dataclasses.replace(healthy, handshakes=(void,), board=None)
    assert diagnose(run, oracle).findings == ()


def test_what_follows_from_another_model_is_no_finding_of_its_own(
    run_with: MakeRun, oracle: Oracle
) -> None:
    wrong = run_with(cam=lambda features, cam: cam.T, traced=False)
    other = handshake(oracle, model_sha256="00" * 32, contract_crc=1)
    run = dataclasses.replace(wrong, tests=(FAILED,), handshakes=(other,), board=None)
    assert diagnose(run, oracle).ids == ("identity.other-model",)


def test_where_answers_are_right_the_digest_is_what_is_wrong(healthy: Run, oracle: Oracle) -> None:
    other = handshake(oracle, model_sha256="00" * 32)
    run = dataclasses.replace(healthy, handshakes=(other,), board=None, inferences=())
    (found,) = diagnose(run, oracle).findings
    assert found.id == "identity.untrue"
    assert "are those of the network that was flashed" in found.evidence


def test_a_right_identity_gives_no_finding(healthy: Run, oracle: Oracle) -> None:
    run = dataclasses.replace(healthy, handshakes=(handshake(oracle),), board=None)
    assert diagnose(run, oracle).findings == ()


# ---- memory and link -------------------------------------------------------------


def test_a_leak_is_named(healthy: Run, oracle: Oracle) -> None:
    leaking = reports(20, free=lambda n: 90_000 - 64 * n)
    found = diagnose(dataclasses.replace(healthy, memories=leaking), oracle)
    assert set(found.ids) == {"memory.growing"}
    assert "free heap" in found.findings[0].title


def test_times_that_creep_are_named(healthy: Run, oracle: Oracle) -> None:
    creeping = answers(300, invoke_us=lambda n: 8_000 * 1.002**n)
    run = dataclasses.replace(healthy, inferences=(*creeping, *answers(16, boot=2)))
    assert diagnose(run, oracle).ids == ("timing.creeping",)


def test_a_count_that_comes_round_is_no_clock_that_goes_back(healthy: Run, oracle: Oracle) -> None:
    right = answers(400, invoke_us=lambda n: 8_000 + 7 * n % 90)
    run = tuple(dataclasses.replace(r, count=r.count % 256) for r in right)
    found = diagnose(dataclasses.replace(healthy, inferences=run), oracle)
    assert found.ids == ("timing.counter",)
    assert "after 255 comes 0" in found.findings[0].title


@pytest.mark.parametrize(
    ("speed", "said"),
    [(1.03, "3.00% too fast"), (1.01, "1.00% too fast"), (0.99, "1.00% too slow")],
)
def test_a_clock_that_is_a_little_off_is_named(
    healthy: Run, oracle: Oracle, speed: float, said: str
) -> None:
    run = dataclasses.replace(healthy, inferences=answers(840, clock=lambda us: speed * us))
    found = diagnose(run, oracle)
    assert found.ids == ("timing.pace",)
    assert said in found.findings[0].title


def oddity(what: str, detail: str, sent: bytes = b"", got: bytes = b"") -> OddityRecord:
    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    return OddityRecord(what, detail, text(sent), text(got))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.split(b"\0")[0], "C string"),
        (lambda d: d.replace(b"\n", b"\r\n"), "CR is put before LF"),
        (lambda d: bytes(b & 0x7F for b in d), "top bit"),
        (lambda d: d[::-1], "no known rule"),
    ],
)
def test_a_changed_echo_is_told_with_its_rule(
    healthy: Run, oracle: Oracle, change: Any, says: str
) -> None:
    sent = bytes(range(5, 256)) + b"\0\n"
    run = dataclasses.replace(healthy, oddities=(oddity("echo", "", sent, change(sent)),))
    found = diagnose(run, oracle)
    assert found.ids == ("link.bytes",)
    assert says in found.findings[0].title


def test_an_accepted_upload_that_had_to_be_refused_is_told(healthy: Run, oracle: Oracle) -> None:
    odd = oddity("accepted", "an image with another CRC-32")
    run = dataclasses.replace(healthy, oddities=(odd,))
    assert diagnose(run, oracle).ids == ("link.check-missing",)


def test_a_refused_image_is_explained_by_the_crc_of_what_arrived(
    healthy: Run, oracle: Oracle
) -> None:
    import zlib

    from hil.facts.packing import unpack_png
    from hil.images import to_tensor

    troubles = []
    for image in healthy.images[:3]:
        data = to_tensor(unpack_png(image.png)).tobytes()
        arrived = data.replace(b"\n", b"\r\n")[: len(data)]
        crc = zlib.crc32(data)
        reply = ErrorReply(ErrorCode.SAMPLE_CORRUPT, Detail(crc, zlib.crc32(arrived)), "")
        error = BoardError(reply, request=f"infer of sample {crc:#010x}")
        troubles.append(TroubleRecord("t", "BoardError", "", error.message))
    run = dataclasses.replace(healthy, troubles=tuple(troubles))
    assert diagnose(run, oracle).ids == ("input.cr-inserted",)


# ---- boards that went away -------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "event", "message", "expected"),
    [
        ("BoardResetError", "panic", "the board stopped while x: panic (LoadProhibited)",
         "board.crashed"),
        ("BoardResetError", "task watchdog", "the board stopped", "board.watchdog"),
        ("BoardResetError", "brownout", "the board stopped", "board.brownout"),
        ("BoardResetError", "reset", "the board stopped while x: reset (0x1 (POWERON_RESET))",
         "board.restarted"),
        ("WrongIdentityError", "", "the board runs build 0102, to be tested is build 0304",
         "board.wrong-build"),
        ("FirmwareError", "", "the firmware could not load its model: the arena is too small",
         "board.no-model"),
        ("NoAnswerError", "", "no answer within 3 s: hello; the board sent nothing",
         "board.silent"),
        ("NoAnswerError", "", "no answer within 3 s: echo; the board sent 1 damaged frames",
         "board.silent"),
        ("NoAnswerError", "", "no answer within 3 s: echo; the board sent 7 damaged frames",
         "link.framing"),
        ("NoAnswerError", "", "4711 bytes received in 5.0 s, neither text nor frames",
         "board.link-damaged"),
    ],
)  # fmt: skip
def test_the_first_cause_names_what_happened_to_the_board(
    healthy: Run, oracle: Oracle, error: str, event: str, message: str, expected: str
) -> None:
    troubles = (
        TroubleRecord("suite/test_a.py::test_a", error, event, message),
        TroubleRecord("suite/test_a.py::test_b", "NotRunError", "", "the board was lost"),
    )
    lost = TestRecord("suite/test_a.py::test_a", "call", "infrastructure", 0.1, message)
    run = dataclasses.replace(healthy, troubles=troubles, tests=(lost,))
    found = diagnose(run, oracle)
    assert found.ids == (expected,)
    assert "test_a" in found.findings[0].evidence


@pytest.mark.parametrize(
    ("later", "oddities", "expected"),
    [
        ((), (OddityRecord("baud", "921600 baud: it does not work", "", ""),), "link.baud"),
        ((TroubleRecord("t", "BoardResetError", "task watchdog", "it stopped"),), (),
         "board.watchdog"),
    ],
)  # fmt: skip
def test_what_was_not_asked_of_a_board_is_no_trouble_with_it(
    healthy: Run,
    oracle: Oracle,
    later: tuple[TroubleRecord, ...],
    oddities: tuple[OddityRecord, ...],
    expected: str,
) -> None:
    left_out = TroubleRecord("t", "NotAskedError", "", "this network has no state")
    run = dataclasses.replace(healthy, troubles=(left_out, *later), oddities=oddities)
    assert diagnose(run, oracle).ids == (expected,)


def test_a_run_that_reached_no_board_is_diagnosed_without_a_model(oracle: Oracle) -> None:
    from hil_lab.fakes.recorded_run import recorded_run

    trouble = TroubleRecord("t", "NoAnswerError", "", "nothing received at all in 5.0 s")
    lost = TestRecord("t", "setup", "infrastructure", 5.0, trouble.message)
    run = recorded_run(0, board=None, troubles=(trouble,), tests=(lost,))
    assert diagnose(run).ids == ("board.silent",)


def test_results_that_finish_in_another_order_are_no_clock_that_runs_backwards(
    healthy: Run, oracle: Oracle
) -> None:
    records = list(inferences())
    records[4], records[5] = records[5], records[4]
    found = diagnose(dataclasses.replace(healthy, inferences=tuple(records)), oracle)
    assert found.findings == ()


def test_bytes_of_an_output_that_do_not_have_its_crc_are_named(
    healthy: Run, oracle: Oracle
) -> None:
    whole = OutputFacts(zlib.crc32(b"\1\2"), 2, base64.b64encode(b"\1\2").decode())
    torn = dataclasses.replace(whole, data=base64.b64encode(b"\1\3").decode())
    sent = [
        dataclasses.replace(record, outputs=(whole, torn if number % 2 else whole))
        for number, record in enumerate(healthy.inferences)
    ]
    (found,) = diagnose(dataclasses.replace(healthy, inferences=tuple(sent)), oracle).findings
    assert found.id == "output.inline-damaged"
    assert found.title.endswith("(output 1)")
    assert "in 6 of 12 answers" in found.evidence


def test_a_board_that_never_has_all_chunks_breaks_the_protocol(
    healthy: Run, oracle: Oracle
) -> None:
    reply = ErrorReply(ErrorCode.INCOMPLETE, Detail(6, 1), "")
    error = BoardError(reply, request="infer of sample 0x00000001")
    trouble = TroubleRecord("t", "BoardError", "", error.message)
    run = dataclasses.replace(healthy, troubles=(trouble,))
    assert diagnose(run, oracle).ids == ("board.protocol",)


def test_entries_of_a_trace_that_are_not_in_their_place_are_named(
    run_with: MakeRun, oracle: Oracle
) -> None:
    run = dataclasses.replace(run_with(), tests=(FAILED,), inferences=inferences())
    trace = run.traces[0]
    ops = tuple(dataclasses.replace(op, device_crc=None) for op in trace.ops)
    traces = (dataclasses.replace(trace, ops=ops), *run.traces[1:])
    assert diagnose(dataclasses.replace(run, traces=traces), oracle).ids == ("trace.wrong",)
