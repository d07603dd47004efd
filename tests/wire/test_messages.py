"""The Python messages against protocol.cddl, read by zcbor and by the documentation's parser."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import sys
import typing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.wire import cbor, enums, fields, messages, network_header, replies, requests
from hil.wire.errors import WireError

from .message_samples import CDDL, REPLIES, REQUESTS, SEQS, field_values, values, zcbor_accepts

ROOT = Path(__file__).resolve().parents[2]
EVERY = [("request", kind) for kind in REQUESTS] + [("reply", kind) for kind in REPLIES]
IDS = [kind.__name__ for _, kind in EVERY]


def encode(direction, seq, message):
    pair = {"request": messages.encode_request, "reply": messages.encode_reply}
    return pair[direction](seq, message)


def decode(direction, data):
    pair = {"request": messages.decode_request, "reply": messages.decode_reply}
    return pair[direction](data)


@pytest.fixture(scope="module")
def document():
    """docs/generate_protocol.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "generate_protocol", ROOT / "docs" / "generate_protocol.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def rules(document):
    return document.parse(CDDL.read_text(encoding="utf-8"))


def kebab(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


@pytest.mark.parametrize(("direction", "kind"), EVERY, ids=IDS)
@settings(max_examples=30)
@given(data=st.data())
def test_message_survives_a_round_trip_and_zcbor_accepts_it(direction, kind, data):
    seq, message = data.draw(SEQS), data.draw(values(kind))
    encoded = encode(direction, seq, message)
    assert decode(direction, encoded) == (seq, message)
    assert messages.peek_seq(encoded) == seq
    assert zcbor_accepts(direction, encoded)


def test_there_is_a_class_for_every_message_with_its_kind_and_fields(rules):
    for direction, kinds in (("request", REQUESTS), ("reply", REPLIES)):
        declared = [rules[name] for name in rules[direction].alternatives()]
        assert [rule.name for rule in declared] == [kebab(kind.__name__) for kind in kinds]
        for rule, kind in zip(declared, kinds, strict=True):
            assert rule.kind == kind.kind
            assert [field.name for field in rule.fields] == [
                field.name for field in dataclasses.fields(kind)
            ]


def test_parts_have_the_declared_fields(rules):
    parts = {
        "frame-size": replies.FrameSize,
        "capability-set": replies.Capabilities,
        "output-part": replies.OutputPart,
        "head-answer": replies.HeadAnswer,
        "cell-centre": replies.CellCentre,
        "cam-grid": replies.CamGrid,
        "stage-times": replies.StageTimes,
        "op-output": requests.OpOutput,
        "trace-entry": replies.TraceEntry,
        "heap-state": replies.HeapState,
        "stack-state": replies.StackState,
        "network-header": network_header.NetworkHeader,
        "tensor": network_header.Tensor,
        "image-input": network_header.ImageInput,
        "cam-head": network_header.CamHead,
    }
    declared = {
        name
        for name, rule in rules.items()
        if rule.body.startswith("[") and name not in ("request", "reply")
    }
    assert declared == set(parts)
    for name, kind in parts.items():
        assert [field.name for field in rules[name].fields] == [
            field.name for field in dataclasses.fields(kind)
        ]


@pytest.mark.parametrize(
    ("name", "prefix", "kind"),
    [
        ("sample-stage", "stage-", enums.SampleStage),
        ("frame-format", "frame-", enums.FrameFormat),
        ("image-source", "source-", enums.ImageSource),
        ("reboot-target", "reboot-to-", enums.RebootTarget),
        ("network-source", "network-", enums.NetworkSource),
        ("tensor-side", "side-", enums.TensorSide),
        ("no-location", "location-", enums.NoLocation),
        ("error-code", "error-", enums.ErrorCode),
    ],
)
def test_enumerations_have_the_declared_values(rules, name, prefix, kind):
    declared = {member: int(rules[member].body) for member in rules[name].alternatives()}
    assert declared == {
        prefix + member.name.lower().replace("_", "-"): int(member) for member in kind
    }


def test_named_limits_are_the_declared_ones(rules):
    sizes = re.findall(r"bstr \.size \(\d+\.\.(\d+)\)", rules["chunk"].body + rules["echo"].body)
    assert {int(size) for size in sizes} == {requests.MAX_PAYLOAD_BYTES}
    types = {field.name: field.type for field in rules["chunk-ack"].fields}
    assert types["missing"] == f"uint .size {requests.TOLD_CHUNKS // 8}"
    assert types["first_missing"] == f"uint .size {requests.MAX_CHUNKS.bit_length() // 8}"
    (inline,) = re.findall(r"bstr \.size \(0\.\.(\d+)\)", rules["output-part"].body)
    assert int(inline) == replies.INLINE_BYTES
    assert f"version {requests.PROTOCOL_VERSION}." in CDDL.read_text(encoding="utf-8")


def beyond(field, negative=True):
    """CBOR items just outside a field's limits; `negative`: also -1 for unsigned integers."""
    if isinstance(field, fields.Integer):
        numbers = [field.high + 1] + [field.low - 1] * (negative or field.low < 0)
        return [number for number in numbers if number < 2**64]  # CBOR has no integer above
    if isinstance(field, fields.Bytes):
        return [bytes(size) for size in _sizes_beyond(field)]
    if isinstance(field, fields.Text):
        return ["x" * size for size in _sizes_beyond(field)]
    if isinstance(field, fields.Boolean):
        return [0, None]
    if isinstance(field, fields.Float32):
        return [1]
    if isinstance(field, fields.UnsignedMap):
        full = dict.fromkeys(range(field.high + 1), 0)
        return [full, [], {0: b""}] + [{-1: 0}, {0: -1}] * negative
    if isinstance(field, fields._Member):
        return [max(field.kind) + 1] + [-1] * negative
    if isinstance(field, fields._Maybe):
        return beyond(field.field, negative)
    if isinstance(field, fields._RecordOrMember):
        return beyond(field.member, negative) + beyond(field.record, negative)
    if isinstance(field, fields._Sequence):
        return [[field_items(field.field)] * size for size in _sizes_beyond(field)]
    if isinstance(field, fields._Record):
        inner = field_items(field)
        return [
            [*inner[:at], wrong, *inner[at + 1 :]]
            for at, (_, part) in enumerate(fields.fields_of(field.kind))
            for wrong in beyond(part, negative)
        ]
    return [cbor.Tagged(78, wrong) for wrong in beyond(field.data)] + [cbor.Tagged(79, bytes(4))]


def _sizes_beyond(field):
    return [field.high + 1] + [field.low - 1] * (field.low > 0)


def field_items(field):
    """The CBOR item of some valid value of a field."""
    return field.pack(field_values(field).example())


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
@pytest.mark.parametrize(("direction", "kind"), EVERY, ids=IDS)
def test_values_just_outside_the_limits_are_refused_by_both(direction, kind):
    valid = cbor.loads(encode(direction, 70000, values(kind).example()))
    for at, (name, field) in enumerate(fields.fields_of(kind), start=2):
        for wrong in beyond(field):
            with pytest.raises(WireError):
                decode(direction, cbor.dumps([*valid[:at], wrong, *valid[at + 1 :]]))
        # zcbor's Python side takes -1 for a uint; the code that it generates does not.
        for wrong in beyond(field, negative=False):
            message = cbor.dumps([*valid[:at], wrong, *valid[at + 1 :]])
            assert not zcbor_accepts(direction, message), (name, wrong)


@pytest.mark.parametrize(("direction", "kind"), EVERY, ids=IDS)
@settings(max_examples=5)
@given(data=st.data())
def test_a_message_with_a_field_more_or_less_is_refused(direction, kind, data):
    items = cbor.loads(encode(direction, 70000, data.draw(values(kind))))
    for wrong in ([*items, 0], items[:-1]):
        message = cbor.dumps(wrong)
        assert not zcbor_accepts(direction, message)
        with pytest.raises(WireError):
            decode(direction, message)


@pytest.mark.parametrize("seq", [-1, 2**32])
def test_sequence_numbers_have_32_bits(seq):
    with pytest.raises(WireError):
        messages.encode_request(seq, requests.GetMemory())


@pytest.mark.parametrize(
    "item", [[], [1], 1, [70000, 99], [70000, -1], [70000, True, 1], ["1", 1, 1], [70000, [1]]]
)
def test_what_is_no_message_is_refused(item):
    for decoder in (messages.decode_request, messages.decode_reply):
        with pytest.raises(WireError):
            decoder(cbor.dumps(item))


def test_a_reply_does_not_travel_to_the_board():
    with pytest.raises(WireError, match="direction"):
        messages.encode_request(70000, replies.RebootAck(enums.RebootTarget.APP))


def test_wrong_types_are_refused_by_the_encoder():
    for wrong in (
        requests.SetBaud(True),
        requests.SetBaud("115200"),
        requests.Echo("text"),
        requests.Reboot(0.0),
        requests.Upload(enums.SampleStage.TENSOR, 1, 2, 1),
    ):
        with pytest.raises(WireError):
            messages.encode_request(70000, wrong)


def test_a_map_has_a_value_for_each_cell():
    with pytest.raises(WireError, match="6x6"):
        replies.CamGrid(6, 6, bytes(4 * 35))


def test_map_values_are_little_endian_and_signed():
    grid = replies.CamGrid(1, 2, bytes.fromhex("01000000feffffff"))
    assert grid.cells() == (1, -2)


def test_a_request_and_its_answer_share_the_kind():
    answers = {
        requests.Hello: replies.Identity,
        requests.Upload: replies.Uploading,
        requests.Chunk: replies.ChunkAck,
        requests.GetContract: replies.ContractPage,
        requests.Infer: replies.Result,
        requests.ReadTensor: replies.TensorData,
        requests.SetBaud: replies.BaudAck,
        requests.CommitBaud: replies.BaudCommitted,
        requests.GetFrame: replies.FrameData,
        requests.LoadNetwork: replies.NetworkLoaded,
        requests.SelfTest: replies.SelfTested,
    }
    for request, reply in answers.items():
        assert request.kind == reply.kind
    assert messages.reply_kind(requests.Hello()) is replies.Identity
    assert messages.reply_kind(requests.CommitBaud(9600)) is replies.BaudCommitted


def test_seq_of_an_unreadable_message_is_read_where_it_is_there():
    assert messages.peek_seq(cbor.dumps([70001, 99])) == 70001
    assert messages.peek_seq(b"\xff\xff") is None
    assert messages.peek_seq(cbor.dumps(["x"])) is None
    assert messages.peek_seq(cbor.dumps([])) is None


def test_reset_reasons_that_are_not_listed_have_a_name():
    assert enums.ResetReason.name_of(6) == "task wdt"
    assert enums.ResetReason.name_of(77) == "reset reason 77"


def test_unions_name_every_class_once():
    assert len(set(typing.get_args(messages.Request))) == 15
    assert len(set(typing.get_args(messages.Reply))) == 19


def test_the_document_is_up_to_date(document):
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert document.updated(text, CDDL.read_text(encoding="utf-8")) == text, (
        "run: python docs/generate_protocol.py"
    )


def test_every_error_code_is_explained(document):
    table = document.tables(CDDL.read_text(encoding="utf-8"))["errors"]
    assert [int(row.split("|")[1]) for row in table.splitlines()[2:]] == [
        int(code) for code in enums.ErrorCode
    ]
