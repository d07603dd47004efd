"""The board says that it is something else, or answers with something old."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hil_lab.faults.catalogue.firmware import sent_scores
from hil_lab.faults.fault import (
    Area,
    BoardAction,
    Expect,
    Fault,
    SourcePatch,
    failure,
    infrastructure,
)

if TYPE_CHECKING:
    from hil.sim.board import Board
    from hil.sim.loop import Loop


_MODEL_PARTITION = 0x190000  # firmware/partitions.csv
_MIDDLE = 500


def _fault(fault_id: str, title: str, file: str, old: str, new: str, expect: Expect) -> Fault:
    return _patched(fault_id, title, (SourcePatch(file, old, new),), expect)


def _patched(fault_id: str, title: str, patches: tuple[SourcePatch, ...], expect: Expect) -> Fault:
    return Fault(fault_id, Area.IDENTITY, title, patches, expect)


def _turn_zero_points(board: Board, _: Loop) -> None:
    """Writes the contract anew, by another tool: the zero points have the wrong sign."""
    from hil.wire.network_header import HEADER_BYTES, pack_header, unpack_header

    with Path(board.status()["flash_file"]).open("r+b") as flash:
        flash.seek(_MODEL_PARTITION)
        header = unpack_header(flash.read(HEADER_BYTES))
        inputs, outputs = (
            tuple(replace(tensor, zero_point=-tensor.zero_point) for tensor in tensors)
            for tensors in (header.inputs, header.outputs)
        )
        flash.seek(_MODEL_PARTITION)
        flash.write(pack_header(replace(header, inputs=inputs, outputs=outputs)))


FAULTS = (
    _fault(
        "build-id-constant",
        "the build's id is a constant: an old firmware, or a forgotten one",
        "core/dispatcher.cpp",
        "identity.build_id = app.build_id;",
        "static const uint8_t kBuild[kSha256Bytes] = {1, 2, 3};\n  identity.build_id = kBuild;",
        failure("identity.untrue", says="the board runs build 010203"),
    ),
    _fault(
        "model-digest-other",
        "the digest of the model is read one byte late from the contract",
        "core/request_decoder.cpp",
        "to->model_sha256 = from.network_header_model_sha256.value;",
        "to->model_sha256 = from.network_header_model_sha256.value + 1;",
        failure("identity.untrue", says="the board's model has SHA-256"),
    ),
    _fault(
        "threshold-built-in",
        "the threshold of the contract is ignored for one that is built in",
        "core/request_decoder.cpp",
        "to->threshold = static_cast<uint8_t>(from.cam_head_threshold);",
        "to->threshold = from.cam_head_threshold > 0 ? 75 : 0;",
        failure("answer.threshold", "decision.threshold-other", test="test_score"),
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
        "operators-off-by-one",
        "operators are counted from 1 in the trace",
        "core/reply_encoder.cpp",
        "  to->trace_entry_op = from.op;\n",
        "  to->trace_entry_op = from.op + 1u;\n",
        failure("trace.wrong", test="test_the_operators_are_those"),
    ),
    Fault(
        "tensor-zero-point",
        Area.IDENTITY,
        "the contract is packed anew with the zero points' sign turned; it shows at the next reset",
        (BoardAction(_MIDDLE, _turn_zero_points),),
        infrastructure("board.wrong-build", "identity.contract", says="the contract on the board"),
    ),
    _fault(
        "contract-page-early",
        "the second page of the contract starts one byte early",
        "core/dispatcher.cpp",
        "contract.Part(get.offset, kChunkBytes)",
        "contract.Part(get.offset > 0 ? get.offset - 1u : 0u,\n"
        "                    contract.Part(get.offset, kChunkBytes).size)",
        failure("identity.contract", says="the board sent no right contract"),
    ),
    _fault(
        "boot-id-old",
        "results carry the number of an earlier boot",
        "core/inference.cpp",
        "result->boot_id = machine_.app().boot_id;",
        "result->boot_id = machine_.app().boot_id - 1;",
        infrastructure("board.restarted", says="restart"),
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
        "image.rows, image.columns);\n",
        "image.rows, image.columns);\n"
        "      static Maybe<Cell> before;\n"
        "      const Maybe<Cell> now = answer.location;\n"
        "      if (before.known) answer.location = before;\n"
        "      before = now;\n",
        failure("location.previous-image", test="test_location"),
    ),
    _patched(
        "scores-previous",
        "the scores are those of the image before",
        sent_scores(
            "static uint8_t before[kInlineOutputBytes];",
            "sent[n] = before[n];",
            "before[n] = scores.data[n];",
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
    _patched(
        "classes-swapped",
        "the classes are in the wrong order: labels.txt was sorted",
        sent_scores("sent[n] = scores.data[scores.size - 1 - n];"),
        failure("score.classes-swapped", test="test_score"),
    ),
    _fault(
        "answer-cached",
        "an image that was seen before is answered from memory, count and time included",
        "core/inference.cpp",
        "  return finished.status.ok() ? send(finished.result) : send(finished.status);\n",
        "  for (const Finished& old : finished_) {\n"
        "    if (finished.status.ok() && &old != &finished && old.present && old.status.ok() &&\n"
        "        old.result.sample_crc == finished.result.sample_crc) {\n"
        "      return send(old.result);\n"
        "    }\n"
        "  }\n"
        "  return finished.status.ok() ? send(finished.result) : send(finished.status);\n",
        failure("timing.counter", "timing.backwards", test="test_each_result_is_newer"),
    ),
)
