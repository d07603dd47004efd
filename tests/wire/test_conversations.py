"""The requests of the suite, and what is due to them: another program wrote them."""

from __future__ import annotations

import json

import cbor2
import pytest
from cobs import cobs

from hil.wire.errors import WireError
from hil.wire.messages import decode_reply, decode_request

from .make_conversations import FILE, TEXT
from .message_samples import REQUESTS

LINES = [json.loads(line) for line in TEXT.splitlines()]


def message(line):
    return cobs.decode(bytes.fromhex(line["frame"])[1:-1])[:-4]


def test_the_file_is_up_to_date():
    assert FILE.read_text(encoding="utf-8") == TEXT, "run: python -m tests.wire.make_conversations"


def test_every_line_has_its_own_name():
    names = [(line["name"], line.get("if"), line.get("unless")) for line in LINES]
    assert len({*names}) == len(names)


@pytest.mark.parametrize("line", LINES, ids=[line["name"] for line in LINES])
def test_what_is_malformed_is_no_request_and_all_else_is_one(line):
    try:
        decode_request(message(line))
    except WireError:
        assert line["group"] == "malformed"
    else:
        assert line["group"] != "malformed"


def test_replies_that_are_due_are_replies_under_the_number_of_the_request():
    for line in LINES:
        if isinstance(line["due"], dict):
            assert line["due"]["seq"] == cbor2.loads(message(line))[0]
        for due in line["due"] if isinstance(line["due"], list) else []:
            decode_reply(bytes.fromhex(due))


def test_a_request_of_every_kind_is_there_to_be_damaged():
    kinds = {type(decode_request(message(line))[1]) for line in LINES if line["group"] == "whole"}
    assert kinds == {*REQUESTS}
