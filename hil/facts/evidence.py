"""The lines of a run file that the diagnosis lives on: what a board said of itself, and where
it went wrong. The other lines are in `hil.facts.run`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.facts.image import ImageFacts

AS_WRITTEN, OTHERWISE, NOT_READ = "as written", "otherwise", "not read"
"""What `FlashRecord.holds` says."""


@dataclass(frozen=True, slots=True)
class HandshakeRecord:
    """What the board said of itself at one handshake.

    Attributes:
        after: "reset" by its line (or the port was opened), "reboot" by command, "left alone"
            without a host for a while, or "as found".
        build_id, app_sha256, model_sha256: hex digests.
        model_state: name of the error code; OK when a model is loaded.
        contract_crc: CRC-32 of the header of its model partition.
        image_source: "camera" or "injected".
        reset_reason: as esp_reset_reason_t.
    """

    after: str
    build_id: str
    app_sha256: str
    model_sha256: str
    model_state: str
    contract_crc: int
    image_source: str
    reset_reason: int
    boot_count: int


@dataclass(frozen=True, slots=True)
class OddityRecord:
    """An answer that no right board gives; see `hil.facts.board.Oddity`. Bytes in base64."""

    what: str
    detail: str
    sent: str
    got: str


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the line had carried when a board failed, since its port was opened.

    Attributes:
        whole: (kind of reply, how many came whole).
        text_bytes: console text that came whole.
        damaged: segments from the board that are neither a frame nor text.
        damage: what the last of them have in common, as of `hil.link.damage.Damage`.
        sent: frames that the host sent.
        damaged_at_board: of them, those that the board says it received damaged.
    """

    whole: tuple[tuple[str, int], ...]
    text_bytes: int
    damaged: int
    damage: str
    sent: int
    damaged_at_board: int


@dataclass(frozen=True, slots=True)
class TroubleRecord:
    """An infrastructure error, or an error that the firmware answered, in a test.

    Attributes:
        test: where it was raised.
        error: name of its class.
        event: what the console told, as of `hil.board.console.EventKind`; empty if nothing.
        message: the whole text.
        line: of an error of the board; None where there was no line.
    """

    test: str
    error: str
    event: str
    message: str
    line: LineFacts | None = None


@dataclass(frozen=True, slots=True)
class FlashRecord:
    """What the flash of a board that failed holds, compared with what the host wrote.

    `holds`: "as written", "otherwise" or "not read". `detail`: the files that differ, or why it
    was not read.
    """

    holds: str
    detail: str = ""

    @property
    def as_written(self) -> bool:
        return self.holds == AS_WRITTEN


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """What a failing measurement leaves for the diagnosis. Tensors: zlib, then base64.

    Attributes:
        image: its name.
        facts: both answers; the same as the image's, unless it was measured again.
        score_tensor: as read back after the inference.
        features: int8 [rows, columns, C] as read back.
        repeated: whether the same image, sent again, gave the same answer; None: not tried.
        source: the picture that the image was made of, as a file in base64, if it was
            converted, cut or scaled; empty otherwise.
    """

    image: str
    facts: ImageFacts
    score_tensor: tuple[int, ...]
    features: str
    repeated: bool | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class DivergenceRecord:
    """Where a failing image first differs from the oracle.

    Attributes:
        image: its name.
        how: "trace": by the operators' CRCs; "outputs": by what can be read back, without
            a trace; "none": every operator is right.
        op: index of the first operator that differs; None if it is not known.
        name: of the operator, or of the tensor (features, scores, map, location).
        shape: of its output.
        elements, differing, max_lsb, mean_lsb: of its output; the mean is over those that
            differ.
        inputs_equal: whether all its inputs are right; None if that is not known.
        map: largest difference by row and column, in at most 12 x 12 cells.
        channels: (channel, elements that differ, largest difference), worst first.
        output: int8 bytes of the output as the board gave it (zlib, base64); may be empty.
        detail: the same in words.
        place: which of the operator's outputs.
    """

    image: str
    how: str
    op: int | None
    name: str
    shape: tuple[int, ...]
    elements: int
    differing: int
    max_lsb: int
    mean_lsb: float
    inputs_equal: bool | None
    map: tuple[tuple[int, ...], ...]
    channels: tuple[tuple[int, int, int], ...]
    output: str
    detail: str
    place: int = 0
