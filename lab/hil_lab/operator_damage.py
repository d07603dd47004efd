"""`python -m hil_lab.operator_damage`: random damage of one operator, diagnosed.

No board: the oracle is the board, with one operator changed at random. Weights, biases, zero
points, scales and options are changed in the model, so that LiteRT's kernels make the wrong
output; the rest is done to the output. A diagnosis is right where it names the operator, and a
mistake of the kind that was made; wrong where it names anything else.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from hil.diagnose import Diagnosis
    from hil.images import Photo
    from hil.network.tflite_graph import Op
    from hil.oracle import Oracle
    from hil.oracle.submodel import Part

RIGHT, UNEXPLAINED, WRONG, UNSEEN = "right", "unexplained", "wrong", "unseen"
_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
_CHANNELS = ("kernel.channel", "kernel.channels")
_SAMPLES = 12
_PHOTOS = ("astronaut", "officer", "couple", "coffee", "man-right", "harbour", "pagoda", "shuttle",
           "woman-left", "boy-right", "boy-left", "photographer")  # fmt: skip


@dataclass(frozen=True)
class Damage:
    """One damage.

    Attributes:
        kind: which of `KINDS`.
        op: index of the operator.
        ids: that name it rightly; empty where nothing is expected to.
        text: in words.
        output: what the operator gives, of (inputs, right output).
    """

    kind: str
    op: int
    ids: tuple[str, ...]
    text: str
    output: Callable[..., Any]


Made = tuple[str, Callable[..., Any]]


def damages(model: bytes, oracle: Oracle, seed: int) -> Iterator[Damage]:
    """Random damage without end, the same for a seed."""
    import numpy as np

    random = np.random.default_rng(seed)
    ops = [op for op in oracle.graph.ops if oracle.graph.tensors[op.output].type_name == "INT8"]
    while ops:
        op = ops[random.integers(len(ops))]
        kinds = [*_OF_WEIGHTS] if op.name in _CONVOLUTIONS else [*_OF_OPERATORS.get(op.name, ())]
        kinds += _OF_OUTPUTS
        kind = kinds[random.integers(len(kinds))]
        ids, make = KINDS[kind]
        made = make(model, oracle, op, random)
        if made is not None:
            yield Damage(kind, op.index, ids, *made)


def verdict(damage: Damage, found: Diagnosis) -> str:
    """What a diagnosis is worth."""
    if not found.findings:
        return UNEXPLAINED if found.unexplained else UNSEEN
    place = f"operator {damage.op} "
    named = all(
        one.id in damage.ids and (place in one.title or one.id == "score.saturated")
        for one in found.findings
    )
    return RIGHT if named else WRONG


# ---- in the model ---------------------------------------------------------------


def _edited(model: bytes, op: int, edit: Callable[[Any], None]) -> Callable[..., Any]:
    @functools.cache
    def part() -> Part:
        from hil.oracle.submodel import ModelParts

        return ModelParts(ModelParts(model).edited(edit)).part(op, op)

    return lambda inputs, right: part().run(*inputs)[0]


def _constant(edited: Any, op: int, place: int) -> Any:
    tensor = edited.subgraphs[0].tensors[int(edited.subgraphs[0].operators[op].inputs[place])]
    return edited.buffers[tensor.buffer].data


def _weight_bytes(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """One to four bytes of the weights."""
    size = len(oracle.graph.tensors[op.inputs[1]].data)
    places = random.choice(size, min(int(random.integers(1, 5)), size), replace=False)
    flips = random.integers(1, 256, places.size)

    def edit(edited: Any) -> None:
        data = _constant(edited, op.index, 1)
        for place, flip in zip(places, flips, strict=True):
            data[place] ^= flip

    return f"weight bytes {places.tolist()} changed", _edited(model, op.index, edit)


def _weight_channel(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """The weights of one channel: zero, rolled, or random."""
    import numpy as np

    tensor = oracle.graph.tensors[op.inputs[1]]
    axis = len(tensor.shape) - 1 if op.name == "DEPTHWISE_CONV_2D" else 0
    channel, how = int(random.integers(tensor.shape[axis])), int(random.integers(3))
    noise = random.integers(-127, 128, tensor.shape).astype(np.int8)

    def edit(edited: Any) -> None:
        data = _constant(edited, op.index, 1)
        weights = np.asarray(data).view(np.int8).reshape(tensor.shape)
        one = np.take(weights, channel, axis)
        changed = (one * 0, np.roll(one, 1), np.take(noise, channel, axis))[how]
        weights = np.moveaxis(weights.copy(), axis, 0)
        weights[channel] = changed
        data[:] = np.moveaxis(weights, 0, axis).reshape(-1).view(np.uint8)

    text = ("zero", "rolled", "random")[how]
    return f"weights of channel {channel} {text}", _edited(model, op.index, edit)


def _bias_values(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made | None:
    """The bias of some channels, by some bits or steps."""
    import numpy as np

    if len(op.inputs) < 3 or op.inputs[2] < 0:
        return None
    size = len(oracle.graph.tensors[op.inputs[2]].data) // 4
    chosen = random.choice(size, int(random.integers(1, size + 1)), replace=False)
    offs = random.integers(-4000, 4000, chosen.size)
    if random.random() < 0.3:
        offs[:] = offs[0]

    def edit(edited: Any) -> None:
        data = _constant(edited, op.index, 2)
        values = np.asarray(data).view(np.int32).copy()
        values[chosen] += offs.astype(np.int32)
        data[:] = values.view(np.uint8)

    return f"biases of {chosen.tolist()} off by {offs.tolist()}", _edited(model, op.index, edit)


def _zero_point(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """The zero point of the input or of the output."""
    of_input = random.random() < 0.5
    tensor = op.inputs[0] if of_input else op.output
    right, value = oracle.graph.tensors[tensor].zero_point(), int(random.integers(-128, 128))

    def edit(edited: Any) -> None:
        edited.subgraphs[0].tensors[tensor].quantization.zeroPoint = [value]

    which = "input's" if of_input else "output's"
    return f"the {which} zero point {value}, not {right}", _edited(model, op.index, edit)


def _scales(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """The scale of one channel of the weights, or of all."""
    count = len(oracle.graph.tensors[op.inputs[1]].scales)
    factor = float(2.0 ** random.uniform(-3, 3))
    chosen = int(random.integers(-1, count)) if count > 1 else -1

    def edit(edited: Any) -> None:
        graph = edited.subgraphs[0]
        quantization = graph.tensors[int(graph.operators[op.index].inputs[1])].quantization
        scales = [float(scale) for scale in quantization.scale]
        quantization.scale = [
            scale * factor if chosen in (-1, n) else scale for n, scale in enumerate(scales)
        ]

    of = "every channel" if chosen < 0 else f"channel {chosen}"
    return f"the scale of {of} times {factor:.4g}", _edited(model, op.index, edit)


def _tensor_scale(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """The scale of the first input, or of the output."""
    tensor = op.output if random.random() < 0.5 else op.inputs[0]
    factor = float(2.0 ** random.uniform(-2, 2))

    def edit(edited: Any) -> None:
        quantization = edited.subgraphs[0].tensors[tensor].quantization
        quantization.scale = [float(scale) * factor for scale in quantization.scale]

    which = "output's" if tensor == op.output else "input's"
    return f"the {which} scale times {factor:.4g}", _edited(model, op.index, edit)


def _window(model: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made | None:
    """A pool with one thing done otherwise."""
    from hil.diagnose.pools import pool_of
    from hil.oracle.submodel import parts_of

    pool = pool_of(oracle.graph, parts_of(model).ops[op.index], op.index)
    if pool is None:
        return None
    changes = [*pool.mistakes()]
    _, how, other = changes[int(random.integers(len(changes)))]
    return f"a pool: {how}", lambda inputs, right: other.run(inputs[0])


# ---- in the output --------------------------------------------------------------


def _clamp(_: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """Bounds of the output."""
    import numpy as np

    low, high = sorted(int(v) for v in random.integers(-128, 128, 2))
    if random.random() < 0.5:
        low = -128
    return f"clamped to {low}..{high}", lambda _, right: np.clip(right, low, max(high, low + 1))


def _one_channel(_: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made | None:
    """A channel that is constant, or another one's."""
    shape = oracle.graph.tensors[op.output].shape
    if shape[-1] < 3 or len(shape) < 4:
        return None
    channel, other = (int(v) for v in random.choice(shape[-1], 2, replace=False))
    value = int(random.integers(-128, 128)) if random.random() < 0.5 else None

    def output(_: Any, right: Any) -> Any:
        changed = right.copy()
        changed[..., channel] = right[..., other] if value is None else value
        return changed

    return f"channel {channel} is {'that of ' + str(other) if value is None else value}", output


