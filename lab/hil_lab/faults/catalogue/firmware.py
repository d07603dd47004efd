"""Patches that several modules make at the same place of the firmware."""

from __future__ import annotations

from hil_lab.faults.fault import SourcePatch


def sent_scores(*statements: str) -> tuple[SourcePatch, SourcePatch]:
    """Other scores are sent than the engine left, and decide.

    `statements` fill `sent[n]` for each `n` of `scores`, which has the bytes of the tensor.
    """
    sent = SourcePatch(
        "core/inference.cpp",
        "    const Bytes output = engine_.Output(i);\n",
        "    Bytes output = engine_.Output(i);\n"
        "    if (network_.head() != nullptr && i == network_.head()->score_output) {\n"
        "      static uint8_t sent[kInlineOutputBytes];\n"
        "      const Bytes scores = output;\n"
        "      for (size_t n = 0; n < scores.size; ++n) {\n"
        + "".join(f"        {statement}\n" for statement in statements)
        + "      }\n"
        "      output.data = sent;\n"
        "    }\n",
    )
    decide = SourcePatch(
        "core/inference.cpp",
        "  const int8_t* const scores = AsInt8(engine_.Output(head.score_output).data);\n",
        "  size_t at = 0;\n"
        "  for (uint8_t i = 0; i < head.score_output; ++i) at += result->outputs[i].inline_bytes;\n"
        "  const int8_t* const scores = AsInt8(result->inline_data + at);\n",
    )
    return sent, decide
