"""What a board does to the link by itself, told apart from late answers and from damage."""

from __future__ import annotations

import pytest

from hil.errors import InfrastructureError
from hil.link.jobs import Job
from hil.link.session import Session
from hil.link.stats import LinkStats
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode
from hil.wire.frames import encode_frame
from hil.wire.messages import encode_reply
from hil.wire.replies import Detail, Echoed, ErrorReply
from hil.wire.requests import Echo, Hello
from hil_lab.fakes.link import corrupt, drop, duplicate

from .conftest import has_result, image, is_infer, once

SEQ = 9
ANSWER = encode_frame(encode_reply(SEQ, Echoed(b"x")))


def counts(stats: LinkStats) -> dict[str, int]:
    names = ("late", "unanswered", "duplicates_unasked", "asked_again", "rate_missed")
    return {name: count for name in names if (count := getattr(stats, name))}


def asked(request: Echo | Hello | None = None) -> Session:
    """A session whose request has just left."""
    session = Session(first_seq=SEQ)
    session.submit(request or Echo(b"x"), 0.0, 60.0)
    assert session.poll(0.0)
    return session


def sent_again(session: Session) -> Session:
    """It left once more, since no answer came for long."""
    assert session.poll(2.0)
    assert session.stats.timeouts == 1
    return session


def run_images(bench, count=4):
    jobs = [Job(image(number)) for number in range(count)]
    assert len(list(bench.channel.infer_many(jobs, 20.0))) == count
    return counts(bench.channel.stats)


# ---- one request


def test_one_answer_to_one_request_is_nothing_to_tell() -> None:
    session = asked()
    session.receive(ANSWER, 0.1)
    assert counts(session.stats) == {}


def test_an_answer_that_comes_after_asking_again_is_late_and_its_echo_is_explained() -> None:
    session = sent_again(asked())
    session.receive(ANSWER, 2.1)
    session.receive(ANSWER, 2.2)
    assert counts(session.stats) == {"late": 1}
    assert session.stats.duplicates == 1


def test_an_answer_that_never_comes_is_missing() -> None:
    session = sent_again(asked())
    session.receive(ANSWER, 2.1)
    assert counts(session.stats) == {"unanswered": 1}


def test_a_second_answer_to_one_request_is_one_too_many() -> None:
    session = asked()
    session.receive(ANSWER, 0.1)
    session.receive(ANSWER, 0.2)
    assert counts(session.stats) == {"duplicates_unasked": 1}


def test_two_requests_explain_two_answers_and_not_a_third() -> None:
    session = sent_again(asked())
    for at in (2.1, 2.2, 2.3):
        session.receive(ANSWER, at)
    assert counts(session.stats) == {"late": 1, "duplicates_unasked": 1}


@pytest.mark.parametrize("when", ["before the answer", "after it"])
def test_damage_on_the_line_explains_a_missing_answer(when: str) -> None:
    damage = b"\x00\xff\xfe\xfd\xfc\x00"
    session = sent_again(asked())
    if when == "before the answer":
        session.receive(damage, 2.05)
    session.receive(ANSWER, 2.1)
    if when == "after it":
        session.receive(damage, 2.2)
    assert session.stats.damaged == 1
    assert counts(session.stats) == {}


def test_a_board_that_is_about_to_start_owes_no_answer() -> None:
    session = sent_again(asked(Hello()))
    refusal = ErrorReply(ErrorCode.PROTOCOL_VERSION, Detail(), "")
    session.receive(encode_frame(encode_reply(SEQ, refusal)), 2.1)
    assert counts(session.stats) == {}


# ---- images on a line that does not damage anything


def test_a_healthy_board_leaves_nothing_to_tell(connect) -> None:
    assert run_images(connect(baud=921_600)) == {}


def test_answers_that_come_twice_are_told(connect) -> None:
    twice = duplicate(*range(1, 500))
    found = run_images(connect(baud=921_600, to_host=twice))
    assert found.keys() == {"duplicates_unasked"}


@pytest.mark.parametrize("way", ["to_board", "to_host"])
def test_frames_that_vanish_without_a_trace_are_told(connect, way: str) -> None:
    found = run_images(connect(baud=921_600, **{way: drop(3, 9, 20)}))
    assert found["unanswered"] == 3


@pytest.mark.parametrize("way", ["to_board", "to_host"])
def test_frames_that_the_line_damaged_are_not_the_boards(connect, way: str) -> None:
    bench = connect(baud=921_600, **{way: corrupt(3, 9, 20)})
    assert run_images(bench) == {}
    stats = bench.channel.stats
    assert stats.damaged + stats.damaged_at_board == 3


def test_a_result_that_is_lost_and_repeated_is_told_once(connect) -> None:
    assert run_images(connect(edit=once(has_result, lambda: [])), 1) == {"unanswered": 1}


def test_an_image_that_is_called_damaged_without_cause_is_told(connect) -> None:
    corrupt_image = ErrorReply(ErrorCode.SAMPLE_CORRUPT, Detail(), "")
    bench = connect(edit=once(is_infer, lambda: [corrupt_image]))
    found = run_images(bench, 1)
    assert (found["asked_again"], found.get("unanswered", 0)) == (1, 0)
    assert bench.channel.stats.reuploads == 1


def test_a_chunk_that_was_acknowledged_and_is_missed_again_is_told(connect) -> None:
    incomplete = ErrorReply(ErrorCode.INCOMPLETE, Detail(0, 1), "")
    edit = once(is_infer, lambda: [incomplete])
    assert run_images(connect(edit=edit), 1) == {"asked_again": 1}


def test_an_image_that_is_asked_for_again_after_a_loss_is_not(connect) -> None:
    # The last chunk vanishes: that the image is incomplete is only right.
    assert "asked_again" not in run_images(connect(to_board=drop(10)), 1)


def test_a_rate_that_does_not_work_costs_no_answers(connect) -> None:
    bench = connect(baud=115_200)
    bench.board.broken_above = 200_000
    with pytest.raises(InfrastructureError):
        bench.channel.set_baud(921_600, bench.within(30))
    assert counts(bench.channel.stats) == {}
    assert crc32(bench.channel.echo(b"x", bench.within(3))) == crc32(b"x")
