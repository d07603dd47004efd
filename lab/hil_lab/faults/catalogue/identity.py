"""The board says that it is something else, or answers with something old."""

from __future__ import annotations

from hil_lab.faults.fault import Area, Expect, Fault, SourcePatch, failure, infrastructure


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
        "core/model.cpp",
        "Sha256(tflite.data, tflite.size, sha256_);",
        "Sha256(tflite.data, tflite.size - 1, sha256_);",
        infrastructure("board.wrong-build", says="the board's model has SHA-256"),
    ),
    _fault(
        "threshold-built-in",
        "the threshold of the model's header is ignored for one that is built in",
        "core/model.h",
        "uint8_t threshold() const { return header_.threshold; }",
        "uint8_t threshold() const { return header_.threshold > 0 ? 75 : 0; }",
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
        "infer.threshold.known ? infer.threshold.value : model_.threshold();",
        "model_.threshold();",
        failure(
            "answer.threshold", "decision.threshold-fixed", test="test_location_is_there_exactly"
        ),
    ),
    _fault(
        "operators-off-by-one",
        "the list of operators starts with the second",
        "core/model.cpp",
        "op_codes_[i] = graph.Op(i).code();",
        "op_codes_[i] = graph.Op(i + 1u < op_count_ ? i + 1u : 0u).code();",
        failure("identity.operators", "trace.wrong", test="test_the_operators_are_those"),
    ),
    _fault(
        "tensor-zero-point",
        "the zero points of the tensors are reported with the wrong sign",
        "core/model.cpp",
        "to.zero_point = static_cast<int32_t>(tensor.ZeroPoint(0));",
        "to.zero_point = -static_cast<int32_t>(tensor.ZeroPoint(0));",
        failure("identity.tensors", test="test_the_tensors_are_those"),
    ),
    _fault(
        "reset-reason-constant",
        "the reset reason is always power-on",
        "host/host_port.cpp",
        "static_cast<uint8_t>(config.reset_reason);",
        "static_cast<uint8_t>(config.reset_reason > 0 ? 1 : 0);",
        failure("identity.reset-reason", test="test_a_reboot_by_command"),
    ),
    _fault(
        "location-previous",
        "the location is that of the image before",
        "core/inference.cpp",
        "    result->no_location = NoLocation::kFlatMap;\n",
        "    result->no_location = NoLocation::kFlatMap;\n"
        "    static Maybe<Cell> before;\n"
        "    const Maybe<Cell> now = result->location;\n"
        "    if (before.known) result->location = before;\n"
        "    before = now;\n",
        failure("location.previous-image", test="test_location"),
    ),
    _fault(
        "scores-previous",
        "the scores are those of the image before",
        "core/inference.cpp",
        "  std::memcpy(result->scores, scores.data, scores.size);\n",
        "  static int8_t before[kMaxClasses];\n"
        "  std::memcpy(result->scores, before, scores.size);\n"
        "  std::memcpy(before, scores.data, scores.size);\n",
        failure("score.previous-image", test="test_a_b_a"),
    ),
    _fault(
        "features-previous",
        "the map is made of the features of the image before",
        "core/inference.cpp",
        "    ComputeCam(AsInt8(features.data), classifier, result->cam);\n",
        "    static int32_t before[kMaxCamCells];\n"
        "    ComputeCam(AsInt8(features.data), classifier, result->cam);\n"
        "    for (size_t i = 0; i < size_t{classifier.rows} * classifier.columns; ++i) {\n"
        "      const int32_t now = result->cam[i];\n"
        "      result->cam[i] = before[i];\n"
        "      before[i] = now;\n"
        "    }\n",
        failure("cam.previous-image", test="test_a_b_a"),
    ),
    _fault(
        "classes-swapped",
        "the classes are in the wrong order: labels.txt was sorted",
        "core/inference.cpp",
        "  std::memcpy(result->scores, scores.data, scores.size);\n",
        "  for (size_t i = 0; i < scores.size; ++i) {\n"
        "    result->scores[i] = AsInt8(scores.data)[scores.size - 1 - i];\n"
        "  }\n",
        failure("score.classes-swapped", test="test_score"),
    ),
    _fault(
        "answer-cached",
        "an image that was seen before is answered from memory, count and time included",
        "core/inference.cpp",
        "void Inferences::Send(const Finished& finished) {\n  if (finished.status.ok()) {\n"
        "    link_.Send(finished.seq, finished.result);",
        "void Inferences::Send(const Finished& finished) {\n  if (finished.status.ok()) {\n"
        "    for (const Finished& old : finished_) {\n"
        "      if (&old != &finished && old.present && old.status.ok() &&\n"
        "          old.result.image_crc == finished.result.image_crc) {\n"
        "        return link_.Send(finished.seq, old.result);\n"
        "      }\n"
        "    }\n"
        "    link_.Send(finished.seq, finished.result);",
        failure("timing.counter", "timing.backwards", test="test_each_result_is_newer"),
    ),
)
