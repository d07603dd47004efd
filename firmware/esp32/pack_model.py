"""Packs the model partition: header and .tflite, for the build of the ESP-IDF project.

    python pack_model.py MODEL.tflite OUT.bin

The settings (positive_class, threshold_percent) are in MODEL.toml. Refuses a model that needs
operators which the firmware lacks, whose input is not fed rightly with pixel - 128, or that does
not fit into its partition: all that is wrong is told at once. Runs in the Python
environment of ESP-IDF: it uses the standard library and those modules of `hil` that need no more.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.network.model_problem import Problem

PROJECT = Path(__file__).resolve().parent
FIRMWARE = PROJECT.parent
OP_CODES = PROJECT / "main" / "generated" / "op_codes.json"


def pack(tflite: Path, output: Path) -> None:
    """Writes the partition's content to `output`. Raises hil.errors.UsageError."""
    from hil.build.flash_layout import check_fits, find_partition, read_csv
    from hil.network.model_partition import read_partition
    from hil.network.model_problem import refusal

    problems = model_problems(tflite.read_bytes())
    if problems:
        raise refusal(problems, where=str(tflite))
    image = read_partition(tflite, tflite.with_suffix(".toml"))
    table = FIRMWARE / "partitions.csv"
    check_fits(find_partition(read_csv(table), "model"), output.name, len(image), where=str(table))
    output.write_bytes(image)


def model_problems(model: bytes) -> list[Problem]:
    """What can be told of a .tflite without a reader of all of it."""
    from hil.network.input_contract import REMEDY, wrong_pixels
    from hil.network.model_problem import Problem

    found = []
    scale = input_quantization(model)
    wrong = "" if scale is None else wrong_pixels(*scale)
    if wrong:
        found.append(Problem(f"wrong input scale: {wrong}", REMEDY))
    lacking = lacking_ops(model, json.loads(OP_CODES.read_text(encoding="utf-8")))
    if lacking:
        found.append(
            Problem(
                f"the model needs {', '.join(lacking)}, which the firmware lacks",
                "add them to firmware/ops.toml and run python firmware/generate.py",
            )
        )
    return found


def input_quantization(model: bytes) -> tuple[float, int] | None:
    """Scale and zero point of the first subgraph's first input; None if it has not one of each.

    Of schema.fbs: Model.subgraphs, SubGraph.inputs and .tensors, Tensor.quantization.
    """
    subgraphs = _follow(model, _u32(model, 0), 2)
    graph = subgraphs + 4 + _u32(model, subgraphs + 4)
    inputs = _follow(model, graph, 1)
    if not inputs or not _u32(model, inputs):
        return None
    slot = _follow(model, graph, 0) + 4 + 4 * _u32(model, inputs + 4)
    quantization = _follow(model, slot + _u32(model, slot), 4)
    scales = _follow(model, quantization, 2) if quantization else 0
    zeros = _follow(model, quantization, 3) if quantization else 0
    if not scales or not zeros or (_u32(model, scales), _u32(model, zeros)) != (1, 1):
        return None
    scale = struct.unpack_from("<f", model, scales + 4)[0]
    return float(scale), int(struct.unpack_from("<q", model, zeros + 4)[0])


def lacking_ops(model: bytes, known: dict[str, int]) -> list[str]:
    """Operators of the .tflite that are not in `known` (name to BuiltinOperator code).

    Reads Model.operator_codes of TensorFlow Lite's schema.fbs; later versions keep codes above 127
    in `builtin_code`, earlier ones have `deprecated_builtin_code` alone.
    """
    names = {code: name for name, code in known.items()}
    codes = []
    root = _u32(model, 0)
    vector = _follow(model, root, 1)
    for i in range(_u32(model, vector) if vector else 0):
        slot = vector + 4 + 4 * i
        table = slot + _u32(model, slot)
        old = _field(model, table, 0)
        new = _field(model, table, 3)
        codes.append(max(model[old] if old else 0, _u32(model, new) if new else 0))
    return [f"operator {code}" for code in codes if code not in names]


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _field(data: bytes, table: int, index: int) -> int:
    """Where field `index` of a flatbuffer table is; 0 when it has its default."""
    vtable = table - int(struct.unpack_from("<i", data, table)[0])
    size, entry = struct.unpack_from("<H", data, vtable)[0], 4 + 2 * index
    if entry >= size:
        return 0
    offset = int(struct.unpack_from("<H", data, vtable + entry)[0])
    return table + offset if offset else 0


def _follow(data: bytes, table: int, index: int) -> int:
    at = _field(data, table, index)
    return at + _u32(data, at) if at else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("tflite", type=Path, metavar="MODEL.tflite")
    parser.add_argument("output", type=Path, metavar="OUT.bin")
    arguments = parser.parse_args()
    sys.path.insert(0, str(FIRMWARE.parent))
    try:
        from hil.base.toml_table import read_toml  # noqa: F401  (needs a TOML reader)
        from hil.errors import UsageError
    except ImportError as error:
        print(f"{error}: use Python 3.11 or newer, or install it there:", file=sys.stderr)
        print(f"    {sys.executable} -m pip install tomli", file=sys.stderr)
        return 1
    try:
        pack(arguments.tflite, arguments.output)
    except UsageError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except (struct.error, IndexError):
        print(f"{arguments.tflite} is not a .tflite file, or damaged", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