def _overwritten(_: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made | None:
    """A range of bytes: a constant, or the same noise for every image."""
    import numpy as np

    size = oracle.graph.tensors[op.output].data_bytes
    if size < 64:
        return None
    count = int(random.integers(4, size // 4))
    first = int(random.integers(size - count))
    noise = random.integers(-128, 128, count).astype(np.int8)
    if random.random() < 0.5:
        noise[:] = noise[0]

    def output(_: Any, right: Any) -> Any:
        changed = right.copy()
        changed.reshape(-1)[first : first + count] = noise
        return changed

    return f"bytes {first} to {first + count - 1} overwritten", output


def _noise(_: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made:
    """Some elements off by some, another pattern for every image: nothing explains it."""
    import numpy as np

    share, most = float(random.uniform(0.001, 0.5)), int(random.integers(1, 30))

    def output(_: Any, right: Any) -> Any:
        other = np.random.default_rng(int(right.astype(int).sum()) & 0xFFFFFF)
        off = other.integers(-most, most + 1, right.shape) * (other.random(right.shape) < share)
        return np.clip(right + off, -128, 127).astype(np.int8)

    return f"{100 * share:.1f} % of the elements off by up to {most}", output


def _rows(_: bytes, oracle: Oracle, op: Op, random: np.random.Generator) -> Made | None:
    """Rows that moved, or are another row's."""
    import numpy as np

    shape = oracle.graph.tensors[op.output].shape
    if len(shape) != 4 or shape[1] < 3:
        return None
    by, start = int(random.integers(1, shape[1])), int(random.integers(shape[1]))

    def output(_: Any, right: Any) -> Any:
        changed = right.copy()
        changed[:, start:] = np.roll(right, by, axis=1)[:, start:]
        return changed

    return f"rows from {start} on are moved by {by}", output


Make = Callable[["bytes", "Oracle", "Op", "np.random.Generator"], "Made | None"]

_OF_POOLS = ("kernel.padding", "kernel.stride", "kernel.rounding", "kernel.activation")
KINDS: dict[str, tuple[tuple[str, ...], Make]] = {
    "weight bytes": (("kernel.weights", *_CHANNELS), _weight_bytes),
    "weights of a channel": (("kernel.weights", *_CHANNELS), _weight_channel),
    "biases": (("kernel.bias", *_CHANNELS), _bias_values),
    "zero point": (("kernel.zero-point", "kernel.padding"), _zero_point),
    "scales": (("kernel.scale", *_CHANNELS), _scales),
    "clamp": (("kernel.activation", "kernel.saturation", "score.saturated"), _clamp),
    "channel": ((*_CHANNELS, "memory.overwritten"), _one_channel),
    "overwritten": (("memory.overwritten",), _overwritten),
    "noise": ((), _noise),
    "rows": (("kernel.copy",), _rows),
    "scale of a tensor": (("kernel.scale",), _tensor_scale),
    "window": (_OF_POOLS, _window),
}
"""By kind: the ids that name it, and what makes it."""

_OF_WEIGHTS = ("weight bytes", "weights of a channel", "biases", "zero point", "scales")
_OF_OUTPUTS = ("clamp", "channel", "overwritten", "noise", "rows")
_OF_OPERATORS = {
    "ADD": ("zero point", "scale of a tensor"),
    "MEAN": ("zero point", "scale of a tensor"),
    "AVERAGE_POOL_2D": ("window",),
    "MAX_POOL_2D": ("window",),
}
"""What else can be damaged in operators that have no weights."""


# ---- the command ----------------------------------------------------------------


def photos() -> tuple[Photo, ...]:
    """The pictures of a run."""
    from hil.base.resources import find
    from hil.images import load, synthetic

    folder = find("fixtures") / "photos"
    made = [photo for photo in synthetic() if photo.name not in ("black", "white")]
    return (*(load(folder / f"{name}.png") for name in _PHOTOS), *made)


def examine(damage: Damage, model: bytes, oracle: Oracle, seen: tuple[Photo, ...]) -> Diagnosis:
    """The diagnosis of a board with this damage. `seen`: the pictures; none: seeded samples."""
    from hil.diagnose import diagnose
    from hil.samples.seeded import sample_names, seeded_sample
    from hil_lab.fakes.faulty_run import FaultyDevice, run_of
    from hil_lab.fakes.faulty_samples import run_of_samples

    wrong = {damage.op: damage.output}
    if seen:
        return diagnose(run_of(FaultyDevice(oracle, model, operators=wrong), seen), oracle)
    samples = [seeded_sample(oracle.contract, name) for name in sample_names(_SAMPLES)]
    return diagnose(run_of_samples(oracle, wrong, samples), oracle)


def _runs(model: bytes, ops: int) -> bool:
    """Whether LiteRT, of which the board is made, has its operators."""
    from hil.oracle.submodel import parts_of

    try:
        for op in range(ops):
            parts_of(model).part(op, op)
    except (RuntimeError, ValueError):
        return False
    return True


Drawn = tuple["Damage", bytes, "Oracle", "tuple[Photo, ...]"]


def of_the_detector(seed: int) -> Iterator[Drawn]:
    """Damage of the network that camhil comes with, which looks at photographs."""
    from hil.base.resources import find
    from hil.oracle import Oracle

    model = (find("model") / "person_cam.tflite").read_bytes()
    oracle, seen = Oracle.open(model, positive_class=1, threshold=60), photos()
    for damage in damages(model, oracle, seed):
        yield damage, model, oracle, seen


def of_the_zoo(seed: int, among: Sequence[str] = ()) -> Iterator[Drawn]:
    """Damage of small networks without a map, each time of another. `among`: these; none: all."""
    import random

    from hil.network.contract import read_contract
    from hil.oracle import Oracle
    from hil.testing.zoo import names, network

    dice = random.Random(seed)
    while True:
        model = network(dice.choice(among or names()))
        contract = read_contract(model)
        plain = contract.header.head is None and not contract.header.stateful
        single = all(len(op.outputs) == 1 for op in contract.graph.ops)
        if plain and single and _runs(model, len(contract.graph.ops)):
            oracle = Oracle(contract)
            for damage in itertools.islice(damages(model, oracle, dice.randrange(1 << 30)), 1):
                yield damage, model, oracle, ()


def main(argv: list[str] | None = None) -> int:
    """Prints a line for each damage and the sums; 0 when no diagnosis was wrong."""
    parser = argparse.ArgumentParser(prog="python -m hil_lab.operator_damage", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zoo", action="store_true", help="small networks without a map")
    arguments = parser.parse_args(argv)
    drawn = of_the_zoo(arguments.seed) if arguments.zoo else of_the_detector(arguments.seed)
    sums: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    for number, (damage, model, oracle, seen) in enumerate(drawn, start=1):
        started = time.monotonic()
        found = examine(damage, model, oracle, seen)
        worth = verdict(damage, found)
        sums[worth] += 1
        kinds.setdefault(damage.kind, Counter())[worth] += 1
        titles = "; ".join(f"[{one.id}] {one.title}" for one in found.findings)
        seconds = time.monotonic() - started
        name = oracle.graph.ops[damage.op].name
        print(f"{number} {worth}: operator {damage.op} {name}: {damage.text} ({seconds:.1f} s)")
        print(f"    {titles or '-'}", flush=True)
        if number == arguments.count:
            break
    for kind, counts in kinds.items():
        print(f"{kind}: {dict(counts)}")
    print(dict(sums))
    return 1 if sums[WRONG] else 0


if __name__ == "__main__":
    sys.exit(main())
