from __future__ import annotations

import pytest

from hil.base.deadline import Deadline
from hil.errors import FirmwareError, InfrastructureError, UsageError
from hil.link.channel import Channel
from hil.link.errors import EXPLANATIONS, BoardError, EchoError, NoAnswerError
from hil.link.jobs import Job
from hil.link.stats import LinkStats
from hil.link.tickets import heard
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode, RebootTarget
from hil.wire.frames import FIRST_SEQ, encode_frame
from hil.wire.messages import encode_reply
from hil.wire.replies import (
    BaudAck,
    Detail,
    Echoed,
    ErrorReply,
    Identity,
    MemoryReport,
    OpPage,
    OutputData,
    RebootAck,
    TracePage,
)
from hil.wire.requests import Echo, GetMemory, GetOps, Hello, Reboot, SetBaud
from hil_lab.fakes.firmware import default_identity, made_up_bytes
from hil_lab.fakes.link import FakeBoard, FakeClock, corrupt, drop

from .conftest import image


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
    with pytest.raises(BoardError, match="board: version 9; host: version 1") as caught:
        channel.connect(Deadline.after(2, clock))
    assert isinstance(caught.value, FirmwareError)
    assert caught.value.code is ErrorCode.PROTOCOL_VERSION


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
    bench.board.send(seq, MemoryReport(1, None, None, None, None, ()))
    bench.board.send(seq + 1, MemoryReport(2, None, None, None, None, ()))
    assert bench.channel.memory(bench.within(1)).arena_bytes in (2, 100_000)
    assert bench.channel.stats.stale == 1


def test_a_request_out_of_range_is_a_usage_error(connect):
    bench = connect()
    with pytest.raises(UsageError, match="first: 65536 is outside"):
        bench.channel.request(GetOps(65536), bench.within(1))
    with pytest.raises(UsageError):
        bench.channel.request(Echo(bytes(1537)), bench.within(1))


def test_echo_carries_every_byte_value(connect):
    payload = bytes(range(256)) * 6
    bench = connect()
    assert bench.channel.echo(payload, bench.within(1)) == payload


def test_ops_come_in_pages(connect):
    codes = tuple(range(150))
    bench = connect()
    bench.board.edit = lambda request, replies: [
        OpPage(len(codes), request.first, codes[request.first : request.first + 64])
    ]
    assert bench.channel.ops(bench.within(1)) == codes


def test_a_trace_comes_in_pages(connect):
    bench = connect()
    bench.channel.infer(Job(image(1), trace=True), bench.within(5))
    trace = bench.channel.trace(bench.within(1))
    assert trace.image_crc == crc32(image(1))
    assert trace.op_count == len(trace.entries) == 27


def test_a_trace_before_any_inference_is_the_boards_error(connect):
    bench = connect()
    with pytest.raises(BoardError) as caught:
        bench.channel.trace(bench.within(1))
    assert caught.value.code is ErrorCode.NOTHING_RECORDED


def test_a_trace_that_is_shorter_than_the_model_ends(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [TracePage(1, 200, request.first, ())]
    trace = bench.channel.trace(bench.within(1))
    assert (trace.op_count, trace.entries) == (200, ())


def test_an_output_comes_in_pages(connect):
    bench = connect()
    bench.channel.infer(Job(image(1)), bench.within(5))
    output = bench.channel.read_output(1, bench.within(1))
    assert output.image_crc == crc32(image(1))
    assert output.data == made_up_bytes(crc32(image(1)), 6 * 6 * 128)


@pytest.mark.parametrize(
    "page",
    [
        OutputData(1, 1, 10, 5, b"abcde"),
        OutputData(1, 2, 10, 0, b"abcde"),
        OutputData(1, 1, 10, 0, b""),
        OutputData(1, 1, 10, 0, bytes(11)),
    ],
)
def test_a_wrong_page_is_the_firmwares_fault(connect, page):
    bench = connect()
    bench.board.edit = lambda request, replies: [page]
    with pytest.raises(FirmwareError, match="another page"):
        bench.channel.read_output(1, bench.within(1))


def test_an_output_that_changes_while_it_is_read_is_an_error(connect):
    bench = connect()
    bench.board.edit = lambda request, replies: [
        OutputData(request.offset, 1, 10, request.offset, b"abcde")
    ]
    with pytest.raises(FirmwareError, match="changed"):
        bench.channel.read_output(1, bench.within(1))


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


def test_baud_changes_on_both_ends(connect):
    bench = connect(baud=115200)
    bench.channel.set_baud(921600, bench.within(10))
    assert (bench.board.baud, bench.board.host_baud, bench.channel.baud) == (921600,) * 3
    start = bench.clock.now
    bench.channel.infer(Job(image(1)), bench.within(10))
    assert bench.clock.now - start < 0.2


def test_a_lost_acknowledgement_of_a_baud_change_is_survived(connect):
    bench = connect(baud=115200, to_host=drop(1))
    bench.channel.set_baud(921600, bench.within(20))
    assert (bench.board.baud, bench.board.host_baud) == (921600, 921600)


def test_a_rate_at_which_the_line_fails_is_given_up(connect):
    bench = connect(baud=115200)
    bench.board.broken_above = 500_000
    with pytest.raises(InfrastructureError, match="does not work at 921600"):
        bench.channel.set_baud(921600, bench.within(60))
    assert (bench.board.baud, bench.board.host_baud, bench.channel.baud) == (115200,) * 3
    bench.channel.memory(bench.within(1))


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
        lambda bench: bench.channel.ops(bench.within(10)),
        lambda bench: bench.channel.read_output(0, bench.within(10)),
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
    bench.board.edit = lambda request, replies: [BaudAck(230400, 100)]
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
