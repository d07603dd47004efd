"""Parts of a model, and models with one thing changed, run by LiteRT's reference kernels.

A part starts at any operator, from any tensors: so what a board's operator should have
given, or what the rest of the network makes of a wrong tensor, is computed by the same
kernels as the oracle's answer, exactly.
"""

from __future__ import annotations

import copy
import functools
import pickle
import threading
from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

Edit = Callable[[Any], None]
"""Changes a `SubGraphT`'s model (`ModelT` of the generated schema) in place."""

_IDENTIFIER = b"TFL3"


@functools.lru_cache(maxsize=2)
def parts_of(model: bytes) -> ModelParts:
    """The parts of a model; kept, since cutting one takes longer than running it."""
    return ModelParts(model)


class ModelParts:
    """Cuts and edits one model. Parts without an edit are kept."""

    def __init__(self, model: bytes) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self._model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
        self.ops = self._model.subgraphs[0].operators
        self._tensors = self._model.subgraphs[0].tensors
        for tensor in self._tensors:
            _mend(tensor)
        self._pickled = pickle.dumps(self._model, 4)  # arrays of protocol 5 cannot be changed
        self._kept: dict[tuple[int, int, tuple[int, ...] | None, str], Part] = {}

    def variable_inputs(self, op: int) -> tuple[int, ...]:
        """Tensor indexes of an operator's inputs that are no constants and keep no state."""

        def constant(tensor: int) -> bool:
            data = self._model.buffers[self._tensors[tensor].buffer].data
            return self._tensors[tensor].isVariable or (data is not None and len(data) > 0)

        return tuple(int(t) for t in self.ops[op].inputs if t >= 0 and not constant(t))

    def part(
        self,
        first: int,
        last: int,
        *,
        outputs: Sequence[int] | None = None,
        edit: Edit | None = None,
        resolver: str = "BUILTIN_REF",
    ) -> Part:
        """The operators `first` to `last` as a model of their own.

        Args:
            first: its variable inputs (and what later ones need from before) are its inputs.
            last: its output is the part's output, unless `outputs` names tensors.
            outputs: tensor indexes.
            edit: changes a copy of the model first.
            resolver: of LiteRT.
        """
        if edit is not None:
            return self._cut(self._copy(edit), first, last, outputs, resolver)
        key = (first, last, None if outputs is None else tuple(outputs), resolver)
        if key not in self._kept:
            model = copy.copy(self._model)
            model.subgraphs = [copy.copy(model.subgraphs[0])]
            self._kept[key] = self._cut(model, first, last, outputs, resolver)
        return self._kept[key]

    def edited(self, edit: Edit) -> bytes:
        """The whole model with a change."""
        return _pack(self._copy(edit))

    def _copy(self, edit: Edit) -> Any:
        model = pickle.loads(self._pickled)  # several times faster than a deep copy
        edit(model)
        return model

    def _cut(
        self, model: Any, first: int, last: int, outputs: Sequence[int] | None, resolver: str
    ) -> Part:
        """Makes a part of a copy of the model, whose graph may be changed."""
        graph = model.subgraphs[0]
        kept = graph.operators[first : last + 1]
        made = {int(t) for op in kept for t in op.outputs}
        used = (t for op in range(first, last + 1) for t in self.variable_inputs(op))
        needed = list(dict.fromkeys(tensor for tensor in used if tensor not in made))
        graph.operators = kept
        model.subgraphs = [graph]
        graph.inputs = needed
        graph.outputs = [int(t) for t in kept[-1].outputs] if outputs is None else list(outputs)
        model.signatureDefs = None
        return Part(_pack(model), tuple(needed), resolver)


class Part:
    """A part of a model that can be run; by several threads, since parts are kept for all."""

    def __init__(self, model: bytes, inputs: tuple[int, ...], resolver: str) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self.inputs = inputs
        self._lock = threading.Lock()
        self._interpreter = Interpreter(
            model_content=model,
            num_threads=1,
            experimental_op_resolver_type=getattr(OpResolverType, resolver),
            experimental_preserve_all_tensors=resolver == "BUILTIN_REF",
        )
        self._interpreter.allocate_tensors()
        self._in = [
            (int(d["index"]), tuple(int(n) for n in d["shape"]))
            for d in self._interpreter.get_input_details()
        ]
        self._out = [d["index"] for d in self._interpreter.get_output_details()]

    def run(self, *inputs: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The part's outputs for these tensors, in the order of `inputs`.

        Variables of its operators have their initial values.
        """
        with self._lock:
            self._interpreter.reset_all_variables()
            for (index, shape), tensor in zip(self._in, inputs, strict=True):
                self._interpreter.set_tensor(index, tensor.reshape(shape))
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(index) for index in self._out)


def _mend(tensor: Any) -> None:
    """Old converters gave biases the dimension of their filters; LiteRT refuses the model then."""
    quantization = tensor.quantization
    rank = 0 if tensor.shape is None else len(tensor.shape)
    if quantization is not None and quantization.quantizedDimension >= max(rank, 1):
        quantization.quantizedDimension = 0


def _pack(model: Any) -> bytes:
    import flatbuffers  # type: ignore[import-untyped]

    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())
