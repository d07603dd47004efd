"""The file of a recording: what is written is read, and damage is seen."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import InfrastructureError, UsageError
from hil.link.recording import MAGIC, Kind, Record, Recorder, RecordingTransport, read_recording
from hil_lab.fakes.link import FakeClock

CONTENT = [
    (Kind.HEADER, b'{"camhil":"1"}'),
    (Kind.SENT, b"\x00abc\x00"),
    (Kind.RECEIVED, bytes(range(256))),
    (Kind.NOTE, "test_größe".encode()),
    (Kind.SENT, b"z" * 1541),
]


def write(path: Path, content: list[tuple[Kind, bytes]] = CONTENT) -> bytes:
    clock = FakeClock(0.0)
    recorder = Recorder(path, clock)
    for number, (kind, payload) in enumerate(content):
        clock.now = 0.25 * number
        recorder.add(kind, payload)
    recorder.flush()
    return path.read_bytes()


def test_what_is_written_is_read_with_its_times(tmp_path: Path) -> None:
    write(tmp_path / "a.rec")
    records = read_recording(tmp_path / "a.rec")
    assert [(r.kind, r.data) for r in records] == CONTENT
    assert [r.at_us for r in records] == [0, 250_000, 500_000, 750_000, 1_000_000]


@given(
    st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=300)), max_size=20),
    st.integers(0, 10**9),
)
def test_any_content_survives(
    tmp_path_factory: pytest.TempPathFactory, content: list[tuple[Kind, bytes]], pause_us: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.rec"
    clock = FakeClock(0.0)
    recorder = Recorder(path, clock)
    for kind, payload in content:
        clock.now += pause_us / 1e6
        recorder.add(kind, payload)
    recorder.close()
    records = read_recording(path)
    assert [(r.kind, r.data) for r in records] == [*content, (Kind.END, b"")]
    for number, record in enumerate(records[:-1], start=1):
        assert abs(record.at_us - number * pause_us) <= number


def test_a_recording_that_was_cut_anywhere_is_read_up_to_there(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.rec")
    cut = tmp_path / "cut.rec"
    seen = set()
    for size in range(len(MAGIC), len(whole) + 1):
        cut.write_bytes(whole[:size])
        records = read_recording(cut)
        assert [(r.kind, r.data) for r in records] == CONTENT[: len(records)]
        seen.add(len(records))
    assert seen == set(range(len(CONTENT) + 1))


def test_every_damaged_byte_is_seen(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.rec", CONTENT[:4])
    damaged = tmp_path / "damaged.rec"
    for place in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            damaged.write_bytes(changed)
            with pytest.raises(UsageError) as caught:
                read_recording(damaged)
            assert caught.value.where == str(damaged)


def test_a_recording_may_be_compressed(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.rec")
    (tmp_path / "a.rec.gz").write_bytes(gzip.compress(whole))
    assert read_recording(tmp_path / "a.rec.gz") == read_recording(tmp_path / "a.rec")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not a recording"),
        (b"kind: run\n", "not a recording"),
        (MAGIC.replace(b" 1", b" 2"), "of version '2'"),
        (MAGIC.replace(b"\r\n", b"\n"), "changed by a transfer as text"),
        # Without a time: the name of a test is the same for all workers.
        (gzip.compress(MAGIC, mtime=0)[:-9], "cannot read the recording"),
        (b"\x1f\x8bnonsense", "cannot read the recording"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "b.rec"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=problem):
        read_recording(path)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_recording(tmp_path / "none.rec")


def test_a_process_that_is_killed_leaves_what_it_recorded(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from hil.link.recording import Kind, Recorder, RecordingTransport

class Silent:
    name = "silent"
    def read(self, max_bytes, timeout_s): return b""
    def write(self, data): pass

transport = RecordingTransport(Silent(), Recorder(Path(sys.argv[1])))
for number in range(100):
    transport.write(b"frame %d" % number)
transport.read(100, 1.0)
print("waiting", flush=True)
sys.stdin.read()
"""
    path = tmp_path / "killed.rec"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"waiting\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    records = read_recording(path)
    # A busy machine adds records of writes that had to wait.
    sent = [r.data for r in records if r.kind is Kind.SENT]
    assert sent == [b"frame %d" % number for number in range(100)]


def test_a_full_disk_is_remembered_and_the_conversation_goes_on() -> None:
    recorder = Recorder(Path("/dev/full"))
    recorder.add(Kind.SENT, b"abc")
    recorder.flush()
    recorder.add(Kind.SENT, b"abc")
    recorder.close()
    assert recorder.error is not None
    assert "No space left" in recorder.error.message
    assert recorder.error.where == "/dev/full"


def test_a_directory_that_cannot_be_made_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recorder = Recorder(tmp_path / "file" / "a.rec")
    recorder.close()
    assert recorder.error is not None


class Lossy:
    name = "lossy"

    def fail(self, *_: object) -> bytes:
        raise InfrastructureError("the port failed", hint="check the cable")

    read = write = set_baud = fail

    def close(self) -> None:
        """Nothing."""


@pytest.mark.parametrize("use", ["read", "write", "set_baud"])
def test_a_lost_port_is_recorded(tmp_path: Path, use: str) -> None:
    recorder = Recorder(tmp_path / "a.rec")
    transport = RecordingTransport(Lossy(), recorder)
    arguments = {"read": (10, 1.0), "write": (b"abc",), "set_baud": (9600,)}[use]
    with pytest.raises(InfrastructureError, match="the port failed"):
        getattr(transport, use)(*arguments)
    recorder.close()
    lost = [r for r in read_recording(tmp_path / "a.rec") if r.kind is Kind.LOST]
    assert [r.facts for r in lost] == [{"message": "the port failed", "hint": "check the cable"}]


def test_a_port_that_does_not_come_back_is_recorded_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.rec")
    for _ in range(5):
        recorder.open_failed(InfrastructureError("no such port", hint="plug it in"))
    recorder.opened("/dev/ttyUSB0", can_reset=True)
    recorder.open_failed(InfrastructureError("no such port", hint="plug it in"))
    recorder.close()
    kinds = [r.kind for r in read_recording(tmp_path / "a.rec")]
    assert kinds == [Kind.OPEN_FAILED, Kind.OPENED, Kind.OPEN_FAILED, Kind.END]


def test_facts_that_are_no_json_are_a_damaged_recording() -> None:
    with pytest.raises(UsageError, match="RESET holds no JSON"):
        _ = Record(Kind.RESET, 0, b"").facts
