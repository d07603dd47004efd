"""Buffers that overlap, are not cleared, too small, or never freed."""

from __future__ import annotations

from hil.faults.engines import OverwrittenOutput
from hil.faults.fault import Area, EnginePatch, Fault, SourcePatch, failure

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
        failure(test="test_cam"),
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
        failure("engine.not-repeatable", test="test_the_same_image"),
    ),
    Fault(
        "output-overwritten",
        Area.MEMORY,
        "the arena lends the first bytes of the features to another tensor",
        (EnginePatch(OverwrittenOutput(128)),),
        failure(test="test_features"),
    ),
    Fault(
        "buffer-overrun",
        Area.MEMORY,
        "the last chunk of an image is copied in full length, over the image behind it",
        (
            SourcePatch(
                "core/images.cpp",
                "std::memcpy(image->data + chunk.offset, chunk.data.data, expected);",
                "std::memcpy(image->data + chunk.offset, chunk.data.data, expected);\n"
                "    if (image == &images_[0] && chunk.offset + expected == image->bytes) {\n"
                "      std::memcpy(image->data + image->bytes, chunk.data.data, 16);\n"
                "    }",
            ),
        ),
        failure(test="test_no_image_had_to_be_sent_again"),
    ),
    Fault(
        "heap-leak",
        Area.MEMORY,
        "64 bytes of heap are lost with every inference",
        (
            SourcePatch(
                "core/dispatcher.cpp",
                "  port_.ReportMemory(&report);\n",
                "  port_.ReportMemory(&report);\n"
                "  static uint32_t left = 180000;\n"
                "  left -= 64;\n"
                "  report.heap = {true, {left, left, left / 2}};\n",
            ),
        ),
        failure("memory.growing", test="test_memory_does_not_grow"),
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
