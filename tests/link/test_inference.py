"""Images through a session, a channel and the fake board; the line's time is counted, not spent."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hil.errors import FirmwareError, UsageError
from hil.link.errors import BoardError, NoAnswerError
from hil.link.jobs import Job
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode, SampleStage, TensorSide
from hil.wire.network_header import NetworkHeader, Tensor
from hil.wire.replies import Accepted, ChunkAck, Detail, ErrorReply, OpData, OutputPart, Result
from hil.wire.requests import Chunk, Infer, OpOutput, Upload
from hil_lab.fakes.firmware import (
    FRAME_BYTES,
    default_identity,
    made_up_bytes,
    made_up_outputs,
    made_up_result,
)
from hil_lab.fakes.link import corrupt, drop, duplicate, random_faults

from .conftest import assert_right, has_result, image, is_infer, once


def results(bench, jobs, seconds=20.0):
    return list(bench.channel.infer_many(jobs, seconds))


def bench_error(code):
    return ErrorReply(code, Detail(), "")


def sent(bench, kind):
    return [request for _, request in bench.board.requests if isinstance(request, kind)]


def test_results_come_in_order_and_belong_to_their_images(connect, jobs):
    bench, work = connect(), jobs(5)
    assert_right(results(bench, work), work)
    stats = bench.channel.stats
    assert (stats.retransmitted, stats.duplicates, stats.stale, stats.damaged) == (0, 0, 0, 0)


def test_byte_budget_of_an_image(connect, jobs):
    # 9,216 bytes: at most 4 % more to the board, 8 % with all answers.
    bench, work = connect(), jobs(10)
    before = bench.channel.stats
    results(bench, work)
    used = bench.channel.stats.since(before)
    assert used.bytes_out == bench.board.bytes_to_board - before.bytes_out
    assert used.bytes_out / 10 <= 1.04 * 9216
    assert (used.bytes_out + used.bytes_in) / 10 <= 1.08 * 9216


def test_the_line_is_kept_full_when_it_is_the_bottleneck(connect, jobs):
    bench, work = connect(baud=921600, invoke_s=0.05), jobs(40)
    start = bench.clock.now
    results(bench, work)
    upload_s = 9216 * 10 / 921600
    assert (bench.clock.now - start - 0.05) / len(work) <= 1.05 * upload_s


def test_the_model_is_kept_busy_when_it_is_the_bottleneck(connect, jobs):
    bench, work = connect(baud=921600, invoke_s=0.3), jobs(40)
    start = bench.clock.now
    results(bench, work)
    upload_s = 9216 * 10 / 921600
    assert (bench.clock.now - start - upload_s) / len(work) <= 1.05 * 0.3


def test_uploads_overlap_with_inferences_and_only_two_images_are_on_their_way(connect, jobs):
    begun, ended, most = 0, 0, 0

    def watch(request, replies):
        nonlocal begun, ended, most
        begun += isinstance(request, Upload)
        ended += any(isinstance(reply, Result) for reply in replies)
        most = max(most, begun - ended)
        return replies

    bench = connect(invoke_s=0.3, baud=921600, edit=watch)
    results(bench, jobs(6))
    assert (begun, ended, most) == (6, 6, 2)


def test_jobs_are_taken_lazily(connect, jobs):
    bench, taken = connect(), []

    def source():
        for number, job in enumerate(jobs(10)):
            taken.append(number)
            yield job

    answers = bench.channel.infer_many(source(), 10)
    assert taken == []
    next(answers)
    assert len(taken) <= 3
    next(answers)
    assert len(taken) <= 4


def test_an_abandoned_run_does_not_disturb_the_next(connect, jobs):
    bench, work = connect(invoke_s=0.2), jobs(8)
    answers = bench.channel.infer_many(work[:4], 10)
    next(answers)
    answers.close()
    assert_right(results(bench, work[4:]), work[4:])
    assert bench.channel.stats.stale > 0


def test_an_interrupt_in_the_middle_leaves_the_channel_usable(connect, jobs):
    bench, work = connect(baud=115200), jobs(3)
    whole = bench.board.write

    def interrupted(data):
        if len(bench.board.requests) > 4:
            bench.board.write = whole
            whole(data[:500])
            raise KeyboardInterrupt
        whole(data)

    bench.board.write = interrupted
    with pytest.raises(KeyboardInterrupt):
        results(bench, work[:2])
    assert_right(results(bench, work), work)


def test_time_that_the_caller_takes_is_not_the_boards(connect, jobs):
    bench, work = connect(baud=115200), jobs(4)
    answers = []
    for answer in bench.channel.infer_many(work, 3.0):
        bench.clock.advance(60)
        answers.append(answer)
    assert_right(answers, work)


@pytest.mark.parametrize("fault", [drop, corrupt, duplicate])
@pytest.mark.parametrize("number", range(1, 18))
def test_any_frame_to_the_board_may_be_lost(connect, jobs, fault, number):
    bench, work = connect(to_board=fault(number), baud=921600), jobs(2)
    assert_right(results(bench, work), work)


@pytest.mark.parametrize("fault", [drop, corrupt, duplicate])
@pytest.mark.parametrize("number", range(1, 20))
def test_any_frame_to_the_host_may_be_lost(connect, jobs, fault, number):
    bench, work = connect(to_host=fault(number), baud=921600), jobs(2)
    assert_right(results(bench, work), work)


def test_one_lost_chunk_costs_one_chunk_and_no_time_out(connect, jobs):
    # Frame 0 is the hello, 1 the announcement, 2 to 7 the chunks.
    bench, work = connect(to_board=drop(4), baud=921600), jobs(1)
    results(bench, work)
    stats = bench.channel.stats
    assert len(sent(bench, Chunk)) == 6
    assert stats.timeouts == 0
    assert stats.retransmitted == 1


def test_a_damaged_last_frame_is_repeated_on_the_notice_without_a_time_out(connect, jobs):
    bench, work = connect(to_board=corrupt(8), baud=921600), jobs(1)  # the infer
    results(bench, work)
    stats = bench.channel.stats
    assert stats.notices == 1
    assert stats.damaged_at_board == 1
    assert stats.timeouts == 0
    assert stats.retransmitted == 1


def test_a_lost_last_frame_is_repeated_after_a_time_out(connect, jobs):
    bench, work = connect(to_board=drop(8), baud=921600), jobs(1)
    results(bench, work)
    assert bench.channel.stats.timeouts == 1
    assert bench.clock.now < 1000 + 1.0


def test_a_lost_announcement_costs_one_window(connect, jobs):
    bench, work = connect(to_board=drop(1), baud=921600), jobs(1)
    assert_right(results(bench, work), work)
    stats = bench.channel.stats
    assert stats.timeouts == 0
    assert stats.reuploads == 0
    assert stats.frames_out <= 1 + 2 * 8


def test_a_lost_result_is_asked_for_again_and_not_computed_again(connect, jobs):
    lost = []

    def lose():
        lost.append(True)
        return []

    bench, work = connect(edit=once(has_result, lose)), jobs(1)
    (answer,) = results(bench, work)
    assert lost
    assert answer.result.inference == 1


def test_a_slow_model_is_waited_for(connect, jobs):
    bench, work = connect(invoke_s=4.0), jobs(3)
    assert_right(results(bench, work), work)
    assert bench.channel.stats.retransmitted < 10  # polite questions only


def test_a_board_that_restarts_is_given_the_image_again(connect, jobs):
    def restart():
        bench.board.restart()
        return []

    bench, work = connect(edit=once(is_infer, restart)), jobs(3)
    answers = results(bench, work)
    assert_right(answers, work)
    assert bench.channel.stats.reuploads >= 1
    assert answers[0].attempts > 1
    assert [line.text for line in bench.channel.console] == ["rst:0x1 (POWERON_RESET)"]


def test_busy_is_waited_out(connect, jobs):
    bench, work = connect(), jobs(3)
    bench.board.refuse_as_busy(4)
    assert_right(results(bench, work), work)
    assert bench.channel.stats.busy > 0
    assert bench.channel.stats.reuploads == 0


def test_the_same_image_in_a_row_is_uploaded_once(connect):
    bench, work = connect(), [Job(image(1))] * 4
    assert_right(results(bench, work), work)
    assert len(sent(bench, Chunk)) == 6
    assert len(sent(bench, Infer)) == 4


def test_an_image_that_the_board_holds_is_uploaded_again_unless_reuse_is_allowed(connect):
    bench = connect()
    bench.channel.infer(Job(image(1)), bench.within(5))
    bench.channel.infer(Job(image(1)), bench.within(5))
    assert len(sent(bench, Chunk)) == 12
    bench.channel.infer(Job(image(1), reuse=True), bench.within(5))
    assert len(sent(bench, Chunk)) == 12


def test_a_corrupt_image_is_uploaded_again(connect, jobs):
    def corrupt_image():
        bench.board.restart("")
        return [bench_error(ErrorCode.SAMPLE_CORRUPT)]

    bench, work = connect(edit=once(is_infer, corrupt_image)), jobs(2)
    assert_right(results(bench, work), work)
    assert bench.channel.stats.reuploads == 1
    assert [request.resume for request in sent(bench, Upload)][:2] == [False, False]


def test_a_claimed_crc_surfaces_as_the_boards_error(connect):
    bench = connect()
    with pytest.raises(BoardError) as caught:
        bench.channel.infer(Job(image(1), claimed_crc=0x1234), bench.within(5))
    assert caught.value.code is ErrorCode.SAMPLE_CORRUPT
    assert "expected: 0x00001234" in caught.value.message
    assert f"{crc32(image(1)):#010x}" in caught.value.message
    assert bench.channel.stats.reuploads == 0
    good = Job(image(2))
    assert_right([bench.channel.infer(good, bench.within(5))], [good])


def test_one_bad_image_does_not_spoil_its_neighbours(connect, jobs):
    bench, work = connect(), jobs(3)
    answers = bench.channel.infer_many([work[0], Job(image(9), claimed_crc=5), *work[1:]], 5)
    assert_right([next(answers)], work[:1])
    with pytest.raises(BoardError):
        next(answers)
    assert_right(results(bench, work[1:]), work[1:])


def test_an_error_of_the_engine_surfaces(connect):
    bench = connect(edit=once(has_result, lambda: [bench_error(ErrorCode.ENGINE)]))
    with pytest.raises(BoardError, match="engine failed") as caught:
        bench.channel.infer(Job(image(1)), bench.within(5))
    assert caught.value.where == "fake board"


def test_a_board_that_keeps_losing_images_fails_the_inference(connect):
    def lose(request, replies):
        return [bench_error(ErrorCode.NO_SUCH_SAMPLE)] if isinstance(request, Infer) else replies

    bench = connect(edit=lose)
    with pytest.raises(BoardError) as caught:
        bench.channel.infer(Job(image(1)), bench.within(60))
    assert caught.value.code is ErrorCode.NO_SUCH_SAMPLE


def test_a_result_about_another_image_is_never_taken(connect):
    def swap(request, replies):
        return [
            made_up_result(reply.sample_crc ^ 1) if isinstance(reply, Result) else reply
            for reply in replies
        ]

    bench = connect(edit=swap)
    with pytest.raises(FirmwareError, match="another one"):
        bench.channel.infer(Job(image(1)), bench.within(3))
    assert bench.channel.stats.wrong_image > 0


def test_a_stale_result_of_an_earlier_session_is_dropped(connect, jobs):
    bench, work = connect(), jobs(2)
    for seq in (65536, 4_000_000_000):
        bench.board.send(seq, made_up_result(crc32(work[0].sample)))
    assert_right(results(bench, work), work)
    assert bench.channel.stats.stale == 2


def test_a_board_that_never_runs_is_a_time_out_that_tells_how_far_it_came(connect):
    def swallow(request, replies):
        return [reply for reply in replies if not isinstance(reply, Result)]

    bench = connect(edit=swallow)
    bench.board.print("W (99) engine: stuck\r\n")
    with pytest.raises(NoAnswerError) as caught:
        bench.channel.infer(Job(image(1)), bench.within(3))
    assert "within 3 s" in caught.value.message
    assert "the inference was accepted" in caught.value.message
    assert "W (99) engine: stuck" in caught.value.message
    assert bench.clock.now == pytest.approx(1003, abs=0.2)


def test_an_upload_that_gets_nowhere_tells_how_far_it_came(connect):
    bench = connect()
    bench.board.to_board = lambda number, frame: () if len(frame) > 1000 else (frame,)
    with pytest.raises(NoAnswerError, match="0 of 6 chunks acknowledged"):
        bench.channel.infer(Job(image(1)), bench.within(3))


def test_the_time_of_an_image_runs_from_the_result_before(connect, jobs):
    bench, work = connect(invoke_s=0.9), jobs(6)
    assert_right(results(bench, work, seconds=1.5), work)


def test_options_reach_the_board(connect):
    bench = connect()
    at = OpOutput(26, 1)
    job = Job(image(1), map_always=False, trace=True, reset_state=False, threshold=77, capture=at)
    answer = bench.channel.infer(job, bench.within(5))
    crc = crc32(image(1))
    assert sent(bench, Infer) == [Infer(crc, False, True, False, 77, at)]
    assert answer.result.head.threshold == 77


def test_without_options_the_map_is_asked_for_and_the_state_is_reset(connect):
    bench = connect()
    bench.channel.infer(Job(image(1)), bench.within(5))
    assert sent(bench, Infer) == [Infer(crc32(image(1)), True, False, True, None, None)]


@pytest.mark.parametrize(
    "job",
    [
        Job(b""),
        Job(bytes(65535 * 1536 + 1)),
        Job(b"x", threshold=101),
        Job(b"x", capture=OpOutput(-1, 0)),
        Job(b"x", capture=OpOutput(0, 256)),
    ],
)
def test_a_job_that_the_protocol_cannot_carry_is_a_usage_error(connect, job):
    with pytest.raises(UsageError):
        connect().channel.session.infer(job, 0.0, 1.0)


def test_an_image_of_the_wrong_size_is_the_boards_error(connect):
    bench = connect()
    with pytest.raises(BoardError, match="expected: 9216 bytes; got: 100 bytes"):
        bench.channel.infer(Job(bytes(100)), bench.within(5))


def test_a_captured_operator_is_put_together(connect):
    bench = connect()
    captured = bench.channel.capture_op(image(1), 5, bench.within(5), output=2)
    assert (captured.op, captured.output) == (5, 2)
    assert captured.data == made_up_bytes(crc32(image(1)) + 2, 4000)


@pytest.mark.parametrize("lost", range(9, 13))
def test_a_lost_piece_of_a_captured_operator_is_captured_again(connect, lost):
    # To the host: 0 identity, 1 uploading, 2 to 7 acks, 8 accepted, 9 to 11 pieces, 12 result.
    bench = connect(to_host=drop(lost))
    captured = bench.channel.capture_op(image(1), 5, bench.within(20))
    assert captured.data == made_up_bytes(crc32(image(1)), 4000)
    assert bench.channel.stats.repeated_inferences == (1 if lost < 12 else 0)


def test_an_answer_of_the_wrong_kind_is_the_firmwares_fault(connect):
    def accept_chunks(request, replies):
        if isinstance(request, Chunk):
            return [Accepted(request.sample_crc)]
        return replies

    bench = connect(edit=accept_chunks)
    with pytest.raises(FirmwareError, match="answered chunk with Accepted"):
        bench.channel.infer(Job(image(1)), bench.within(5))


def test_a_frame_is_announced_as_one_and_goes_the_same_way(connect):
    bench = connect()
    frame = random.Random(7).randbytes(FRAME_BYTES)
    work = [Job(frame, stage=SampleStage.FRAME), Job(image(1)), Job(frame, stage=SampleStage.FRAME)]
    assert_right(results(bench, work), work)
    assert [upload.stage for upload in sent(bench, Upload)] == [job.stage for job in work]
    assert [upload.sample_bytes for upload in sent(bench, Upload)] == [19_200, 9216, 19_200]


def test_a_frame_gets_through_a_bad_line(connect):
    bench = connect(to_board=random_faults(0.1, seed=3), to_host=random_faults(0.1, seed=4))
    frame = random.Random(8).randbytes(FRAME_BYTES)
    work = [Job(frame, stage=SampleStage.FRAME) for _ in range(3)]
    assert_right(results(bench, work, 60.0), work)


def test_a_frame_of_a_wrong_size_is_refused_with_both_sizes(connect):
    bench = connect()
    with pytest.raises(BoardError) as refused:
        results(bench, [Job(bytes(FRAME_BYTES - 1), stage=SampleStage.FRAME)])
    assert refused.value.code is ErrorCode.WRONG_SIZE
    assert refused.value.reply.detail == Detail(19_200, 19_199)


def test_a_board_without_a_frame_stage_refuses_frames(connect):
    bench = connect(identity=replace(default_identity(), frame=None))
    with pytest.raises(BoardError) as refused:
        results(bench, [Job(bytes(FRAME_BYTES), stage=SampleStage.FRAME)])
    assert refused.value.code is ErrorCode.UNSUPPORTED


def test_the_input_of_the_last_inference_can_be_read_back(connect):
    bench = connect()
    bench.channel.infer(Job(image(1)), bench.within(5))
    given = bench.channel.read_tensor(TensorSide.INPUT, 0, bench.within(1))
    assert (given.sample_crc, given.side, given.index) == (crc32(image(1)), TensorSide.INPUT, 0)
    assert given.data == made_up_bytes(crc32(image(1)), 9216)


def edit_pieces(change):
    """Changes every piece of a captured output."""

    def edit(request, replies):
        return [change(reply) if isinstance(reply, OpData) else reply for reply in replies]

    return edit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: replace(p, at=OpOutput(6, 0)), "output 0 of operator 6 instead of output 0 of"),
        (lambda p: replace(p, at=OpOutput(5, 1)), "output 1 of operator 5 instead of output 0 of"),
        (lambda p: replace(p, total=p.total - 1), "bytes 3072 to 4000 of an output of 3999 bytes"),
        (lambda p: replace(p, total=4000 + p.offset), "as the size of an output of 4000 bytes"),
        (lambda p: replace(p, offset=p.offset // 2), "sent bytes 768 to 2304 of an output"),
    ],
)
def test_captured_bytes_that_were_not_asked_for_are_refused(connect, change, message):
    bench = connect()
    bench.board.edit = edit_pieces(change)
    with pytest.raises(FirmwareError, match=message):
        bench.channel.capture_op(image(1), 5, bench.within(5))
    bench.board.edit = None
    captured = bench.channel.capture_op(image(1), 5, bench.within(5))
    assert captured.data == made_up_bytes(crc32(image(1)), 4000)


def test_captured_bytes_that_nobody_asked_for_are_refused(connect):
    bench = connect()
    extra = OpData(crc32(image(1)), OpOutput(5, 0), 4, 0, b"four")
    bench.board.edit = lambda request, replies: (
        [extra, *replies] if isinstance(request, Infer) else replies
    )
    with pytest.raises(FirmwareError, match="operator 5 without being asked"):
        bench.channel.infer(Job(image(1)), bench.within(5))


def test_a_chunk_acknowledged_at_another_place_is_refused(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [
        replace(reply, offset=reply.offset + 1) if isinstance(reply, ChunkAck) else reply
        for reply in replies
    ]
    with pytest.raises(FirmwareError, match="took a chunk at 1 instead of 0"):
        bench.channel.infer(Job(image(1)), bench.within(5))


# ---- samples of other sizes


def big_header(size: int, **parts):
    """A network without a head that takes so many bytes."""
    inputs = (Tensor("spectrogram", 9, (size,), 0.5, 0, size),)
    outputs = (Tensor("words", 9, (12,), 0.5, 0, 12), Tensor("state", 7, (200,), 0.5, 0, 400))
    given = {"ops": 3, "op_outputs": 5, "stateful": True, "inputs": inputs, "outputs": outputs}
    return NetworkHeader.of(b"another network", **{**given, **parts})


@pytest.mark.parametrize("size", [1, 1536 * 33, 200_001])
def test_a_sample_of_any_size_arrives_and_is_answered(connect, size):
    header = big_header(size)
    bench = connect(header=header, baud=921600)
    work = [Job(random.Random(number).randbytes(size)) for number in range(3)]
    for answer, job in zip(results(bench, work), work, strict=True):
        words, state = made_up_outputs(crc32(job.sample), header)
        assert answer.result.outputs == (
            OutputPart(crc32(words), 12, words),
            OutputPart(crc32(state), 400, None),
        )
        assert answer.result.head is None


@pytest.mark.parametrize("seed", range(4))
def test_a_sample_of_many_chunks_gets_through_a_bad_line(connect, seed):
    size = 120 * 1536 - 7
    faults = {"to_board": random_faults(0.1, seed), "to_host": random_faults(0.1, seed + 10)}
    bench = connect(header=big_header(size), baud=921600, **faults)
    work = [Job(random.Random(number).randbytes(size)) for number in range(2)]
    answers = results(bench, work, 60.0)
    assert [answer.result.sample_crc for answer in answers] == [crc32(j.sample) for j in work]


def test_a_board_that_restarts_in_a_large_upload_is_given_all_of_it_again(connect):
    size = 100 * 1536
    bench = connect(header=big_header(size))
    seen = 0

    def restart(request, replies):
        nonlocal seen
        seen += isinstance(request, Chunk)
        if seen == 70:
            seen += 1
            bench.board.restart()
            return []
        return replies

    bench.board.edit = restart
    job = Job(random.Random(5).randbytes(size))
    answer = bench.channel.infer(job, bench.within(20))
    assert answer.result.sample_crc == crc32(job.sample)
    assert answer.result.boot_id == bench.board.identity.boot_id
    assert bench.channel.stats.reuploads >= 1


def test_a_result_names_the_start_of_the_board_that_gave_it(connect, jobs):
    bench, work = connect(), jobs(2)
    before = bench.channel.infer(work[0], bench.within(5)).result.boot_id
    bench.board.restart()
    after = bench.channel.infer(work[1], bench.within(5)).result.boot_id
    assert before == default_identity().boot_id
    assert before != after == bench.board.identity.boot_id
