"""What firmware for a chip takes from the networks that it is built for: pure functions.

Sizes are bytes.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from hil.build.esp_nn import more_arena
from hil.errors import UsageError
from hil.network.contract import Contract
from hil.network.frame_format import CAMERA, camera_frame
from hil.network.tflite_graph import Graph

DEFAULT_ARENA_BYTES = 80 * 1024
"""Where nothing tells how much arena a network needs."""

RESOLVER = "op_resolver.h"
LIMITS = "network_limits.h"

# TensorFlow Lite Micro is measured on a 64-bit host, where it takes more than on a chip.
_MARGIN_BYTES = 2048
_KB = 1024

_TRACE_ENTRY_BYTES = 24
_CELL_BYTES = 4
_SAMPLES = 2
_MAPS = 3
# For arena and buffers, in internal RAM: dram0_0_seg of ESP-IDF's linker scripts without 24 kB of
# our own, about 20 kB of ESP-IDF's and, where they share it, code, stacks and heap.
_RAM = {"esp32": 132 * _KB, "esp32s3": 240 * _KB}

_IRREGULAR = {
    "BATCH_MATMUL": "AddBatchMatMul",
    "CUMSUM": "AddCumSum",
    "PADV2": "AddPadV2",
    "RELU6": "AddRelu6",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "AddUnidirectionalSequenceLSTM",
}


@dataclass(frozen=True)
class Needs:
    """What one network needs, or the union of several.

    `map_cells`: of the class activation map; 0 without one. `variables`: named by VAR_HANDLE.
    `pixel_bytes`: of a camera's frame that can be the input, for each pixel; 0: none can.
    """

    operators: tuple[str, ...]
    sample_bytes: int
    trace_entries: int
    map_cells: int
    variables: int
    arena_bytes: int
    pixel_bytes: int

    @property
    def buffer_bytes(self) -> int:
        """Of samples, trace and maps."""
        sample = max(self.sample_bytes, math.prod(CAMERA) * self.pixel_bytes)
        maps = _MAPS * self.map_cells * _CELL_BYTES
        return _SAMPLES * sample + self.trace_entries * _TRACE_ENTRY_BYTES + maps


def needs_of(contract: Contract, arena_bytes: int) -> Needs:
    """What one network needs."""
    head, frame = contract.head, camera_frame(contract.image)
    return Needs(
        operators=contract.operators,
        sample_bytes=contract.header.sample_bytes,
        trace_entries=contract.header.op_outputs,
        map_cells=head.rows * head.columns if head else 0,
        variables=len(contract.graph.variables),
        arena_bytes=arena_bytes,
        pixel_bytes=frame.format.pixel_bytes if frame else 0,
    )


def union(needs: Sequence[Needs]) -> Needs:
    """What runs each of several networks: there is at least one."""
    return Needs(
        operators=tuple(sorted({name for each in needs for name in each.operators})),
        sample_bytes=max(each.sample_bytes for each in needs),
        trace_entries=max(each.trace_entries for each in needs),
        map_cells=max(each.map_cells for each in needs),
        variables=max(each.variables for each in needs),
        arena_bytes=max(each.arena_bytes for each in needs),
        pixel_bytes=max(each.pixel_bytes for each in needs),
    )


def arena_for(measured_bytes: int, graph: Graph, target: str) -> int:
    """The arena to reserve, in whole kB, where TensorFlow Lite Micro takes `measured_bytes` here.

    With 2 kB of margin, and on an ESP32-S3 room for the copies that its kernels make.
    """
    needed = measured_bytes + more_arena(graph, target) + _MARGIN_BYTES
    return -(-needed // _KB) * _KB


def fitted(needs: Needs, target: str, *, arena_in_psram: bool, where: str) -> Needs:
    """The same, or without room for a host's frames where only that makes it fit into the chip's
    internal RAM: the camera's lie elsewhere.

    Raises UsageError where arena and buffers cannot fit.
    """
    arena, available = 0 if arena_in_psram else needs.arena_bytes, _RAM[target]
    if arena + needs.buffer_bytes > available:
        needs = dataclasses.replace(needs, pixel_bytes=0)
    needed = arena + needs.buffer_bytes
    if needed > available:
        parts = f"{arena:,} of them for the arena, {needs.buffer_bytes:,} for samples and trace"
        raise UsageError(
            f"the networks need {needed:,} bytes of internal RAM, {parts}; an {target} has about "
            f"{available:,} for them",
            where=where,
            hint="put the arena into PSRAM (idf.py menuconfig, camhil; the board needs some), give "
            "a smaller one with --arena-kb, or make the network smaller",
        )
    return needs


def method(operator: str) -> str:
    """The method of MicroMutableOpResolver that registers an operator: AddConv2D for CONV_2D.

    Of tensorflow/lite/micro/micro_mutable_op_resolver.h in esp-tflite-micro 1.4.0.
    """
    words = (word.capitalize() if word.isalpha() else word for word in operator.split("_"))
    return _IRREGULAR.get(operator, "Add" + "".join(words))


def sources(needs: Needs) -> dict[str, str]:
    """The headers that the firmware is compiled with: file name to content."""
    calls = "\n".join(f"      resolver->{method(name)}()," for name in needs.operators)
    return {
        RESOLVER: _RESOLVER.format(count=len(needs.operators), calls=calls),
        LIMITS: _LIMITS.format(
            sample=needs.sample_bytes,
            trace=needs.trace_entries,
            cells=needs.map_cells,
            variables=needs.variables,
            arena=needs.arena_bytes,
            pixel=needs.pixel_bytes,
        ),
    }


_RESOLVER = """\
// Made by `hil build` of the firmware's networks.
#pragma once

#include <tensorflow/lite/core/c/common.h>

namespace camhil {{

inline constexpr unsigned kOpCount = {count};

// Registers the operators; the first failure is the result.
template <typename Resolver>
TfLiteStatus AddOps(Resolver* resolver) {{
  const TfLiteStatus added[kOpCount] = {{
{calls}
  }};
  for (const TfLiteStatus status : added) {{
    if (status != kTfLiteOk) return status;
  }}
  return kTfLiteOk;
}}

}}  // namespace camhil
"""
_LIMITS = """\
// Made by `hil build` of the firmware's networks: the largest of each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace camhil {{

inline constexpr uint32_t kNetworkSampleBytes = {sample};
inline constexpr uint16_t kNetworkTraceEntries = {trace};
inline constexpr uint16_t kNetworkMapCells = {cells};
inline constexpr int kNetworkVariables = {variables};
inline constexpr size_t kNetworkArenaBytes = {arena};
// Of each pixel of a camera's frame that can be an input; 0: none can.
inline constexpr uint32_t kNetworkPixelBytes = {pixel};

}}  // namespace camhil
"""
