"""The CBOR subset: RFC 8949's own examples, and cbor2 as the reference."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.wire.cbor import Tagged, dumps, loads
from hil.wire.errors import WireError

# RFC 8949, appendix A: the examples of the kinds that the protocol uses.
EXAMPLES = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (100000.0, "fa47c35000"),
    (3.4028234663852886e38, "fa7f7fffff"),
    (float("inf"), "fa7f800000"),
    (float("-inf"), "faff800000"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (Tagged(1, 1363896240), "c11a514b67b0"),
    (Tagged(23, b"\x01\x02\x03\x04"), "d74401020304"),
    (Tagged(24, b"dIETF"), "d818456449455446"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
]

# RFC 8949, appendix A: well-formed, but not deterministic, or of a kind that is not used.
REFUSED = {
    "half-precision float": "f93c00",
    "double-precision float": "fb3ff199999999999a",
    "undefined": "f7",
    "simple value": "f0",
    "simple value in two bytes": "f8ff",
    "map with keys of text": "a26161016162820203",
    "map with a key twice": "a201020104",
    "map with keys out of order": "a203040102",
    "map cut short": "a20102",
    "map of a key": "a101",
    "size without entries": "bbffffffffffffffff",
    "map with an array as key": "a1800a",
    "map with a negative key": "a12001",
    "indefinite byte string": "5f42010243030405ff",
    "indefinite text": "7f657374726561646d696e67ff",
    "indefinite array": "9fff",
    "indefinite array with items": "9f0102ff",
    "indefinite map": "bfff",
    "integer in too many bytes": "1817",
    "length in too many bytes": "580101",
    "bytes behind the item": "0000",
    "nothing": "",
    "reserved head": "1c",
    "array cut short": "8301",
    "count without items": "9bffffffffffffffff",
    "string cut short": "4401",
    "head cut short": "19ff",
    "float cut short": "fa47c3",
    "text that is not UTF-8": "61ff",
    "deep nesting": "81" * 100 + "00",
}


@pytest.mark.parametrize(("item", "encoding"), EXAMPLES, ids=[e for _, e in EXAMPLES])
def test_examples_of_rfc_8949(item, encoding):
    assert dumps(item) == bytes.fromhex(encoding)
    decoded = loads(bytes.fromhex(encoding))
    assert decoded == item
    assert type(decoded) is type(item)


@pytest.mark.parametrize("encoding", REFUSED.values(), ids=REFUSED)
def test_what_the_protocol_does_not_use_is_refused(encoding):
    with pytest.raises(WireError):
        loads(bytes.fromhex(encoding))


@pytest.mark.parametrize("item", [2**64, -(2**64) - 1, {"a": 1}, {True: 1}, {-1: 1}, 1e39, [set()]])
def test_what_has_no_encoding_is_refused(item):
    with pytest.raises(WireError):
        dumps(item)


items = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(max_size=100),
    lambda inner: (
        st.lists(inner, max_size=30) | st.dictionaries(st.integers(0, 2**64 - 1), inner, max_size=8)
    ),
    max_leaves=60,
).filter(lambda item: _depth(item) < 8)


def _depth(item):
    inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


@given(items)
def test_encoding_agrees_with_cbor2(item):
    encoded = cbor2.dumps(item, canonical=True)
    assert dumps(item) == encoded
    assert loads(encoded) == item


@given(st.binary(max_size=40))
def test_every_input_is_refused_or_is_the_one_encoding_of_its_item(data):
    try:
        item = loads(data)
    except WireError:
        return
    if "nan" not in repr(item):  # a NaN may carry bits that Python does not keep
        assert dumps(item) == data
