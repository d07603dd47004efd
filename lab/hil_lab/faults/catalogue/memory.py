"""Buffers that overlap, are not cleared, too small, or never freed."""

from __future__ import annotations

from hil_lab.faults.catalogue.firmware import sent_scores
from hil_lab.faults.engines import OverwrittenOutput
from hil_lab.faults.fault import Area, EnginePatch, Expect, Fault, SourcePatch, failure

_INFERENCE = "core/inference.cpp"
_MAP_MADE = "    ComputeCam(AsInt8(features.data), network_.head_weights(), head, map);\n"


def _remembered(fault_id: str, title: str, expect: Expect, *changes: tuple[str, str]) -> Fault:
    """Something of an inference stays, and is found by a later one."""
    patches = tuple(SourcePatch(_INFERENCE, old, new) for old, new in changes)
    return Fault(fault_id, Area.MEMORY, title, patches, expect)


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
    _remembered(
        "threshold-kept",
        "a threshold that a request gave holds for those after it that give none",
        failure("decision.request-before", test="test_"),
        (
            "infer.threshold.known ? infer.threshold.value : DefaultThreshold();",
            "[&]() -> uint8_t {\n"
            "    static Maybe<uint8_t> last;\n"
            "    if (infer.threshold.known) last = infer.threshold;\n"
            "    return last.known ? last.value : DefaultThreshold();\n"
            "  }();",
        ),
    ),
    _remembered(
        "map-option-kept",
        "once a request asked for the map, it is always sent",
        failure("answer.option-kept", test="test_"),
        (
            "  job.map_always = infer.map_always;\n",
            "  static bool asked = false;\n"
            "  asked = asked || infer.map_always;\n"
            "  job.map_always = asked;\n",
        ),
    ),
    _remembered(
        "decision-hysteresis",
        "after a location the threshold is 5 % lower, so that the light does not flicker",
        failure("decision.hysteresis", test="test_"),
        (
            "  const bool passes = ScorePasses(scores[head.positive_class], job_.threshold);\n",
            "  static bool before = false;\n"
            "  const int lower = before && job_.threshold > 5 ? 5 : 0;\n"
            "  const uint8_t threshold = static_cast<uint8_t>(job_.threshold - lower);\n"
            "  const bool passes = ScorePasses(scores[head.positive_class], threshold);\n"
            "  before = passes;\n",
        ),
    ),
    Fault(
        "scores-smoothed",
        Area.MEMORY,
        "the scores are the mean with those of the image before, for a steady display",
        sent_scores(
            "static uint8_t before[kInlineOutputBytes];",
            "const int now = static_cast<int8_t>(scores.data[n]);",
            "sent[n] = static_cast<uint8_t>((now + static_cast<int8_t>(before[n])) / 2);",
            "before[n] = scores.data[n];",
        ),
        failure("score.mixed", test="test_a_b_a"),
    ),
    _remembered(
        "map-stale-at-times",
        "every seventh map is that of the image before: a ring of buffers is one too short",
        failure("cam.previous-image", test="test_"),
        (
            _MAP_MADE,
            f"    static int32_t before[kMaxCamCells];\n{_MAP_MADE}"
            "    for (size_t i = 0; i < size_t{head.rows} * head.columns; ++i) {\n"
            "      const int32_t now = map[i];\n"
            "      if ((count_ + 1) % 7 == 0) map[i] = before[i];\n"
            "      before[i] = now;\n"
            "    }\n",
        ),
    ),
    _remembered(
        "map-stale-after-refusal",
        "after a refused sample the next map is that of the image before",
        failure("cam.previous-image", test="test_"),
        ("namespace camhil {\n", "namespace camhil {\n\nstatic bool refused = false;\n"),
        (
            "  const Status status = samples_.Check(sample);\n",
            "  const Status status = samples_.Check(sample);\n"
            "  refused = refused || !status.ok();\n",
        ),
        (
            _MAP_MADE,
            f"    static int32_t before[kMaxCamCells];\n{_MAP_MADE}"
            "    for (size_t i = 0; i < size_t{head.rows} * head.columns; ++i) {\n"
            "      const int32_t now = map[i];\n"
            "      if (refused) map[i] = before[i];\n"
            "      before[i] = now;\n"
            "    }\n"
            "    refused = false;\n",
        ),
    ),
)
