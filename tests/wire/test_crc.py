from __future__ import annotations

from hil.wire.crc import append_crc, crc32, strip_crc


def test_check_value_of_the_crc_catalogue():
    assert crc32(b"123456789") == 0xCBF43926  # CRC-32/ISO-HDLC


def test_crc_is_appended_little_endian():
    assert append_crc(b"123456789") == b"123456789" + bytes.fromhex("2639f4cb")


def test_crc_is_checked():
    assert strip_crc(bytes.fromhex("3132333435363738392639f4cb")) == b"123456789"
    assert strip_crc(bytes.fromhex("3132333435363738392639f4cc")) is None


def test_a_crc_alone_is_no_message():
    assert strip_crc(bytes(4)) is None
    assert strip_crc(b"") is None
