from __future__ import annotations

import dataclasses

import pytest

from hil.base.deadline import Deadline
from hil.errors import FirmwareError, InfrastructureError, UsageError
from hil.link.channel import Channel
from hil.link.errors import EXPLANATIONS, BoardError, EchoError, NoAnswerError
from hil.link.jobs import Job
from hil.link.stats import LinkStats
from hil.link.tickets import heard
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode, RebootTarget, TensorSide
from hil.wire.frames import FIRST_SEQ, encode_frame
from hil.wire.messages import encode_reply
from hil.wire.network_header import contract_crc, unpack_header
from hil.wire.replies import (
    BaudAck,
    BaudCommitted,
    ContractPage,
    Detail,
    Echoed,
    ErrorReply,
    Identity,
    LinkNotice,
    MemoryReport,
    RebootAck,
    TensorData,
    TracePage,
)
from hil.wire.requests import CommitBaud, Echo, GetMemory, GetTrace, Hello, Reboot, SetBaud
from hil_lab.fakes.firmware import default_header, default_identity, made_up_bytes
from hil_lab.fakes.link import FakeBoard, FakeClock, corrupt, drop

from .conftest import image

OUTPUT = TensorSide.OUTPUT
OLD, NEW = 115200, 921600


def unconnected(**options):
    clock = FakeClock()
    board = FakeBoard(clock, **options)
    return board, Channel(board, clock=clock, baud=options.get("baud")), clock


def no_answer(match=None, *, said="", sent=b""):
    """The error, after 2 s, of a board that says and sends this, but answers nothing."""
    board, channel, clock = unconnected()
    board.silent = True
    board.inject(sent)
    board.print(said)
    with pytest.raises(NoAnswerError, match=match) as caught:
        channel.connect(Deadline.after(2, clock))
    assert clock.now == pytest.approx(1002, abs=0.01)
    return caught.value


def test_connect_returns_the_identity():
    board, channel, clock = unconnected()
    assert channel.connect(Deadline.after(1, clock)) == default_identity()
    assert isinstance(board.requests[0][1], Hello)


@pytest.mark.parametrize(
    "limits",
    [{"chunk_bytes": 0}, {"chunk_bytes": 1537}, {"window_chunks": 0}, {"max_frame_bytes": 1566}],
)
def test_limits_that_cannot_be_are_the_firmwares_fault(limits):
    identity = Identity(**{**vars(default_identity()), **limits})
    _, channel, clock = unconnected(identity=identity)
    with pytest.raises(FirmwareError, match="limits"):
        channel.connect(Deadline.after(1, clock))


def test_the_smallest_frame_limit_for_a_chunk_is_enough():
    # 1536 bytes, 20 around them, 4 of CRC, 1 + 6 of COBS.
    identity = Identity(**{**vars(default_identity()), "max_frame_bytes": 1567})
    _, channel, clock = unconnected(identity=identity)
    channel.connect(Deadline.after(1, clock))
    channel.infer(Job(bytes(9216)), Deadline.after(1, clock))
    channel.infer(Job(b"\x01" * 9216), Deadline.after(1, clock))


def test_numbers_start_at_random_and_never_below_65536():
    starts = set()
    for _ in range(5):
        board, channel, clock = unconnected()
        channel.connect(Deadline.after(1, clock))
        starts.add(board.requests[0][0])
    assert len(starts) > 1
    assert min(starts) >= FIRST_SEQ


def test_numbers_wrap_to_65536():
    clock = FakeClock()
    board = FakeBoard(clock)
    channel = Channel(board, clock=clock, first_seq=2**32 - 1)
    channel.connect(Deadline.after(1, clock))
    channel.memory(Deadline.after(1, clock))
    assert [seq for seq, _ in board.requests] == [2**32 - 1, 65536]


@pytest.mark.parametrize("fault", [drop(0, 1), corrupt(0, 1)])
@pytest.mark.parametrize("direction", ["to_board", "to_host"])
def test_a_request_is_repeated_with_its_number_until_it_is_answered(fault, direction):
    board, channel, clock = unconnected(**{direction: fault})
    channel.connect(Deadline.after(20, clock))
    assert len({seq for seq, _ in board.requests}) == 1


