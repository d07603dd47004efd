"""The board says that it is something else, or answers with something old."""

from __future__ import annotations

from hil_lab.faults.fault import Area, Expect, Fault, SourcePatch, failure, infrastructure

_OUTPUT = "    const Bytes output = engine_.Output(i);\n"
_SCORES = """    Bytes output = engine_.Output(i);
    static uint8_t scores[4096];
    if (network_.head() != nullptr && i == network_.head()->score_output) {
      %s
      output.data = scores;
    }
"""


def _fault(fault_id: str, title: str, file: str, old: str, new: str, expect: Expect) -> Fault:
    return Fault(fault_id, Area.IDENTITY, title, (SourcePatch(file, old, new),), expect)


FAULTS = (
    _fault(
        "build-id-constant",
        "the build's id is a constant: an old firmware, or a forgotten one",
        "core/dispatcher.cpp",
        "identity.build_id = app.build_id;",
        "static const uint8_t kBuild[kSha256Bytes] = {1, 2, 3};\n  identity.build_id = kBuild;",
        infrastructure("board.wrong-build", says="the board runs build 010203"),
    ),
    _fault(
        "model-digest-other",
        "the board runs another model: its digest is not that of the file",
        "core/dispatcher.cpp",
        "identity.model_sha256 = network_.model_sha256();",
        "static const uint8_t kOther[kSha256Bytes] = {4, 5, 6};\n  identity.model_sha256 = kOther;",
        infrastructure("board.wrong-build", says="the board's model has SHA-256"),
    ),
    _fault(
        "threshold-built-in",
        "the threshold of the model's header is ignored for one that is built in",
        "core/inference.cpp",
        "network_.head()->threshold : uint8_t{0};",
        "uint8_t{75} : uint8_t{0};",
        failure(
            "identity.threshold",
            "decision.threshold-other",
            test="test_the_threshold_and_the_positive_class",
        ),
    ),
    _fault(
        "threshold-of-the-request-ignored",
        "the threshold of a request is ignored",
        "core/inference.cpp",
        "infer.threshold.known ? infer.threshold.value : DefaultThreshold();",
        "DefaultThreshold();",
        failure(
            "answer.threshold", "decision.threshold-fixed", test="test_location_is_there_exactly"
        ),
    ),
    _fault(
        "reset-reason-constant",
        "the reset reason is always power-on",
        "host/host_machine.cpp",
        "static_cast<uint8_t>(config.reset_reason);",
        "static_cast<uint8_t>(config.reset_reason > 0 ? 1 : 0);",
        failure("identity.reset-reason", test="test_a_reboot_by_command"),
    ),
    _fault(
        "location-previous",
        "the location is that of the image before",
        "core/inference.cpp",
        "head.columns, image.rows, image.columns);\n",
        "head.columns, image.rows, image.columns);\n"
        "      static Maybe<Cell> before;\n"
        "      const Maybe<Cell> now = answer.location;\n"
        "      if (before.known) answer.location = before;\n"
        "      before = now;\n",
        failure("location.previous-image", test="test_location"),
    ),
    _fault(
        "scores-previous",
        "the scores are those of the image before",
        "core/inference.cpp",
        _OUTPUT,
        _SCORES
        % (
            "static uint8_t before[4096];\n"
            "      std::memcpy(scores, before, output.size);\n"
            "      std::memcpy(before, output.data, output.size);"
        ),
        failure("score.previous-image", test="test_a_b_a"),
    ),
    _fault(
        "features-previous",
        "the map is made of the features of the image before",
        "core/inference.cpp",
        "    ComputeCam(AsInt8(features.data), network_.head_weights(), head, map);\n",
        "    static int32_t before[kMaxCamCells];\n"
        "    ComputeCam(AsInt8(features.data), network_.head_weights(), head, map);\n"
        "    for (size_t i = 0; i < size_t{head.rows} * head.columns; ++i) {\n"
        "      const int32_t now = map[i];\n"
        "      map[i] = before[i];\n"
        "      before[i] = now;\n"
        "    }\n",
        failure("cam.previous-image", test="test_a_b_a"),
    ),
    _fault(
        "classes-swapped",
        "the classes are in the wrong order: labels.txt was sorted",
        "core/inference.cpp",
        _OUTPUT,
        _SCORES
        % (
            "for (size_t k = 0; k < output.size; ++k) {\n"
            "        scores[k] = output.data[output.size - 1 - k];\n"
            "      }"
        ),
        failure("score.classes-swapped", test="test_score"),
    ),
    _fault(
        "answer-cached",
        "an image that was seen before is answered from memory, count and time included",
        "core/inference.cpp",
        "  return finished.status.ok() ? send(finished.result) : send(finished.status);\n",
        "  for (const Finished& old : finished_) {\n"
        "    if (&old != &finished && old.present && old.status.ok() && finished.status.ok() &&\n"
        "        old.result.sample_crc == finished.result.sample_crc) {\n"
        "      return send(old.result);\n"
        "    }\n"
        "  }\n"
        "  return finished.status.ok() ? send(finished.result) : send(finished.status);\n",
        failure("timing.counter", "timing.backwards", test="test_each_result_is_newer"),
    ),
)
