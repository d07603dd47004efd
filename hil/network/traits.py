"""What a network has that another may not have: by these two that a board treats unlike are told
apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.network.contract import Contract

TRACE_PAGE = 40
"""Entries that a page of a trace holds (docs/protocol.md)."""


def traits(contract: Contract) -> tuple[str, ...]:
    """In words, operators first."""
    return (
        *(f"operator {name}" for name in contract.operators),
        *_of_ends(contract),
        *_of_head(contract),
    )


def _of_ends(contract: Contract) -> Iterator[str]:
    from hil.network.arrays import dtype_of
    from hil.wire.replies import INLINE_BYTES

    header = contract.header
    for what, tensors in (("input", header.inputs), ("output", header.outputs)):
        for kind in sorted({dtype_of(tensor).name for tensor in tensors} - {"int8"}):
            yield f"{what} of type {kind}"
        if len(tensors) > 1:
            yield f"several {what}s"
    if header.stateful:
        yield "state"
    if header.op_outputs > TRACE_PAGE:
        yield f"more than {TRACE_PAGE} outputs of operators"
    if any(tensor.size > INLINE_BYTES for tensor in header.outputs):
        yield f"an output of more than {INLINE_BYTES} bytes"
    if header.image is not None:
        yield "colour picture" if header.image.channels == 3 else "gray picture"
        if header.image.rows != header.image.columns:
            yield "picture not square"


def _of_head(contract: Contract) -> Iterator[str]:
    head = contract.header.head
    if head is None:
        yield "no map"
        return
    yield "map"
    if head.rows != head.columns:
        yield "map not square"
    if head.classes != 2:
        yield "more than two classes"
    if head.positive_class != 1:
        yield "another positive class than 1"
    if head.feature_zero_point != -128:
        yield "features with another zero point than -128"
    if head.weight_zero_point:
        yield "weights with another zero point than 0"
    if head.features_output < head.score_output:
        yield "features in front of the scores"
