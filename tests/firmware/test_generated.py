"""The committed codec is that which the generator makes."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from hil.wire import network_header

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
SCHEMA = ROOT / "hil" / "wire" / "protocol.cddl"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", FIRMWARE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_committed_files_are_those_of_the_generator(generator: ModuleType, tmp_path: Path) -> None:
    for name in generator.generate(tmp_path):
        assert (tmp_path / name).read_text() == (FIRMWARE / name).read_text(), name


def test_every_generated_file_is_committed_and_nothing_else(
    generator: ModuleType, tmp_path: Path
) -> None:
    made = {str(name) for name in generator.generate(tmp_path)}
    folders = (generator.GENERATED, generator.RUNTIME)
    committed = {
        str(file.relative_to(FIRMWARE))
        for folder in folders
        for file in (FIRMWARE / folder).iterdir()
    }
    assert committed - {"third_party/zcbor/README.md"} == made


def test_a_changed_schema_changes_the_codec(generator: ModuleType, tmp_path: Path) -> None:
    changed = tmp_path / "changed.cddl"
    text = SCHEMA.read_text()
    changed.write_text(text.replace("get-memory = ( 9 )", "get-memory = ( 99 )"))
    assert changed.read_text() != text
    generator.generate(tmp_path, changed)
    name = generator.GENERATED / "protocol_decode.c"
    assert (tmp_path / name).read_text() != (FIRMWARE / name).read_text()


def test_error_codes_of_the_firmware_are_those_of_the_schema() -> None:
    schema = dict(re.findall(r"^error-([a-z-]+) = (\d+)", SCHEMA.read_text(), re.MULTILINE))
    header = (FIRMWARE / "core" / "status.h").read_text()
    ours = {
        re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower(): number
        for name, number in re.findall(r"^  k(\w+) = (\d+),", header, re.MULTILINE)
    }
    assert ours == schema


def test_lengths_in_the_firmware_are_those_of_the_schema() -> None:
    schema = SCHEMA.read_text()
    limits = (FIRMWARE / "core" / "limits.h").read_text()

    def constant(name: str) -> int:
        found = re.search(rf"\b{name} = (\d+);", limits)
        assert found is not None, name
        return int(found.group(1))

    def longest(rule: str, field: str) -> int:
        """Upper bound of the first `field` from `rule` on."""
        text = schema[schema.index(f"\n{rule} =") :]
        found = re.search(rf"{field}: [^\n]*?\.size \(\d+\.\.(\d+)\)", text)
        assert found is not None, (rule, field)
        return int(found.group(1))

    assert constant("kChunkBytes") == longest("chunk", "data")
    assert constant("kChunkBytes") == longest("op-data", "data")
    assert constant("kChunkBytes") == longest("tensor-data", "data")
    assert constant("kChunkBytes") == longest("contract-page", "data")
    assert constant("kMaxErrorText") == longest("error-reply", "message")
    assert constant("kInlineOutputBytes") == longest("output-part", "data")
    assert 4 * constant("kMaxCamCells") == longest("cam-grid", "values")
    assert constant("kMaxInputs") == network_header.MAX_INPUTS
    assert constant("kMaxOutputs") == network_header.MAX_OUTPUTS


def test_the_header_of_the_partition_has_the_same_size_for_both_ends() -> None:
    source = (FIRMWARE / "core" / "network.h").read_text()
    found = re.search(r"kNetworkHeaderBytes = (\d+);", source)
    assert found is not None
    assert int(found.group(1)) == network_header.HEADER_BYTES
