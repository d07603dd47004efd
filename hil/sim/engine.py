"""What runs the model on the simulated board: the common part of both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from hil.base.resources import find
from hil.base.toml_table import read_toml
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OnOp = Callable[[int, "NDArray[np.generic]"], None]

ENGINES = ("auto", "tflm", "litert")


class EngineError(Exception):
    """The engine refuses a model or a run, with a code of the protocol and two details."""

    def __init__(self, code: ErrorCode, message: str, one: int = 0, two: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.detail = (one, two)


class Engine(Protocol):
    """One interpreter. Called from one thread."""

    name: str

    def load(self, model: bytes, arena_bytes: int) -> int:
        """Prepares the model; returns the bytes of arena in use, 0 if it cannot tell.

        Raises EngineError.
        """

    def invoke(self, image: NDArray[np.int8], on_op: OnOp | None) -> None:
        """Runs the model on the input's bytes (flat, int8).

        `on_op` gets the index and the output of every operator, in execution order.
        Raises EngineError.
        """

    def output(self, index: int) -> NDArray[np.generic]:
        """Graph output `index` of the last run."""


def check_registered(codes: Iterable[int], schema: Any) -> None:
    """Refuses operators that the firmware does not register (firmware/ops.toml).

    Both engines know many more; a model that needs them would fail on a real board.
    `codes` are BuiltinOperator codes, `schema` is the generated module that names them.
    Raises EngineError.
    """
    names = read_toml(find("firmware") / "ops.toml").take("ops", list)
    builtin = vars(schema.BuiltinOperator)
    registered = {builtin[name] for name in names}
    lacking = [code for code in dict.fromkeys(codes) if code not in registered]
    if lacking:
        known = {value: key for key, value in builtin.items()}
        said = ", ".join(known.get(code, f"{code}") for code in lacking)
        message = f"not registered in the firmware: {said}"
        raise EngineError(ErrorCode.MODEL_OP, message, lacking[0])
