"""Buffers that overlap, are not cleared, too small, or never freed."""

from __future__ import annotations

from hil_lab.faults.engines import OverwrittenOutput
from hil_lab.faults.fault import Area, EnginePatch, Fault, SourcePatch, failure

FAULTS = (
    Fault(
        "sum-not-cleared",
        Area.MEMORY,
        "the sum of a cell starts with that of the cell before",
        (
            SourcePatch(
                "core/cam.cpp",
                "  for (size_t cell = 0; cell < cells; ++cell) {",
                "  int32_t sum = 0;\n  for (size_t cell = 0; cell < cells; ++cell) {",
            ),
            SourcePatch("core/cam.cpp", "    int32_t sum = 0;\n    for", "    for"),
        ),
        failure("cam.sum-not-cleared", test="test_cam"),
    ),
    Fault(
        "map-not-cleared",
        Area.MEMORY,
        "the map adds up over the images: its buffer is static and not cleared",
        (
            SourcePatch(
                "core/cam.cpp",
                "    cam[cell] = sum;",
                "    static int32_t total[256];\n"
                "    total[cell] += sum / 1024;\n"
                "    cam[cell] = sum + total[cell];",
            ),
        ),
        failure("cam.mixed", test="test_the_same_sample"),
    ),
    Fault(
        "output-overwritten",
        Area.MEMORY,
        "the arena lends the first bytes of the features to another tensor",
        (EnginePatch(OverwrittenOutput(128)),),
        failure("memory.overwritten", test="test_features"),
    ),
    Fault(
        "buffer-short",
        Area.MEMORY,
        "the image's buffer is 16 bytes short, and the rest is cut off",
        (
            SourcePatch(
                "core/samples.cpp",
                "std::memcpy(sample->data + chunk.offset, chunk.data.data, expected);",
                "const bool last = chunk.offset + expected == sample->bytes;\n"
                "    std::memcpy(sample->data + chunk.offset, chunk.data.data,\n"
                "                last ? expected - 16 : expected);",
            ),
        ),
        failure(says="does not match its CRC-32"),
    ),
    Fault(
        "heap-leak",
        Area.MEMORY,
        "64 bytes of heap are lost with every inference",
        (
            SourcePatch(
                "core/dispatcher.cpp",
                "  machine_.ReportMemory(&report);\n",
                "  machine_.ReportMemory(&report);\n"
                "  static uint32_t left = 180000;\n"
                "  left -= 64;\n"
                "  report.heap = {true, {left, left, left / 2}};\n",
            ),
        ),
        failure("memory.growing", test="test_neither_times_nor_memory_creep"),
    ),
    Fault(
        "arena-too-small",
        Area.MEMORY,
        "the arena is too small for the model",
        (),
        failure("board.no-model", says="could not load its model: .*arena"),
        arguments=("--sim-arena", "40000"),
    ),
)
