"""`python -m model`: build, check, use, c-array."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, HilError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.checks import ModelFacts

HERE = Path(__file__).resolve().parent
MODEL = HERE / "person_cam.tflite"
PHOTOGRAPHS = HERE.parent / "fixtures" / "photos"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the process's exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except HilError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model", description="The model of the firmware: build, check, replace it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="make person_cam.tflite with random weights")
    build.add_argument(
        "--photographs",
        type=Path,
        default=PHOTOGRAPHS,
        metavar="DIR",
        help="96x96 gray PNGs to calibrate with (default: fixtures/photos)",
    )
    build.add_argument(
        "--out", type=Path, default=HERE, metavar="DIR", help="where to write (default: model/)"
    )
    build.set_defaults(run=_build)

    check = commands.add_parser("check", help="say what a model is and if the firmware can run it")
    check.add_argument("model", type=Path, nargs="?", default=MODEL)
    check.set_defaults(run=_check)

    use = commands.add_parser("use", help="put your own model in the place of person_cam.tflite")
    use.add_argument("model", type=Path)
    use.add_argument("--labels", required=True, help='by class, such as "no person,person"')
    use.add_argument("--positive-class", type=int, default=1, metavar="N")
    use.add_argument("--threshold-percent", type=int, required=True, metavar="N")
    use.add_argument(
        "--from",
        dest="origin",
        default="",
        metavar="TEXT",
        help="where the model comes from, for person_cam.toml",
    )
    use.set_defaults(run=_use)

    array = commands.add_parser("c-array", help="write a file as a C array, as xxd -i does")
    array.add_argument("model", type=Path, nargs="?", default=MODEL)
    array.add_argument("-o", "--out", type=Path, help="file to write (default: standard output)")
    array.add_argument("--name", help="of the array (default: made from the path)")
    array.add_argument("--const", action="store_true", help="declare it const")
    array.add_argument("--align", type=int, metavar="N", help="alignas(N); 16 suits TFLM")
    array.set_defaults(run=_c_array)
    return parser


def _build(options: argparse.Namespace) -> int:
    from model.build import build, write
    from model.calibration import read_photographs
    from model.card import card_text

    photographs = read_photographs(options.photographs)
    try:
        model, card = build(photographs)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"building needs TensorFlow and Keras: {error}",
            hint="in an environment of its own: pip install -e '.[model]'",
        ) from error
    options.out.mkdir(parents=True, exist_ok=True)
    write(options.out, model, card_text(card))
    print(f"{options.out / MODEL.name}: {len(model)} bytes, SHA-256 {card.sha256}")
    return ExitCode.PASSED


def _check(options: argparse.Namespace) -> int:
    from model.card import read_card
    from model.checks import measure, problems

    facts = measure(_read(options.model), where=str(options.model))
    print(_described(facts))
    found = problems(facts)
    for problem in found:
        print(f"problem: {problem}", file=sys.stderr)
    card = options.model.with_suffix(".toml")
    if card.is_file():
        read_card(card).check(classes=facts.classes, sha256=facts.sha256, where=str(card))
        print(f"card        {card} fits")
    return ExitCode.TEST_FAILED if found else ExitCode.PASSED


def _described(facts: ModelFacts) -> str:
    ops = ", ".join(f"{count} {name}" for name, count in sorted(Counter(facts.ops).items()))
    scale = facts.smallest_scale
    return (
        f"sha256      {facts.sha256}\n"
        f"size        {facts.model_bytes} bytes, {facts.parameters} parameters\n"
        f"operators   {len(facts.ops)}: {ops}\n"
        f"input       {facts.input}, scale {facts.input_scale:.9g}, "
        f"zero point {facts.input_zero_point}\n"
        f"score       {facts.score}\n"
        f"features    {facts.features}\n"
        f"least scale {scale:.3g} ({facts.smallest_scale_tensor})"
    )


def _use(options: argparse.Namespace) -> int:
    from model.build import write
    from model.card import Card, card_text
    from model.checks import measure, problems

    model = _read(options.model)
    where = str(options.model)
    facts = measure(model, where=where)
    found = problems(facts)
    if found:
        raise UsageError("; ".join(found), where=where, hint="convert the model again")
    labels = tuple(label.strip() for label in options.labels.split(","))
    card = Card(
        labels,
        options.positive_class,
        options.threshold_percent,
        facts.sha256,
        {"weights": options.origin or f"from {options.model.name}"},
    )
    card.check(classes=facts.classes, sha256=facts.sha256, where="command line")
    write(HERE, model, card_text(card))
    print(f"{MODEL}: {len(model)} bytes, SHA-256 {facts.sha256}")
    return ExitCode.PASSED


def _c_array(options: argparse.Namespace) -> int:
    from model.c_array import c_array

    text = c_array(
        _read(options.model),
        options.name or str(options.model),
        constant=options.const,
        align=options.align,
    )
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="ascii")
    return ExitCode.PASSED


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read the model: {error.strerror}", where=str(path), hint="check the path"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
