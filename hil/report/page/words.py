"""What words of the page mean, for whom the file is mailed to."""

from __future__ import annotations

from dataclasses import dataclass

LEAD = (
    "The network runs on the board and, with the same inputs, on the host: the host's answer is "
    "the oracle's. The two are compared number by number, and a difference is counted in LSB, "
    "steps of the quantized numbers: 0 LSB is the same bit for bit."
)

_WORDS = {
    "oracle": "the host's answer to the same input, computed with the kernels of TensorFlow Lite "
    "Micro that the firmware uses too. What the board answers is held against it.",
    "LSB": "least significant bit: one step of a quantized number, the smallest difference that "
    "there can be between two answers. In an int8 score one step is 1/256.",
    "second opinion": "the same operators by another program (LiteRT), so that a mistake of the "
    "oracle itself is found.",
    "gate": "a limit that this project has set. A run ships if all of them are met; not proven: "
    "the figure is good, but there are too few samples to be sure of it.",
    "margin": "how far a figure is inside of its limit; negative beyond it.",
    "baseline": "an earlier run that this one is compared with.",
    "map": "class activation map (CAM): for each part of the picture how much it speaks for the "
    "class. The location is where it is highest.",
    "features": "what the network has found in the picture, of which map and scores are made.",
    "threshold": "the score from which on the answer is yes.",
    "operator": "one step of the network, such as a convolution.",
    "arena": "the memory that the network computes in.",
    "p95": "95th percentile: 95 of 100 measurements are at most that.",
    "simulated board": "the firmware as a program of the host computer behind a serial port. It "
    "proves the firmware's logic, not a chip's speed.",
    "emulated board": "the chip's own firmware in an emulator, which has no speed of a chip.",
    "diagnosis": "a known mistake that predicts every answer of the board, right ones included.",
    "AUC": "area under the ROC curve: the chance that a positive sample scores above a negative "
    "one. 0.5 is chance, 1 is perfect.",
    "balanced accuracy": "the mean of the shares that are right in each class.",
    "calibration": "whether of the samples with a score of 80 % about 80 of 100 are positive.",
    "interval": "where the true figure lies with 95 % certainty, given this many samples.",
    "SQNR": "signal to quantization noise ratio, in decibels: 20 dB is an error of a tenth.",
}


@dataclass(frozen=True, slots=True)
class Word:
    name: str
    meaning: str


def words(*names: str) -> tuple[Word, ...]:
    """The meaning of these words, in the order in which they are explained everywhere."""
    unknown = set(names) - _WORDS.keys()
    assert not unknown, unknown
    return tuple(Word(name, meaning) for name, meaning in _WORDS.items() if name in names)