def test_a_board_that_is_silent_is_a_time_out():
    error = no_answer()
    assert isinstance(error, InfrastructureError)
    assert error.message == "no answer within 2 s: Hello; the board sent nothing"
    assert "is this the right port" in error.hint
    assert error.where == "fake board"


def test_a_time_out_shows_the_last_console_lines():
    message = no_answer(said="".join(f"line {number}\r\n" for number in range(40))).message
    assert "line 39" in message
    assert "line 20" not in message
    assert "console text" in message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Guru Meditation Error: Core  0 panic'ed (LoadProhibited).\r\n", "crashed"),
        ("waiting for download\r\n", "GPIO0"),
        ("I (31) boot: ok\r\n", "Read the console output"),
    ],
)
def test_the_hint_of_a_time_out_fits_the_console(text, hint):
    assert hint in no_answer(said=text).hint


def test_noise_alone_hints_at_the_baud_rate():
    noise = bytes(range(0x80, 0x100)) + b"\x00"
    assert "baud" in no_answer("1 damaged frames", sent=noise).hint


def test_a_wait_tells_what_the_board_refused_and_what_it_received_damaged():
    stats = LinkStats(bytes_in=90, frames_in=9, incomplete=4, damaged_at_board=5)
    assert heard(stats) == (
        "the board sent 9 other frames, 4 refusals because chunks are missing, "
        "5 reports of a damaged frame that it received"
    )


def test_a_panic_behind_half_a_frame_is_shown():
    half = encode_frame(encode_reply(99999, default_identity()))[:60]
    panic = "\r\nGuru Meditation Error: Core  0 panic'ed (StoreProhibited).\r\n"
    assert "StoreProhibited" in no_answer(said=panic, sent=half).message


def test_another_protocol_version_is_the_boards_error(connect):
    identity = Identity(**{**vars(default_identity()), "protocol": 9})
    _, channel, clock = unconnected(identity=identity)
    with pytest.raises(BoardError, match="board: version 9; host: version 2") as caught:
        channel.connect(Deadline.after(2, clock))
    assert isinstance(caught.value, FirmwareError)
    assert caught.value.code is ErrorCode.PROTOCOL_VERSION


def test_the_versions_that_the_host_speaks_are_offered(connect):
    (_, hello), *_ = connect().board.requests
    assert (hello.lowest, hello.highest) == (2, 2)


def test_a_board_that_answers_in_a_version_that_was_not_offered_is_refused(connect):
    identity = dataclasses.replace(default_identity(), protocol=3)
    bench = connect()
    bench.board.edit = lambda request, replies: [identity]
    with pytest.raises(FirmwareError, match="asked for protocol 2, the board answers in 3"):
        bench.channel.connect(bench.within(1))


@pytest.mark.parametrize("code", [code for code in ErrorCode if code])
def test_every_error_code_raises_with_its_hint(connect, code):
    bench = connect(edit=lambda request, replies: replies)
    bench.board.edit = lambda request, replies: [ErrorReply(code, Detail(3, 5), "because")]
    with pytest.raises(BoardError) as caught:
        bench.channel.memory(bench.within(1))
    assert caught.value.code is code
    assert caught.value.hint == EXPLANATIONS[code].hint
    assert caught.value.message.startswith(f"GetMemory: {EXPLANATIONS[code].meaning}")
    assert caught.value.message.endswith('the board says "because"')


