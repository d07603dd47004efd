"""A recorded conversation answers as the board did: same answers, same times, in any order."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hil.base.deadline import Clock, Deadline
from hil.errors import FirmwareError, InfrastructureError
from hil.link.channel import Channel
from hil.link.errors import BoardError, NoAnswerError
from hil.link.jobs import Inference, Job
from hil.link.recorded_events import events_of, joined, split
from hil.link.recording import Kind, Record, Recorder, RecordingTransport, read_recording
from hil.link.replay import ReplayTransport, VirtualClock
from hil.link.replay_script import Script
from hil.link.transport import Transport
from hil.wire.enums import ErrorCode, RebootTarget, TensorSide
from hil.wire.frames import Frame, FrameDecoder, encode_frame
from hil.wire.messages import decode_reply, encode_reply, encode_request
from hil.wire.network_header import Tensor
from hil.wire.replies import (
    Accepted,
    ContractPage,
    Detail,
    Echoed,
    ErrorReply,
    OutputPart,
    Reply,
    Result,
    StageTimes,
    TensorData,
)
from hil.wire.requests import Echo, Hello, Infer, OpOutput, ReadTensor, Request
from hil_lab.fakes.firmware import default_header
from hil_lab.fakes.link import FakeBoard, FakeClock, corrupt, drop, duplicate, random_faults

IMAGE_BYTES = 96 * 96
LIMIT_S = 120.0

Limit = Callable[[], Deadline]
Talk = Callable[[Channel, Limit], object]


@functools.cache
def image(number: int) -> bytes:
    return bytes((number + 7 * at) & 0xFF for at in range(IMAGE_BYTES))


@contextlib.contextmanager
def recorded(path: Path, **board_options: object) -> Iterator[tuple[Recorder, Channel, FakeClock]]:
    """Within, a fake board is recorded."""
    clock = FakeClock()
    board = FakeBoard(clock, **board_options)  # type: ignore[arg-type]
    recorder = Recorder(path, clock)
    with contextlib.closing(recorder):
        transport = RecordingTransport(board, recorder)
        yield recorder, Channel(transport, clock=clock, first_seq=70_000), clock


def record(path: Path, talk: Talk, **board_options: object) -> object:
    """What `talk` returned, talking to a fake board that is recorded."""
    with recorded(path, **board_options) as (_, channel, clock):
        return talk(channel, lambda: Deadline.after(LIMIT_S, clock))


def replayed(path: Path) -> tuple[ReplayTransport, Channel]:
    script = Script(events_of(read_recording(path)))
    transport = ReplayTransport(script, "replay", hint="record again")
    transport.open()
    return transport, Channel(transport, clock=transport.clock, first_seq=9_000_000)


def replay(path: Path, talk: Talk) -> object:
    transport, channel = replayed(path)
    return talk(channel, lambda: Deadline.after(LIMIT_S, transport.clock))


def facts(answer: Inference) -> tuple[object, ...]:
    return answer.sample_crc, answer.result, answer.captured


def everything(channel: Channel, limit: Limit) -> object:
    """One of each request."""
    identity = channel.connect(limit())
    said: list[object] = [identity, channel.contract(limit()), channel.memory(limit())]
    for number in range(3):
        said.append(facts(channel.infer(Job(image(number), trace=True), limit())))
        said.append(channel.read_tensor(TensorSide.OUTPUT, 1, limit()))
        said.append(channel.read_tensor(TensorSide.INPUT, 0, limit()))
        said.append(channel.trace(limit()))
    said.append(channel.capture_op(image(2), 3, limit()))
    said.append(channel.capture_op(image(2), 3, limit(), output=1))
    said.append(facts(channel.infer(Job(image(1), reset_state=False, threshold=7), limit())))
    said.append(channel.echo(bytes(range(256)), limit()))
    said += [facts(a) for a in channel.infer_many(map(Job, map(image, range(6))), LIMIT_S)]
    return said


def test_every_request_is_answered_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    said = record(path, everything)
    assert replay(path, everything) == said


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), rate=st.sampled_from([0.02, 0.1, 0.25]))
def test_what_was_recorded_on_a_noisy_line_is_answered_without_the_noise(
    tmp_path: Path, seed: int, rate: float
) -> None:
    path = tmp_path / "noisy.rec"
    faults = {"to_board": random_faults(rate, seed), "to_host": random_faults(rate, seed + 1)}
    said = record(path, everything, baud=115_200, **faults)
    assert replay(path, everything) == said


@pytest.mark.parametrize("fault", [drop, duplicate, corrupt])
@pytest.mark.parametrize("direction", ["to_board", "to_host"])
def test_any_single_fault_leaves_a_recording_that_can_be_replayed(
    tmp_path: Path, fault: Callable[..., object], direction: str
) -> None:
    def talk(channel: Channel, limit: Limit) -> object:
        channel.connect(limit())
        return [facts(channel.infer(Job(image(n)), limit())) for n in (1, 2, 1)]

    path = tmp_path / "a.rec"
    for number in range(26):
        said = record(path, talk, **{direction: fault(number)})
        assert replay(path, talk) == said, number


def test_round_trips_take_as_long_as_they_took(tmp_path: Path) -> None:
    def talk(channel: Channel, limit: Limit) -> list[float]:
        channel.connect(limit())
        answers = [channel.infer(Job(image(n)), limit()) for n in range(4)]
        answers += channel.infer_many(map(Job, map(image, range(4))), LIMIT_S)
        return [answer.upload_s + answer.result_s for answer in answers]

    path = tmp_path / "a.rec"
    took = record(path, talk, baud=115_200, invoke_s=0.05)
    again = replay(path, talk)
    assert isinstance(took, list)
    assert again == pytest.approx(took, rel=0.02)


def test_the_clock_goes_on_while_the_host_works(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    with recorded(path) as (_, channel, clock):
        started = clock()
        for payload in (b"a", b"b", b"c"):
            channel.echo(payload, Deadline.after(LIMIT_S, clock))
            clock.advance(0.2)
    took = clock() - started - 0.2

    transport, channel = replayed(path)
    started = transport.clock()
    for payload in (b"a", b"b", b"c"):
        channel.echo(payload, Deadline.after(LIMIT_S, transport.clock))
    assert transport.clock() - started == pytest.approx(took, rel=0.01)


def test_a_change_of_rate_is_one_again(tmp_path: Path) -> None:
    path, clock = tmp_path / "a.rec", FakeClock()

    def talk(transport: Transport, clock: Clock) -> object:
        channel = Channel(transport, clock=clock, baud=115_200)
        limit = Deadline.after(LIMIT_S, clock)
        channel.connect(limit)
        for baud in (921_600, 460_800):
            channel.set_baud(baud, limit)
        return facts(channel.infer(Job(image(1)), limit)), channel.baud

    with contextlib.closing(Recorder(path, clock)) as recorder:
        board = FakeBoard(clock, baud=115_200)
        said = talk(RecordingTransport(board, recorder), clock)
    assert board.baud == 460_800
    transport, _ = replayed(path)
    assert talk(transport, transport.clock) == said


@pytest.mark.parametrize("rate", [0.0, 0.1])
def test_a_sample_of_many_chunks_is_answered_as_it_was(tmp_path: Path, rate: float) -> None:
    size = 50 * 1536 + 3
    header = dataclasses.replace(
        default_header(), inputs=(Tensor("spectrogram", 9, (size,), 0.5, 0, size),)
    )

    def talk(channel: Channel, limit: Limit) -> object:
        channel.connect(limit())
        samples = (bytes((n + 7 * at) & 0xFF for at in range(size)) for n in range(3))
        return [facts(channel.infer(Job(sample), limit())) for sample in samples]

    path = tmp_path / "a.rec"
    faults = {"to_board": random_faults(rate, 1), "to_host": random_faults(rate, 2)}
    said = record(path, talk, header=header, **faults)
    assert replay(path, talk) == said


# ---- another order, another part


def infer_all(numbers: Iterable[int]) -> Callable[[Channel, Limit], list[tuple[object, ...]]]:
    def talk(channel: Channel, limit: Limit) -> list[tuple[object, ...]]:
        channel.connect(limit())
        return [
            (
                number,
                facts(channel.infer(Job(image(number)), limit())),
                channel.read_tensor(TensorSide.OUTPUT, 1, limit()),
            )
            for number in numbers
        ]

    return talk


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))])
def test_images_may_be_asked_for_in_another_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    path = tmp_path / "a.rec"
    said = record(path, infer_all(range(4)))
    assert isinstance(said, list)
    assert replay(path, infer_all(order)) == [said[number] for number in order]


def test_a_part_of_the_images_may_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    said = record(path, infer_all(range(4)))
    assert isinstance(said, list)
    assert replay(path, infer_all([2])) == [said[2]]


def test_a_test_is_answered_from_its_own_part(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    counts = {}
    with recorded(path) as (recorder, channel, clock):
        channel.connect(Deadline.after(LIMIT_S, clock))
        for name in ("test_one", "test_two"):
            recorder.note(name)
            answer = channel.infer(Job(image(5)), Deadline.after(LIMIT_S, clock))
            counts[name] = answer.result.inference
    assert counts == {"test_one": 1, "test_two": 2}

    transport, channel = replayed(path)
    channel.connect(Deadline.after(LIMIT_S, transport.clock))
    for name in ("test_two", "test_one"):
        transport.note(name)
        answer = channel.infer(Job(image(5)), Deadline.after(LIMIT_S, transport.clock))
        assert answer.result.inference == counts[name]


def test_an_output_is_that_of_the_image_that_ran(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    record(path, infer_all([1, 2]))
    transport, channel = replayed(path)
    limit = Deadline.after(LIMIT_S, transport.clock)
    channel.connect(limit)
    for number in (2, 1):
        answer = channel.infer(Job(image(number)), limit)
        output = channel.read_tensor(TensorSide.OUTPUT, 1, limit)
        assert output.sample_crc == answer.sample_crc


def test_an_inference_that_failed_leaves_nothing_to_read_in_any_order() -> None:
    good = Infer(7, True, False, True, None, None)
    bad = dataclasses.replace(good, capture=OpOutput(0, 9))
    read = ReadTensor(TensorSide.OUTPUT, 0, 0, 4)
    nothing = ErrorReply(ErrorCode.NOTHING_RECORDED, Detail(), "no inference yet")
    tensor = TensorData(7, TensorSide.OUTPUT, 0, 4, 0, b"abcd")
    times = StageTimes(0, 0, 1, 0)
    talk: list[tuple[Request, list[Reply]]] = [
        (bad, [Accepted(7), ErrorReply(ErrorCode.OUT_OF_RANGE, Detail(0, 9), "no such output")]),
        (read, [nothing]),
        (good, [Accepted(7), Result(1, 7, (OutputPart(0, 4, None),), None, times, None, 5, 1)]),
        (read, [tensor]),
    ]
    records = []
    for number, (request, replies) in enumerate(talk):
        seq, at_us = 70_000 + number, 1000 * (number + 1)
        records.append(Record(Kind.SENT, at_us, encode_frame(encode_request(seq, request))))
        records += [
            Record(Kind.RECEIVED, at_us + 100, encode_frame(encode_reply(seq, reply)))
            for reply in replies
        ]
    transport = opened(*records)
    decoder = FrameDecoder()
    last = []
    again: list[Request] = [good, read, bad, read]
    for seq, request in enumerate(again, start=90_000):
        transport.write(encode_frame(encode_request(seq, request)))
        frames = [each for _ in range(3) for each in decoder.feed(transport.read(1000, 1.0))]
        said = [decode_reply(each.message)[1] for each in frames if isinstance(each, Frame)]
        last.append(said[-1])
    assert last[1] == tensor
    assert last[3] == nothing


@pytest.mark.parametrize(
    ("asked", "in_order"),
    [((1, 2), True), ((2,), False), ((1, 3, 2), False)],
    ids=["in its order", "alone", "behind a later one"],
)
def test_whether_a_start_was_asked_the_same_before_is_known(
    tmp_path: Path, asked: tuple[int, ...], in_order: bool
) -> None:
    with recorded(tmp_path / "a.rec") as (recorder, channel, clock):
        channel.connect(Deadline.after(LIMIT_S, clock))
        for number in (1, 2, 3):
            recorder.note(f"test {number}")
            channel.infer(Job(image(number)), Deadline.after(LIMIT_S, clock))
    script = Script(events_of(read_recording(tmp_path / "a.rec")))
    transport = ReplayTransport(script, "replay", hint="record again")
    transport.open()
    channel = Channel(transport, clock=transport.clock, first_seq=9_000_000)
    limit = Deadline.after(LIMIT_S, transport.clock)
    channel.connect(limit)
    for number in asked:
        transport.note(f"test {number}")
        channel.infer(Job(image(number)), limit)
    assert script.in_order() is in_order


# ---- several starts of the board


def two_boots(path: Path) -> tuple[int, int]:
    """Records a test in each of two starts of the board; what these called themselves."""
    with recorded(path) as (recorder, channel, clock):
        limit = Deadline.after(LIMIT_S, clock)
        boots = []
        for name, number in (("test_one", 1), ("test_two", 2)):
            recorder.note(name)
            boots.append(channel.connect(limit).boot_id)
            answer = channel.infer(Job(image(number)), limit)
            assert answer.result.boot_id == boots[-1]
            channel.reboot(RebootTarget.APP, limit)
    assert boots[0] != boots[1]
    return boots[0], boots[1]


def test_a_result_from_another_start_is_one_of_the_start_that_said_hello(tmp_path: Path) -> None:
    first, _ = two_boots(tmp_path / "a.rec")
    transport, channel = replayed(tmp_path / "a.rec")
    limit = Deadline.after(LIMIT_S, transport.clock)
    assert channel.connect(limit).boot_id == first
    for name, number in (("test_two", 2), ("test_one", 1)):
        transport.note(name)
        assert channel.infer(Job(image(number)), limit).result.boot_id == first


def test_each_start_has_its_own_name_again(tmp_path: Path) -> None:
    boots = two_boots(tmp_path / "a.rec")
    transport, channel = replayed(tmp_path / "a.rec")
    limit = Deadline.after(LIMIT_S, transport.clock)
    for boot_id, number in zip(boots, (1, 2), strict=True):
        assert channel.connect(limit).boot_id == boot_id
        assert channel.infer(Job(image(number)), limit).result.boot_id == boot_id
        channel.reboot(RebootTarget.APP, limit)


def test_a_start_that_nobody_saw_shows_again(tmp_path: Path) -> None:
    board: list[FakeBoard] = []

    def talk(channel: Channel, limit: Limit) -> tuple[bool, ...]:
        boot_id = channel.connect(limit()).boot_id
        same = []
        for number in range(3):
            if number == 1 and board:
                board[0].restart()
            answer = channel.infer(Job(image(number)), limit())
            same.append(answer.result.boot_id == boot_id)
        return tuple(same)

    path, clock = tmp_path / "a.rec", FakeClock()
    board.append(FakeBoard(clock))
    with contextlib.closing(Recorder(path, clock)) as recorder:
        channel = Channel(RecordingTransport(board[0], recorder), clock=clock)
        assert talk(channel, lambda: Deadline.after(LIMIT_S, clock)) == (True, False, False)
    board.clear()
    assert replay(path, talk) == (True, False, False)


# ---- what the recording does not hold


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda ch, limit: ch.infer(Job(image(9)), limit), "does not hold Upload .*0x[0-9a-f]{8}"),
        (lambda ch, limit: ch.echo(b"other", limit), r"does not hold Echo \(payload of 5 bytes\)"),
        (lambda ch, limit: ch.trace(limit), "does not hold GetTrace"),
        (
            lambda ch, limit: [ch.infer(Job(image(1)), limit) for _ in range(2)],
            "holds Infer .* 1 times, and all were asked for already",
        ),
    ],
)
def test_a_request_that_is_not_recorded_is_an_infrastructure_error(
    tmp_path: Path, ask: Callable[[Channel, Deadline], object], what: str
) -> None:
    path = tmp_path / "a.rec"
    record(path, infer_all([1]))
    transport, channel = replayed(path)
    limit = Deadline.after(LIMIT_S, transport.clock)
    channel.connect(limit)
    with pytest.raises(InfrastructureError, match=what) as caught:
        ask(channel, limit)
    assert caught.value.hint == "record again"
    assert caught.value.where == "replay"


def test_the_rest_can_be_asked_for_after_a_request_that_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    said = record(path, infer_all([1]))
    transport, channel = replayed(path)
    limit = Deadline.after(LIMIT_S, transport.clock)
    with pytest.raises(InfrastructureError):
        channel.echo(b"other", limit)
    transport.open()
    channel.connect(limit)
    answer = channel.infer(Job(image(1)), limit)
    assert isinstance(said, list)
    assert facts(answer) == said[0][1]


# ---- what the board did wrong


def test_a_wrong_answer_is_as_wrong_again(tmp_path: Path) -> None:
    def other_image(request: Request, replies: list[Reply]) -> list[Reply]:
        return [
            dataclasses.replace(reply, sample_crc=1) if isinstance(reply, TensorData) else reply
            for reply in replies
        ]

    path = tmp_path / "a.rec"

    def talk(channel: Channel, limit: Limit) -> object:
        channel.connect(limit())
        channel.infer(Job(image(1)), limit())
        return channel.read_tensor(TensorSide.OUTPUT, 1, limit()).sample_crc

    assert record(path, talk, edit=other_image) == 1
    assert replay(path, talk) == 1


def test_a_refusal_is_a_refusal_again(tmp_path: Path) -> None:
    def talk(channel: Channel, limit: Limit) -> object:
        codes = []
        channel.connect(limit())
        for job in (Job(image(1), claimed_crc=5), Job(image(1)[:-1]), Job(image(1))):
            try:
                channel.infer(job, limit())
                codes.append(ErrorCode.OK)
            except BoardError as error:
                codes.append(error.code)
        return codes

    path = tmp_path / "a.rec"
    expected = [ErrorCode.SAMPLE_CORRUPT, ErrorCode.WRONG_SIZE, ErrorCode.OK]
    assert record(path, talk) == expected
    assert replay(path, talk) == expected


def test_silence_is_silence_again_and_takes_none_of_our_time(tmp_path: Path) -> None:
    def talk(channel: Channel, limit: Limit) -> object:
        channel.connect(limit())
        with pytest.raises(NoAnswerError) as caught:
            channel.echo(b"x", Deadline(limit().clock() + 50, 50, limit().clock))
        return str(caught.value)

    def unanswered(request: Request, replies: list[Reply]) -> list[Reply]:
        return [] if type(request).__name__ == "Echo" else replies

    path = tmp_path / "a.rec"
    message = record(path, talk, edit=unanswered)
    again = replay(path, talk)
    assert isinstance(again, str)
    assert isinstance(message, str)
    assert again.splitlines()[0].partition("[")[0] == message.splitlines()[0].partition("[")[0]


def test_a_reply_outside_the_protocol_is_one_again(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"

    def talk(channel: Channel, limit: Limit) -> object:
        with pytest.raises(FirmwareError) as caught:
            channel.echo(b"abc", limit())
        return caught.value.message

    assert record(path, talk, edit=lambda *_: [ContractPage(0, 0, b"")]) == replay(path, talk)


# ---- resets, text and lost ports, from records made by hand


RESET = b'{"can_reset":true}'
OPENED = b'{"name":"p","can_reset":true}'
LOST = b'{"message":"the port failed","hint":"check the cable"}'


def transport_of(*records: Record) -> ReplayTransport:
    return ReplayTransport(Script(events_of(records)), "replay", hint="record again")


def opened(*records: Record) -> ReplayTransport:
    """An open transport of these records behind that of the open port."""
    transport = transport_of(Record(Kind.OPENED, 0, OPENED), *records)
    transport.open()
    return transport


def test_console_text_comes_when_it_came() -> None:
    transport = opened(
        Record(Kind.RESET, 1_000_000, RESET),
        Record(Kind.RECEIVED, 1_200_000, b"rst:0x1\r\n"),
        Record(Kind.RECEIVED, 1_700_000, b"ready\r\n"),
    )
    assert transport.reset()
    started = transport.clock.now
    assert transport.read(100, 0.1) == b""
    assert transport.read(100, 5.0) == b"rst:0x1\r\n"
    assert transport.clock.now - started == pytest.approx(0.2)
    assert transport.read(100, 0.4) == b""
    assert transport.read(100, 0.4) == b"ready\r\n"
    assert transport.clock.now - started == pytest.approx(0.7)
    assert transport.read(100, 5.0) == b""


def test_a_reset_stops_what_the_board_was_about_to_say() -> None:
    transport = opened(
        Record(Kind.RECEIVED, 900_000, b"late\r\n"),
        Record(Kind.RESET, 1_000_000, RESET),
        Record(Kind.RECEIVED, 1_000_100, b"boot\r\n"),
    )
    transport.reset()
    assert transport.read(100, 5.0) == b"boot\r\n"


def test_a_line_that_was_not_connected_is_not_connected() -> None:
    transport = opened(Record(Kind.RESET, 10, b'{"can_reset":false}'))
    assert not transport.reset()


def test_a_reset_that_failed_fails_there() -> None:
    failed = b'{"message":"no power","hint":"switch it on"}'
    transport = opened(
        Record(Kind.RESET, 10, RESET),
        Record(Kind.RECEIVED, 20, b"ready\r\n"),
        Record(Kind.RESET_FAILED, 30, failed),
        Record(Kind.RESET, 40, RESET),
    )
    assert transport.reset()
    with pytest.raises(InfrastructureError, match="no power") as caught:
        transport.reset()
    assert caught.value.hint == "switch it on"
    assert transport.reset()


def test_a_port_that_was_lost_is_lost_there_and_comes_back() -> None:
    transport = opened(
        Record(Kind.RECEIVED, 100_000, b"text\r\n"),
        Record(Kind.LOST, 200_000, LOST),
        Record(Kind.OPEN_FAILED, 300_000, b'{"message":"no such port","hint":"plug it in"}'),
        Record(Kind.OPENED, 400_000, OPENED),
    )
    assert transport.read(100, 1.0) == b"text\r\n"
    with pytest.raises(InfrastructureError, match="the port failed") as caught:
        transport.read(100, 1.0)
    assert caught.value.hint == "check the cable"
    with pytest.raises(InfrastructureError, match="no such port"):
        transport.open()
    transport.open()
    assert transport.read(100, 1.0) == b""


def test_a_port_that_never_came_back_does_not_come_back() -> None:
    transport = opened(Record(Kind.LOST, 10, LOST))
    with pytest.raises(InfrastructureError, match="the port failed"):
        transport.read(100, 1.0)
    for _ in range(3):
        with pytest.raises(InfrastructureError, match="did not come back"):
            transport.open()


def test_a_port_that_could_not_be_opened_cannot_be() -> None:
    transport = transport_of(
        Record(Kind.OPEN_FAILED, 0, b'{"message":"no such port","hint":"plug it in"}')
    )
    for _ in range(3):
        with pytest.raises(InfrastructureError, match="no such port"):
            transport.open()


def test_a_replay_starts_with_the_board_that_was_flashed() -> None:
    transport = opened(
        Record(Kind.RESET, 10, RESET),
        Record(Kind.RECEIVED, 20, b"invalid header: 0xffffffff\r\n"),
        Record(Kind.FLASH_SENT, 30, b"\xc0sync\xc0"),
        Record(Kind.FLASHED, 40, b'{"error":null}'),
        Record(Kind.RESET, 50, RESET),
        Record(Kind.RECEIVED, 60, b"ready\r\n"),
    )
    transport.reset()
    assert transport.read(100, 1.0) == b"ready\r\n"


def test_no_reset_goes_back_to_the_board_before_the_flashing() -> None:
    transport = opened(
        Record(Kind.RESET, 10, RESET),
        Record(Kind.RECEIVED, 20, b"another build\r\n"),
        Record(Kind.FLASHED, 40, b'{"error":null}'),
        Record(Kind.RESET, 50, RESET),
        Record(Kind.RECEIVED, 60, b"ready\r\n"),
    )
    for _ in range(2):
        transport.reset()
        assert transport.read(100, 1.0) == b"ready\r\n"


def test_a_board_that_fails_after_flashing_is_flashed_again_and_fails_as_it_did() -> None:
    transport = opened(
        Record(Kind.RESET, 10, RESET),
        Record(Kind.RECEIVED, 20, b"invalid header: 0xffffffff\r\n"),
        Record(Kind.FLASHED, 40, b'{"error":null}'),
        Record(Kind.RESET, 50, RESET),
        Record(Kind.RECEIVED, 60, b"panic\r\n"),
        Record(Kind.RESET, 70, RESET),
    )
    for _ in range(2):
        transport.reset()
        assert transport.read(100, 1.0) == b"panic\r\n"
        assert transport.flash()


def test_what_was_not_flashed_cannot_be() -> None:
    failed = b'{"error":{"message":"no sync"}}'
    for last in (Record(Kind.RESET, 10, RESET), Record(Kind.FLASHED, 10, failed)):
        transport = opened(last)
        assert not transport.flash()


def test_flashing_in_the_middle_goes_on_behind_it() -> None:
    transport = opened(
        Record(Kind.NOTE, 5, b"test"),
        Record(Kind.RESET, 10, RESET),
        Record(Kind.RECEIVED, 20, b"no app\r\n"),
        Record(Kind.FLASHED, 40, b'{"error":null}'),
        Record(Kind.RESET, 50, RESET),
        Record(Kind.RECEIVED, 60, b"ready\r\n"),
    )
    transport.reset()
    assert transport.read(100, 1.0) == b"no app\r\n"
    assert transport.flash()
    transport.reset()
    assert transport.read(100, 1.0) == b"ready\r\n"


def test_a_hello_that_is_said_twice_is_answered_as_the_first_was() -> None:
    def said(at_us: int, seq: int, message: Request) -> Record:
        return Record(Kind.SENT, at_us, encode_frame(encode_request(seq, message)))

    reply = encode_frame(encode_reply(70_000, Echoed(b"it is me")))
    answered = encode_frame(encode_reply(70_001, Echoed(b"abc")))
    transport = opened(
        Record(Kind.RESET, 10, RESET),
        said(20, 70_000, Hello()),
        Record(Kind.RECEIVED, 420_000, reply),
        said(430_000, 70_001, Echo(b"abc")),
        Record(Kind.RECEIVED, 440_000, answered),
        said(900_000, 70_002, Hello()),  # the board has fallen silent
    )
    transport.reset()
    decoder = FrameDecoder()
    for seq in (90_000, 90_001):
        transport.write(encode_frame(encode_request(seq, Hello())))
        transport.clock.sleep(0.2)
    heard = []
    while data := transport.read(1000, 0.1):
        heard += [decode_reply(f.message)[0] for f in decoder.feed(data) if isinstance(f, Frame)]
    assert heard == [90_000, 90_001]
    transport.write(encode_frame(encode_request(90_002, Echo(b"abc"))))
    assert transport.read(1000, 1.0)
    transport.write(encode_frame(encode_request(90_003, Hello())))
    assert transport.read(1000, 10.0) == b""


# ---- small parts


@given(st.integers(0x10000, 0xFFFFFFFF), st.integers(1, 30))
def test_a_message_is_its_number_and_its_content(seq: int, size: int) -> None:
    from hil.wire.cbor import dumps

    rest: list[object] = [3, *range(size - 1)]
    message = dumps([seq, *rest])  # type: ignore[list-item]
    number, content = split(message)
    assert number == seq
    assert joined(seq, content) == message
    assert split(dumps([seq ^ 1, *rest]))[1] == content  # type: ignore[list-item]


def test_the_link_sees_the_arrival_and_its_next_request_the_work_done() -> None:
    clock = VirtualClock()
    clock.advance_to(5.0)
    clock.work_until(6.0, arrived=True)
    assert [clock(), clock(), clock(), clock()] == [5.0, 5.0, 6.0, 6.0]
    clock.work_until(5.5)
    assert clock() == 6.0
    clock.work_until(7.0)
    assert clock() == 7.0


def test_who_measures_sees_the_arrival_and_then_the_work_done() -> None:
    clock = VirtualClock()
    clock.advance_to(5.0)
    clock.work_until(6.0, arrived=True)
    assert [clock.look(), clock.look()] == [5.0, 6.0]
    while clock.look() == 6.0:  # then time goes by, so that nobody waits for ever
        pass
