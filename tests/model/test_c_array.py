"""The C array against xxd: its known format, and the program where installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hil.errors import UsageError
from model.c_array import c_array, c_identifier

# What `printf abcdefghijklm > hello.txt; xxd -i hello.txt` prints (xxd 2022-01-14).
HELLO = """\
unsigned char hello_txt[] = {
  0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c,
  0x6d
};
unsigned int hello_txt_len = 13;
"""


def test_a_file_reads_as_xxd_writes_it() -> None:
    assert c_array(b"abcdefghijklm", "hello.txt") == HELLO


def test_alignment_and_const_only_change_the_declarations() -> None:
    lines = c_array(b"abcdefghijklm", "hello.txt", constant=True, align=16).splitlines()
    assert lines[0] == "alignas(16) const unsigned char hello_txt[] = {"
    assert lines[1:4] == HELLO.splitlines()[1:4]
    assert lines[4] == "const unsigned int hello_txt_len = 13;"


@pytest.mark.parametrize("align", [0, -16, 3, 24])
def test_an_alignment_that_is_no_power_of_two_is_refused(align: int) -> None:
    with pytest.raises(UsageError, match="power of two"):
        c_array(b"a", "a", align=align)


@pytest.mark.parametrize(
    ("path", "identifier"),
    [
        ("model/person_cam.tflite", "model_person_cam_tflite"),
        ("3d.bin", "__3d_bin"),
        ("a-b c.bin", "a_b_c_bin"),
        ("é", "__"),  # two bytes in UTF-8
    ],
)
def test_an_identifier_is_made_of_a_path(path: str, identifier: str) -> None:
    assert c_identifier(path) == identifier


@pytest.mark.skipif(shutil.which("xxd") is None, reason="xxd is not installed")
@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 24, 4096])
@pytest.mark.parametrize("name", ["model.tflite", "3d-model", "modèle.bin"])
def test_the_installed_xxd_writes_the_same_bytes(tmp_path: Path, name: str, size: int) -> None:
    data = bytes(index * 7 % 256 for index in range(size))
    (tmp_path / name).write_bytes(data)
    written = subprocess.run(["xxd", "-i", name], cwd=tmp_path, check=True, capture_output=True)
    assert c_array(data, name).encode() == written.stdout


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler is installed")
def test_a_compiler_takes_the_array_and_keeps_its_alignment(tmp_path: Path) -> None:
    source = tmp_path / "array.cc"
    source.write_text(
        "#include <cstdint>\n"
        + c_array(b"abcdefghijklm", "hello.txt", constant=True, align=4096)
        + "static_assert(sizeof(hello_txt) == 13 && hello_txt_len == 13);\n"
        + "int main() {\n"
        + "  bool aligned = reinterpret_cast<std::uintptr_t>(hello_txt) % 4096 == 0;\n"
        + "  return aligned && hello_txt[12] == 'm' ? 0 : 1;\n"
        + "}\n"
    )
    program = tmp_path / "array"
    options = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", str(program)]
    subprocess.run(["c++", *options, str(source)], check=True)
    subprocess.run([str(program)], check=True)