def test_an_undecodable_answer_is_the_firmwares_fault_at_once(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: []
    clock, board = bench.clock, bench.board
    write = board.write

    def answer_nonsense(data):
        write(data)
        board._run_events(clock.now)
        seq = board.requests[-1][0]
        board.inject(encode_frame(bytes([0x82, 0x1A]) + seq.to_bytes(4, "big") + b"\x18\x63"))

    board.write = answer_nonsense
    with pytest.raises(FirmwareError, match="unknown message kind 99"):
        bench.channel.memory(bench.within(10))
    assert bench.channel.stats.malformed == 1
    assert clock.now < 1001


def test_an_undecodable_frame_that_answers_nothing_is_counted(connect):
    bench = connect()
    bench.board.inject(encode_frame(b"\x85 not a reply"))
    bench.channel.memory(bench.within(1))
    assert bench.channel.stats.malformed == 1


def test_a_board_that_does_not_know_this_hello_refuses_it(connect):
    bench = connect()
    refusal = ErrorReply(ErrorCode.BAD_REQUEST, Detail(), "not a request of protocol 1")
    bench.board.edit = lambda request, replies: [refusal]
    with pytest.raises(BoardError) as caught:
        bench.channel.connect(bench.within(1))
    assert caught.value.code is ErrorCode.BAD_REQUEST


def test_an_answer_of_the_wrong_kind_is_the_firmwares_fault(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [Echoed(b"")]
    with pytest.raises(FirmwareError, match="answered GetMemory with Echoed"):
        bench.channel.memory(bench.within(1))


def test_a_refusal_without_a_number_shows_in_the_time_out(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: []
    bench.board.send(0, ErrorReply(ErrorCode.BAD_REQUEST, Detail(), "what?"))
    with pytest.raises(NoAnswerError, match="1 refusals of a request as invalid"):
        bench.channel.memory(bench.within(1))


def test_late_answers_are_counted_and_dropped(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: []
    with pytest.raises(NoAnswerError):
        bench.channel.memory(bench.within(0.1))
    seq = bench.board.requests[-1][0]
    bench.board.edit = None
    nothing = (None, None, None, None, None, ())
    bench.board.send(seq, MemoryReport(1, *nothing))
    bench.board.send(seq + 1, MemoryReport(2, *nothing))
    assert bench.channel.memory(bench.within(1)).arena_bytes in (2, 100_000)
    assert bench.channel.stats.stale == 1


def test_a_request_out_of_range_is_a_usage_error(connect):
    bench = connect()
    with pytest.raises(UsageError, match="first: 65536 is outside"):
        bench.channel.request(GetTrace(65536), bench.within(1))
    with pytest.raises(UsageError):
        bench.channel.request(Echo(bytes(1537)), bench.within(1))


def test_echo_carries_every_byte_value(connect):
    payload = bytes(range(256)) * 6
    bench = connect()
    assert bench.channel.echo(payload, bench.within(1)) == payload


def test_the_contract_comes_in_pages(connect):
    bench = connect()
    block = bench.channel.contract(bench.within(1))
    assert unpack_header(block) == default_header()
    assert contract_crc(block) == default_identity().contract_crc
    asked = [request.offset for _, request in bench.board.requests[1:]]
    assert asked == [0, 1536, 3072]


def test_a_board_without_a_contract_has_an_empty_one(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [ContractPage(0, 0, b"")]
    assert bench.channel.contract(bench.within(1)) == b""


@pytest.mark.parametrize(
    "page",
    [ContractPage(10, 5, b"abcde"), ContractPage(10, 0, b""), ContractPage(10, 0, bytes(11))],
)
def test_a_wrong_page_of_the_contract_is_the_firmwares_fault(connect, page):
    bench = connect()
    bench.board.edit = lambda request, replies: [page]
    with pytest.raises(FirmwareError, match="another page of the contract"):
        bench.channel.contract(bench.within(1))


def test_a_contract_that_changes_while_it_is_read_is_an_error(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [
        ContractPage(10 + request.offset, request.offset, b"abcde")
    ]
    with pytest.raises(FirmwareError, match="the contract changed"):
        bench.channel.contract(bench.within(1))


def test_a_trace_comes_in_pages(connect):
    bench = connect()
    bench.channel.infer(Job(image(1), trace=True), bench.within(5))
    trace = bench.channel.trace(bench.within(1))
    assert trace.sample_crc == crc32(image(1))
    places = [(entry.op, entry.output) for entry in trace.entries]
    assert places == [*((op, 0) for op in range(27)), (26, 1)]
    assert trace.total == 28


def test_a_trace_before_any_inference_is_the_boards_error(connect):
    bench = connect()
    with pytest.raises(BoardError) as caught:
        bench.channel.trace(bench.within(1))
    assert caught.value.code is ErrorCode.NOTHING_RECORDED


def test_a_trace_that_is_shorter_than_the_model_ends(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [TracePage(1, 200, request.first, ())]
    trace = bench.channel.trace(bench.within(1))
    assert (trace.total, trace.entries) == (200, ())


def test_an_output_comes_in_pages(connect):
    bench = connect()
    bench.channel.infer(Job(image(1)), bench.within(5))
    output = bench.channel.read_tensor(OUTPUT, 1, bench.within(1))
    assert output.sample_crc == crc32(image(1))
    assert output.data == made_up_bytes(crc32(image(1)), 6 * 6 * 128)


@pytest.mark.parametrize(
    "page",
    [
        TensorData(1, OUTPUT, 1, 10, 5, b"abcde"),
        TensorData(1, OUTPUT, 2, 10, 0, b"abcde"),
        TensorData(1, TensorSide.INPUT, 1, 10, 0, b"abcde"),
        TensorData(1, OUTPUT, 1, 10, 0, b""),
        TensorData(1, OUTPUT, 1, 10, 0, bytes(11)),
    ],
)
def test_a_wrong_page_is_the_firmwares_fault(connect, page):
    bench = connect()
    bench.board.edit = lambda request, replies: [page]
    with pytest.raises(FirmwareError, match="another page"):
        bench.channel.read_tensor(OUTPUT, 1, bench.within(1))


def test_an_output_that_changes_while_it_is_read_is_an_error(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [
        TensorData(request.offset, OUTPUT, 1, 10, request.offset, b"abcde")
    ]
    with pytest.raises(FirmwareError, match="changed"):
        bench.channel.read_tensor(OUTPUT, 1, bench.within(1))


def test_console_lines_have_the_time_of_their_end(connect):
    heard = []
    bench = connect()
    bench.channel._console.on_line = heard.append
    bench.board.print("I (1) app: half a ")
    assert bench.channel.listen(bench.within(1)) is None
    bench.board.print("line\r\nand more\n")
    line = bench.channel.listen(bench.within(1), lambda line: "more" in line.text)
    assert line is not None
    assert [entry.text for entry in bench.channel.console] == ["I (1) app: half a line", "and more"]
    assert heard == bench.channel.console
    assert heard[0].at_s == pytest.approx(1001, abs=0.01)


def test_listen_gives_up_at_its_deadline(connect):
    bench = connect()
    assert bench.channel.listen(bench.within(0.5), lambda line: True) is None
    assert bench.clock.now == pytest.approx(1000.5, abs=0.01)


def test_reboot_is_sent_once_whatever_happens():
    board, channel, clock = unconnected(to_board=corrupt(1))
    channel.connect(Deadline.after(1, clock))
    assert channel.reboot(RebootTarget.APP, Deadline.after(5, clock)) is None
    board.to_board = corrupt()
    ack = channel.reboot(RebootTarget.BOOTLOADER, Deadline.after(5, clock))
    assert ack is not None
    assert ack.target is RebootTarget.BOOTLOADER
    assert sum(isinstance(request, Reboot) for _, request in board.requests) == 1


def test_reboot_with_a_lost_acknowledgement_is_not_repeated():
    board, channel, clock = unconnected(to_host=drop(1))
    channel.connect(Deadline.after(1, clock))
    assert channel.reboot(RebootTarget.APP, Deadline.after(5, clock)) is None
    assert sum(isinstance(request, Reboot) for _, request in board.requests) == 1
    channel.connect(Deadline.after(1, clock))


def rates(bench):
    return bench.board.baud, bench.board.host_baud, bench.channel.baud


def asked(bench, kind):
    return [request for _, request in bench.board.requests if isinstance(request, kind)]


def after_a_while(bench, seconds):
    """The rates when the host has said nothing for so long."""
    bench.channel.listen(bench.within(seconds))
    return rates(bench)


def test_baud_changes_on_both_ends(connect):
    bench = connect(baud=OLD)
    bench.channel.set_baud(NEW, bench.within(10))
    assert rates(bench) == (NEW,) * 3
    start = bench.clock.now
    bench.channel.infer(Job(image(1)), bench.within(10))
    assert bench.clock.now - start < 0.2


def test_the_new_rate_is_proved_before_the_board_is_told_to_keep_it(connect):
    bench = connect(baud=OLD)
    bench.channel.set_baud(NEW, bench.within(10))
    kinds = [type(request) for _, request in bench.board.requests]
    assert kinds == [Hello, SetBaud, Echo, CommitBaud]
    (echo,) = asked(bench, Echo)
    assert set(echo.payload) == set(range(256))


def test_a_rate_that_is_kept_outlasts_the_trial(connect):
    bench = connect(baud=OLD)
    bench.channel.set_baud(NEW, bench.within(10))
    assert after_a_while(bench, 5.0) == (NEW,) * 3


def test_a_lost_acknowledgement_of_a_baud_change_is_survived(connect):
    bench = connect(baud=OLD, to_host=drop(1))
    bench.channel.set_baud(NEW, bench.within(20))
    assert rates(bench) == (NEW,) * 3


@pytest.mark.parametrize("lost", [2, 3])  # the echo and its answer, or the commitment
@pytest.mark.parametrize("way", ["to_board", "to_host"])
def test_a_frame_that_is_lost_at_the_new_rate_is_repeated(connect, way, lost):
    bench = connect(baud=OLD, **{way: drop(lost)})
    bench.channel.set_baud(NEW, bench.within(20))
    assert rates(bench) == (NEW,) * 3
    assert len(asked(bench, SetBaud)) == 1
    assert after_a_while(bench, 5.0) == (NEW,) * 3


@pytest.mark.parametrize("ways", [{"board"}, {"host"}, {"board", "host"}])
def test_a_rate_that_fails_in_any_direction_leaves_both_ends_at_the_old_one(connect, ways):
    bench = connect(baud=OLD)
    bench.board.broken_above, bench.board.broken_to = 500_000, ways
    with pytest.raises(InfrastructureError, match="does not work at 921600"):
        bench.channel.set_baud(NEW, bench.within(60))
    assert rates(bench) == (OLD,) * 3
    assert asked(bench, CommitBaud) == []
    bench.channel.memory(bench.within(1))
    assert after_a_while(bench, 20.0) == (OLD,) * 3


@pytest.mark.parametrize("old", [OLD, 460_800])
def test_a_board_that_keeps_a_rate_unheard_is_met_at_the_rate_at_which_it_starts(connect, old):
    bench = connect(baud=OLD)
    bench.channel.set_baud(old, bench.within(10))

    def fail_from_the_commitment_on(request, replies):
        if isinstance(request, CommitBaud):
            bench.board.broken_above, bench.board.broken_to = 500_000, {"host"}
        return replies

    bench.board.edit = fail_from_the_commitment_on
    with pytest.raises(InfrastructureError, match="does not say that it keeps the rate"):
        bench.channel.set_baud(NEW, bench.within(60))
    assert rates(bench) == (OLD,) * 3
    bench.channel.memory(bench.within(1))


def test_a_commitment_that_never_arrives_leaves_both_ends_at_the_old_rate(connect):
    bench = connect(baud=OLD)
    bench.board.to_board = lambda number, frame: (
        () if number >= 3 and bench.board.baud == NEW else (frame,)
    )
    with pytest.raises(InfrastructureError, match="does not say that it keeps the rate"):
        bench.channel.set_baud(NEW, bench.within(60))
    assert rates(bench) == (OLD,) * 3
    assert asked(bench, CommitBaud) == []
    bench.channel.memory(bench.within(1))


def test_an_interrupted_change_leaves_the_host_at_the_old_rate_and_the_board_follows(connect):
    bench = connect(baud=OLD)
    write = bench.board.write

    def interrupted(data):
        if bench.board.host_baud == NEW:
            raise KeyboardInterrupt
        write(data)

    bench.board.write = interrupted
    with pytest.raises(KeyboardInterrupt):
        bench.channel.set_baud(NEW, bench.within(10))
    bench.board.write = write
    assert rates(bench) == (NEW, OLD, OLD)
    assert after_a_while(bench, 1.5) == (OLD,) * 3


def test_an_answer_outside_the_protocol_at_the_new_rate_takes_both_ends_back(connect):
    bench = connect(baud=OLD)
    bench.board.edit = lambda request, replies: (
        [BaudCommitted(NEW)] if isinstance(request, Echo) else replies
    )
    with pytest.raises(FirmwareError, match="answered Echo with BaudCommitted"):
        bench.channel.set_baud(NEW, bench.within(10))
    assert rates(bench) == (OLD,) * 3


def test_a_rate_that_the_board_keeps_instead_of_the_one_asked_for_is_refused(connect):
    bench = connect(baud=OLD)

    def keep_another(request, replies):
        return [BaudCommitted(OLD)] if isinstance(request, CommitBaud) else replies

    bench.board.edit = keep_another
    with pytest.raises(FirmwareError, match="keeps 115200 baud, asked for were 921600"):
        bench.channel.set_baud(NEW, bench.within(10))
    assert rates(bench) == (OLD,) * 3


def test_inferences_wait_while_the_rate_changes(connect, jobs):
    bench, work = connect(baud=OLD, invoke_s=0.5), jobs(4)
    answers = bench.channel.infer_many(work, 10)
    next(answers)
    bench.channel.set_baud(NEW, bench.within(10))
    assert len(list(answers)) == 3
    stats = bench.channel.stats
    assert (stats.timeouts, stats.damaged, stats.damaged_at_board) == (0, 0, 0)


def test_a_board_that_is_asked_nothing_for_long_is_at_its_boot_rate_again(connect):
    bench = connect(baud=OLD)
    bench.channel.set_baud(NEW, bench.within(10))
    assert after_a_while(bench, 9.9)[0] == NEW
    bench.channel.memory(bench.within(1))
    assert after_a_while(bench, 9.9)[0] == NEW
    assert after_a_while(bench, 0.2)[0] == OLD


def test_a_board_is_not_idle_while_its_network_runs(connect):
    bench = connect(baud=OLD, invoke_s=30.0)
    bench.channel.set_baud(NEW, bench.within(10))
    bench.channel.infer(Job(image(1)), bench.within(60))
    assert rates(bench) == (NEW,) * 3
    assert after_a_while(bench, 10.1)[0] == OLD


def test_a_refused_rate_is_the_boards_error(connect):
    bench = connect(baud=115200)
    bench.board.edit = lambda request, replies: (
        [ErrorReply(ErrorCode.OUT_OF_RANGE, Detail(921600, request.baud), "")]
        if isinstance(request, SetBaud)
        else replies
    )
    with pytest.raises(BoardError, match="limit: 921600; asked for: 2000000"):
        bench.channel.set_baud(2_000_000, bench.within(10))
    bench.channel.memory(bench.within(1))


def test_a_link_without_a_rate_cannot_change_it(connect):
    with pytest.raises(UsageError):
        connect().channel.set_baud(921600, Deadline.after(1))


def test_stats_are_snapshots_that_can_be_subtracted(connect):
    bench = connect()
    before = bench.channel.stats
    bench.channel.request(GetMemory(), bench.within(1))
    used = bench.channel.stats.since(before)
    assert (used.frames_out, used.frames_in) == (1, 1)
    assert before.frames_out == 1


def notice(*counts):
    return encode_frame(encode_reply(0, LinkNotice(*counts)))


def noted(bench, *notices):
    for counts in notices:
        bench.board.inject(notice(*counts))
    bench.channel.memory(bench.within(1))
    stats = bench.channel.stats
    return stats.notices, stats.damaged_at_board, stats.overruns


def test_overruns_of_the_board_are_counted_apart_from_damage(connect):
    bench = connect()
    bench.board.overrun()
    bench.board.overrun(2)
    assert bench.channel.memory(bench.within(1))
    assert noted(bench) == (1, 0, 1)  # the board tells of it every 5 ms at most
    bench.clock.advance(1)
    bench.board.overrun()
    assert noted(bench) == (2, 0, 4)


def test_what_a_notice_adds_to_the_one_before_is_counted(connect):
    assert noted(connect(), (3, 90, 0), (5, 150, 2), (5, 150, 3), (7, 200, 3)) == (4, 5, 3)


def test_the_first_notice_may_be_of_earlier_sessions_but_for_one(connect):
    assert noted(connect(), (300, 9000, 40)) == (1, 1, 1)


def test_a_notice_of_a_board_that_restarted_counts_from_zero(connect):
    bench = connect()
    assert noted(bench, (7, 200, 5), (2, 60, 1)) == (2, 3, 2)
    bench.board.restart()
    bench.channel.connect(bench.within(5))
    assert noted(bench, (4, 60, 3)) == (3, 7, 5)


def test_a_notice_that_comes_twice_counts_once(connect):
    assert noted(connect(), (1, 9, 0), (1, 9, 0)) == (2, 1, 0)


def test_round_trip_is_measured(connect):
    bench = connect(baud=115200)
    for _ in range(20):
        bench.channel.echo(b"", bench.within(1))
    # 0.2 ms of handling and about 12 bytes back at 115200 baud.
    assert 0.0005 < bench.channel.session.round_trip_s < 0.01


def test_inference_before_connect_is_a_mistake_of_the_caller():
    _, channel, clock = unconnected()
    with pytest.raises(RuntimeError, match="identity"):
        channel.infer(Job(image(1)), Deadline.after(1, clock))


def test_a_line_that_echoes_is_cabling_at_the_handshake(connect):
    bench = connect()
    bench.board.write = bench.board.inject
    with pytest.raises(EchoError, match="the line echoes") as caught:
        bench.channel.connect(bench.within(10))
    assert isinstance(caught.value, InfrastructureError)
    assert "TX" in caught.value.hint
    assert caught.value.where == "fake board"


@pytest.mark.parametrize(
    "ask",
    [
        lambda bench: bench.channel.memory(bench.within(10)),
        lambda bench: bench.channel.contract(bench.within(10)),
        lambda bench: bench.channel.read_tensor(OUTPUT, 0, bench.within(10)),
        lambda bench: bench.channel.infer(Job(bytes(9216)), bench.within(10)),
    ],
)
def test_a_line_that_begins_to_echo_later_is_cabling_too(connect, ask):
    bench = connect()
    write = bench.board.write

    def echoing(data):
        bench.board.inject(data)
        write(data)

    bench.board.write = echoing
    with pytest.raises(EchoError):
        ask(bench)


def test_a_rate_that_the_board_did_not_acknowledge_is_refused_and_both_keep_the_old(connect):
    bench = connect(baud=115200)
    bench.board.edit = lambda request, replies: (
        [BaudAck(230400)] if isinstance(request, SetBaud) else replies
    )
    with pytest.raises(FirmwareError, match="acknowledged 230400 baud, asked for were 921600"):
        bench.channel.set_baud(921600, bench.within(10))
    bench.board.edit = None
    assert bench.channel.baud == 115200
    assert bench.channel.echo(b"still there", bench.within(5)) == b"still there"


def test_a_restart_to_another_place_than_asked_for_is_refused(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [RebootAck(RebootTarget.BOOTLOADER)]
    with pytest.raises(FirmwareError, match="restarts to BOOTLOADER, asked for was APP"):
        bench.channel.reboot(RebootTarget.APP, bench.within(5))
