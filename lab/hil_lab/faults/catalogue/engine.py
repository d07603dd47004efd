"""The interpreter, its kernels, and the model that it is given."""

from __future__ import annotations

from typing import Any

from hil_lab.faults import kernels
from hil_lab.faults.engines import EditedModel, OptimisedKernels, WrongOp
from hil_lab.faults.fault import Area, EnginePatch, Expect, Fault, SourcePatch, failure

# Operators of model/person_cam.tflite: 0 is the first convolution, odd ones are depthwise
# convolutions, even ones pointwise, 22 gives the features.
_FIRST, _DEPTHWISE, _POINTWISE, _SAME_SHAPE, _LATE = 0, 1, 4, 13, 16


def _wrong_op(fault_id: str, title: str, op: int, kernel: Any, *diagnosis: str) -> Fault:
    patch = EnginePatch(WrongOp(op, kernel))
    return Fault(fault_id, Area.ENGINE, title, (patch,), _parity(*diagnosis))


def _edited(fault_id: str, title: str, edit: Any, *diagnosis: str) -> Fault:
    return Fault(
        fault_id, Area.ENGINE, title, (EnginePatch(EditedModel(edit)),), _parity(*diagnosis)
    )


def _parity(*diagnosis: str) -> Expect:
    return failure(*diagnosis, test="test_every_operator")


def _data(model: Any, op: int, place: int) -> Any:
    """The bytes of a constant input of an operator, to be changed."""
    tensor = model.subgraphs[0].tensors[int(model.subgraphs[0].operators[op].inputs[place])]
    return model.buffers[tensor.buffer].data


def _without_bias(model: Any) -> None:
    _data(model, _POINTWISE, 2)[:] = 0


def _moved_weights(model: Any) -> None:
    import numpy as np

    weights = _data(model, _LATE, 1)
    weights[:] = np.roll(weights, 1)


def _flipped_bit(model: Any) -> None:
    _data(model, _LATE, 1)[100] ^= 0x40


def _softer(model: Any) -> None:
    options = model.subgraphs[0].operators[-1].builtinOptions
    if hasattr(options, "beta"):
        options.beta = 0.5


def _retrained(model: Any) -> None:
    """Every weight moves a little: the same network after another epoch."""
    import numpy as np

    random = np.random.default_rng(1)
    for op in model.subgraphs[0].operators:
        for index in op.inputs[1:2]:
            tensor = model.subgraphs[0].tensors[int(index)]
            data = model.buffers[tensor.buffer].data
            if len(tensor.shape) == 4 and data is not None:
                values = np.asarray(data).view(np.int8).astype(np.int16)
                values += random.integers(-3, 4, values.shape, dtype=np.int16)
                data[:] = np.clip(values, -127, 127).astype(np.int8).view(np.uint8)


def _wrong_scale(model: Any) -> None:
    import numpy as np

    graph = model.subgraphs[0]
    tensor = graph.tensors[int(graph.operators[_POINTWISE].inputs[1])]
    tensor.quantization.scale = np.asarray(tensor.quantization.scale) * np.float32(2)


FAULTS = (
    _wrong_op(
        "padding-symmetric",
        "SAME padding of a convolution with stride 2 is put before instead of after (PyTorch's)",
        _FIRST,
        kernels.padded(1, 0),
        "kernel.padding",
    ),
    _wrong_op(
        "padding-zero",
        "padding is the number 0 instead of the zero point",
        _DEPTHWISE,
        kernels.padded(1, 1, with_zero=True),
        "kernel.padding",
    ),
    _wrong_op(
        "rounding-down",
        "requantization in one operator shifts without rounding",
        _POINTWISE,
        kernels.rounds_down,
        "kernel.rounding",
    ),
    _wrong_op(
        "saturation-missing",
        "results outside of int8 wrap around in one operator",
        _POINTWISE,
        kernels.wraps,
        "kernel.saturation",
    ),
    _wrong_op(
        "accumulator-16-bit",
        "one operator sums up in 16 bits",
        _LATE,
        kernels.sums_in_16_bits,
        "kernel.accumulator",
    ),
    _wrong_op(
        "channel-dead",
        "one output channel of one operator is always zero",
        _LATE,
        kernels.dead_channel(5),
        "kernel.channel",
    ),
    _wrong_op(
        "operator-skipped",
        "one operator is skipped: its output is its input",
        _SAME_SHAPE,
        kernels.copies_input,
        "kernel.copy",
    ),
    _edited(
        "bias-missing",
        "one operator runs without its bias",
        _without_bias,
        "kernel.bias",
    ),
    _edited(
        "weights-moved",
        "the weights of one operator are read one byte off",
        _moved_weights,
        "kernel.weights",
    ),
    _edited(
        "weight-bit-flipped",
        "one bit of one weight is wrong in memory",
        _flipped_bit,
        "kernel.channel",
        "kernel.weights",
    ),
    _edited(
        "weight-scale",
        "the weights' scale of one operator is twice what it should be",
        _wrong_scale,
        "kernel.scale",
    ),
    Fault(
        "softmax-beta",
        Area.ENGINE,
        "SOFTMAX has beta 0.5",
        (EnginePatch(EditedModel(_softer, any_network=True)),),
        _parity("score.softmax-beta"),
    ),
    _edited(
        "model-retrained",
        "the engine is given another model than the one whose digest is reported",
        _retrained,
        "engine.other-model",
    ),
    Fault(
        "trace-previous-output",
        Area.ENGINE,
        "an entry of the trace has the CRC-32 of the output before",
        (
            SourcePatch(
                "core/trace.cpp",
                "  entries_[count_++] = {Crc32(data.data, data.size),\n",
                "  static uint32_t next = 0;\n"
                "  const uint32_t crc = next;\n"
                "  next = Crc32(data.data, data.size);\n"
                "  entries_[count_++] = {crc,\n",
            ),
        ),
        _parity("trace.wrong"),
    ),
    Fault(
        "outputs-swapped",
        Area.ENGINE,
        "the second output of a network is that of the first",
        (
            SourcePatch(
                "core/inference.cpp",
                "    const Bytes output = engine_.Output(i);\n",
                "    const Bytes output = engine_.Output(i == 1 ? 0 : i);\n",
            ),
        ),
        failure("output.other", test="test_every_output"),
        network="unpack",
    ),
    Fault(
        "inputs-swapped",
        Area.ENGINE,
        "the parts of a sample go to the inputs in the wrong order",
        (
            SourcePatch(
                "core/inference.cpp",
                "    status = engine_.SetInput(i, network_.InputOf(job_.sample->data, i));\n",
                "    const auto other = static_cast<uint8_t>(network_.input_count() - 1 - i);\n"
                "    status = engine_.SetInput(i, network_.InputOf(job_.sample->data, other));\n",
            ),
        ),
        failure("input.inputs-swapped", test="test_every_output"),
        network="sub",
    ),
    Fault(
        "state-not-reset",
        Area.ENGINE,
        "the state of a network is not reset",
        (
            SourcePatch(
                "core/inference.cpp",
                "  if (job_.reset_state && network_.stateful()) status = engine_.ResetState();\n",
                "",
            ),
        ),
        failure("engine.state-not-reset", test="test_a_reset_of_the_state"),
        network="lstm",
    ),
    Fault(
        "kernels-optimised",
        Area.ENGINE,
        "the engine has optimised kernels, which round otherwise",
        (EnginePatch(OptimisedKernels()),),
        _parity("engine.optimised-kernels", "kernel.rounding", "kernel.rounding-everywhere"),
    ),
)
