"""Partition tables: ESP-IDF's gen_esp32part.py is the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.base import resources
from hil.build import flash_layout
from hil.build.flash_layout import Partition, TableError
from hil.errors import UsageError

# The table of ESP-IDF's gen_esp32part_tests.py, with the MD5 that is published there.
PUBLISHED = [
    Partition("factory", 0x00, 0x00, 0x10000, 0x100000),
    Partition("data", 0x01, 0x20, 0x110000, 0x200),
    Partition("second", 0x10, 0x00, 0x150000, 0x1000),
]
PUBLISHED_MD5 = "f9bd061b45686f86571a2cd52a1da65b"

labels = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=15)
partitions = st.builds(
    Partition,
    labels,
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 2**31),
    st.integers(0, 2**31),
    st.integers(0, 3),
)


def test_the_md5_of_the_published_table_is_the_published_one() -> None:
    table = flash_layout.encode_table(PUBLISHED)

    assert table[96:98] == b"\xeb\xeb"
    assert table[112:128].hex() == PUBLISHED_MD5
    assert table[128:160] == b"\xff" * 32


@given(st.lists(partitions, max_size=20))
def test_decoding_a_table_gives_its_partitions(entries: list[Partition]) -> None:
    assert flash_layout.decode_table(flash_layout.encode_table(entries)) == entries


@given(st.integers(0, 128 * 8 - 1))
def test_any_flipped_bit_of_the_table_is_noticed(bit: int) -> None:
    table = bytearray(flash_layout.encode_table(PUBLISHED))
    # The 14 bytes behind the magic of the MD5 entry are filler that nobody reads.
    if 98 <= bit // 8 < 112:
        return
    table[bit // 8] ^= 1 << (bit % 8)

    with pytest.raises(TableError):
        flash_layout.decode_table(bytes(table))


def test_a_partition_beyond_the_chip_is_refused() -> None:
    table = flash_layout.encode_table([Partition("big", 1, 0x40, 0x300000, 0x200000)])

    with pytest.raises(TableError, match="exceeds flash chip size 0x400000"):
        flash_layout.decode_table(table, 4 * 1024 * 1024)


def test_the_project_has_an_app_and_a_model_partition_within_4_mb() -> None:
    table = flash_layout.read_csv(resources.find("firmware/partitions.csv"))

    factory = flash_layout.find_partition(table, "factory")
    model = flash_layout.find_partition(table, "model")
    assert (factory.is_app, factory.offset) == (True, 0x10000)
    assert (model.type, model.subtype) == (1, 0x40)
    assert all(part.offset + part.size <= 4 * 1024 * 1024 for part in table)


def test_empty_offsets_follow_the_partition_before(tmp_path: Path) -> None:
    csv = tmp_path / "partitions.csv"
    csv.write_text("nvs, data, nvs, , 0x6000\nfactory, app, factory, , 1M\n", encoding="utf-8")

    nvs, factory = flash_layout.read_csv(csv)

    assert (nvs.offset, factory.offset, factory.size) == (0x9000, 0x10000, 0x100000)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nvs, data, nonsense, 0x9000, 0x6000", "'nonsense' is not a number"),
        ("nvs, data, nvs, 0x9000", "name and size are needed"),
        ("nvs, data, nvs, 0x9001, 0x6000", "not a multiple of 0x1000"),
        ("app, app, factory, 0x11000, 1M", "not a multiple of 0x10000"),
        ("a, data, nvs, 0x9000, 8K\nb, data, nvs, 0xa000, 8K", "b overlaps"),
        ("a_name_of_sixteen, data, nvs, 0x9000, 8K", "longer than 15"),
        ("nvs, data, nvs, 0x9000, -1", "-1 is not from 0 to 0xffffffff"),
        ("nvs, data, nvs, -0x1000, 8K", "-0x1000 is not from 0"),
        ("nvs, data, nvs, 0x, 8K", "'0x' is not a number"),
        ("nvs, data, nvs, 0x9000, 0", "the size of nvs is 0"),
        ("nvs, data, nvs, 0xfffff000, 8K", "the size of nvs is 8K"),
        ("nvs, data, nvs, 0x9000, 99999999999M", "is not from 0"),
        ("nvs, 300, 0, 0x9000, 8K", "300 is not from 0 to 0xfe"),
        ("a, data, nvs, , 8K\n\na, data, nvs, , 8K", "a is there twice"),
        ("nvs, data, nvs, 0x9000, 8K, secret", "'secret' is no flag"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    csv = tmp_path / "partitions.csv"
    csv.write_text(line, encoding="utf-8")

    with pytest.raises(UsageError, match=message) as caught:
        flash_layout.read_csv(csv)

    assert caught.value.where == f"{csv}:{len(line.splitlines())}"
