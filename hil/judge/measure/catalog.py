"""Every metric, declared once: name, unit, direction, how it is aggregated, its noise.

`docs/measurements.md` is generated from this catalogue. A metric that exists several
times in a run carries a label in brackets: `op_us[3 CONV_2D]` is operator 3. Values
that users record with `record_measurement("lag_us", value)` are `user.lag_us`.
"""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from functools import partial
from typing import Literal

from hil.errors import UsageError

Direction = Literal["lower", "higher"]
"""Which values are better."""

Unit = Literal["us", "cycles", "uJ", "bytes", "LSB", "count", "fraction", ""]
"""`fraction`: 0 to 1, shown in percent where it is a rate. "": of users' own metrics that have
none, and of values of which only the network's maker knows it."""

Kind = Literal["latency", "energy", "memory", "rate", "score", "parity", "link", "model"]

Aggregate = Literal["quantiles", "max", "min", "sum", "proportion", "value"]
"""How a run's values become one number: median and p95; the largest; the smallest;
their sum; successes over trials; there is only one value."""

Noise = Literal["none", "spread", "binomial", "sampled"]
"""Why another run gives another number: not at all, so it is held against its limit as
it is; each value varies (bootstrap); each image is a trial (Wilson); it is a function of
the sampled images, with an interval of its own."""

USER = "user."
"""Prefix of metrics that users recorded."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One measurement. `labelled`: exists several times, each as `name[label]`.

    `signed`: a difference, which may be negative.
    """

    name: str
    description: str
    unit: Unit
    direction: Direction
    kind: Kind
    aggregate: Aggregate
    noise: Noise
    labelled: bool = False
    signed: bool = False

    def at(self, label: str) -> Metric:
        """This labelled metric for one of its labels."""
        return dataclasses.replace(self, name=f"{self.name}[{label}]", labelled=False)


_latency = partial(
    Metric, unit="us", direction="lower", kind="latency", aggregate="quantiles", noise="spread"
)
_used = partial(
    Metric, unit="bytes", direction="lower", kind="memory", aggregate="max", noise="none"
)
_left = partial(_used, direction="higher", aggregate="min")
_worst = partial(
    Metric, unit="LSB", direction="lower", kind="parity", aggregate="max", noise="none"
)
_differing = partial(_worst, unit="count", aggregate="sum")
_rate = partial(
    Metric,
    unit="fraction",
    direction="higher",
    kind="rate",
    aggregate="proportion",
    noise="binomial",
)
_score = partial(_rate, kind="score", aggregate="value", noise="sampled")
_gain = partial(_score, signed=True)
_error = partial(_score, unit="", direction="lower")
_of_model = partial(Metric, direction="lower", kind="model", aggregate="value", noise="none")
_count = partial(_of_model, unit="count", kind="link")

MAIN_FIGURES: tuple[tuple[str, Unit], ...] = (
    ("roc_auc", "fraction"),
    ("top1_accuracy", "fraction"),
    ("anomaly_auc", "fraction"),
    ("mae", ""),
)
"""The figure of each task by which two evaluations are compared, and its unit."""

_METRICS = (
    _latency("upload_us", "from the first chunk of a sample to its last, by the board's clock"),
    _latency("preprocess_us", "from a frame to the input tensor, by the board's clock"),
    _latency("invoke_us", "the inference, by the board's clock"),
    _latency("invoke_cycles", "the inference, in CPU cycles", unit="cycles"),
    _latency("cam_us", "map and location, by the board's clock"),
    _latency("round_trip_us", "from announcing a sample to its result, by the host's clock"),
    _latency("reply_us", "the round trip without the board's stages: announcing, reply, host"),
    _latency("op_us", "one operator of a traced inference", labelled=True),
    _latency("op_cycles", "one operator of a traced inference", unit="cycles", labelled=True),
    Metric(
        "energy_uj",
        "the inference, by a meter (`--energy`): the mean, and all that the board took",
        unit="uJ",
        direction="lower",
        kind="energy",
        aggregate="value",
        noise="sampled",
    ),
    _used("arena_bytes", "tensor arena that the firmware reserves"),
    _used("arena_used_bytes", "tensor arena that the model uses"),
    _used("static_bytes", "static memory of the core, without the arena"),
    _left("heap_free_bytes", "heap free after an inference"),
    _left("heap_minimum_free_bytes", "heap free at its lowest since the reset"),
    _left("heap_largest_block_bytes", "largest block of the heap after an inference"),
    _left("psram_free_bytes", "PSRAM free after an inference"),
    _left("psram_minimum_free_bytes", "PSRAM free at its lowest since the reset"),
    _left("psram_largest_block_bytes", "largest block of the PSRAM after an inference"),
    _left("stack_unused_bytes", "stack of a task that was never used", labelled=True),
    _used("app_bytes", "app image in flash"),
    _used("model_bytes", "content of the model partition"),
    _left("partition_slack_bytes", "what a flashed file leaves of its partition", labelled=True),
    _used("static_ram_bytes", "data, bss and code in RAM, from the app's ELF file"),
    _used("section_bytes", "one section of the app's ELF file", labelled=True),
    _worst("score_lsb", "largest difference of a score from the oracle's"),
    _worst("features_lsb", "largest difference of a feature from the oracle's"),
    _worst("cam_lsb", "largest difference of a cell of the map, in units of its sums"),
    _worst("input_lsb", "largest difference of a pixel of the input that was made of a frame"),
    _worst(
        "second_opinion_lsb",
        "largest difference of an operator between the oracle and its second opinion",
    ),
    _worst("value_lsb", "largest difference of a value of the judged output from the oracle's"),
    _differing("outputs_differing", "outputs of answers that are not the oracle's, by CRC-32"),
    _differing("locations_differing", "answers whose location is not the oracle's"),
    _differing("decisions_differing", "answers of which board and oracle decide otherwise"),
    _differing("ops_differing", "operators of traced inferences whose output is not the oracle's"),
    _rate("top1_accuracy", "samples whose class was answered, by the largest score"),
    _rate("accuracy", "right decisions of all samples with a truth"),
    _rate("precision", "positive samples of those that pass the threshold"),
    _rate("recall", "samples that pass the threshold of the positive ones"),
    _rate("false_alarm_rate", "samples that pass of the negative ones", direction="lower"),
    _score("macro_f1", "mean of F1 over the classes that occur in truth or answers"),
    _score("balanced_accuracy", "mean over the classes of the share that is answered right"),
    _score("best_balanced_accuracy", "the same at the threshold that is best on validation"),
    _score("roc_auc", "chance that a positive sample scores above a negative one"),
    _score("calibration_error", "expected difference of score and frequency", direction="lower"),
    _score("anomaly_auc", "chance that an anomaly's error is above that of what is normal"),
    _score("anomaly_auc_mean", "mean of the AUCs of each source, such as a machine"),
    _score("anomaly_pauc", "AUC up to a false alarm rate of 0.1, standardized: 0.5 is chance"),
    _score("anomaly_pauc_dcase", "the same by DCASE's formula: the share of its pairs won"),
    _error("mae", "mean absolute error, in the unit of the values"),
    _error("rmse", "root of the mean squared error, in the unit of the values"),
    _error("r2", "share of the variance that is explained", direction="higher", signed=True),
    _rate("pointing_hit_rate", "images with a person whose location lies in a true box"),
    _rate("pointing_found_rate", "true positives whose location lies in a true box"),
    _gain("pointing_found_gain", "`pointing_found_rate` minus the image centre's on the same"),
    _rate("max_box_acc_30", "images whose box reaches an IoU of 0.3 with a true box"),
    _rate("max_box_acc_50", "images whose box reaches an IoU of 0.5 with a true box"),
    _rate("max_box_acc_70", "images whose box reaches an IoU of 0.7 with a true box"),
    _gain("max_box_gain_30", "`max_box_acc_30` minus that of a box in the centre"),
    _gain("max_box_gain_50", "`max_box_acc_50` minus that of a box in the centre"),
    _gain("max_box_gain_70", "`max_box_acc_70` minus that of a box in the centre"),
    _of_model("tflite_bytes", "the .tflite file", unit="bytes"),
    _of_model("model_macs", "multiply-accumulates of one inference", unit="count"),
    _of_model("model_ops", "operators", unit="count"),
    _of_model("model_ops_of", "operators of one kind", unit="count", labelled=True),
    *(
        _of_model(f"{name}_change", f"how far `{name}` is from another report's", unit=unit)
        for name, unit in MAIN_FIGURES
    ),
    _count("link_damaged", "segments from the board that are neither frame nor text"),
    _count("link_damaged_at_board", "damaged frames that the board saw"),
    _count("link_retransmitted", "frames sent again"),
    _count("link_timeouts", "frames sent again because no answer came in time"),
    _count("link_duplicates", "answers to what was answered already"),
    _count("link_stale", "answers to what was not asked, or given up"),
    _count("link_wrong_image", "answers about another sample"),
    _count("link_malformed", "undamaged frames that hold no reply of the protocol"),
    _count("link_bad_requests", "requests that the board could not read, though undamaged"),
    _count("link_reuploads", "samples sent again because the board lost or damaged them"),
    _count("link_late", "answers that came after their request was sent again: nothing was lost"),
    _count("link_unanswered", "requests never answered, though nothing on the line was damaged"),
    _count("link_duplicates_unasked", "answers that no transmission of a request explains"),
    _count("link_asked_again", "times the board wanted again what had arrived whole"),
    _count("link_rate_missed", "handshakes after which the link did not reach its baud rate"),
    _count("recoveries", "times the board was lost and came back"),
    _count("flaky_tests", "tests that passed only when they were run again"),
    _count("thorough", "1 of a run with `--thorough`; not measured in others", direction="higher"),
)

CATALOG: dict[str, Metric] = {metric.name: metric for metric in _METRICS}
"""All metrics by name, in the order of reports."""

OF_MAPS = (*(name for name in CATALOG if name.startswith(("pointing_", "max_box_"))),
           "cam_us", "cam_lsb", "score_lsb", "features_lsb", "locations_differing")  # fmt: skip
"""Those that a network without a class activation map does not have."""


def metric_of(name: str) -> Metric:
    """The metric that a name stands for, with its label or as a user's.

    Raises:
        UsageError: there is none; the nearest name is given. A labelled metric without
            its label, or the reverse.
    """
    if name.startswith(USER) and len(name) > len(USER):
        return user_metric(name.removeprefix(USER))
    base, bracket, rest = name.partition("[")
    metric = CATALOG.get(base)
    if metric is None:
        near = difflib.get_close_matches(base, CATALOG, n=1)
        hint = f"did you mean {near[0]}?" if near else "docs/measurements.md lists them"
        raise UsageError(
            f"there is no metric {name!r}",
            hint=f"{hint}; values of record_measurement are {USER}NAME",
        )
    if metric.labelled != bool(bracket):
        raise UsageError(
            f"{base} needs a label" if metric.labelled else f"{base} has no labels",
            hint=f"write {base}[LABEL]" if metric.labelled else f"write {base}",
        )
    if not bracket:
        return metric
    label = rest.removesuffix("]")
    if not label or not rest.endswith("]"):
        raise UsageError(f"{name!r} has no label in brackets", hint=f"write {base}[LABEL]")
    return metric.at(label)


def user_metric(name: str) -> Metric:
    """A metric for what a test recorded; its unit comes from the end of its name.

    `_us` and `_ms` are times, kept in microseconds, `_cycles` likewise; `_bytes` is
    memory; all else is a bare number. Lower counts as better, but for `_per_s` and `fps`.
    """
    text = f"recorded by a test as {name}"
    if name.endswith(("_us", "_ms")):
        return _latency(USER + name, text)
    if name.endswith("_cycles"):
        return _latency(USER + name, text, unit="cycles")
    if name.endswith("_bytes"):
        return _used(USER + name, text)
    plain = _latency(USER + name, text, unit="")
    faster = name.endswith(("_per_s", "fps"))
    return dataclasses.replace(plain, direction="higher") if faster else plain
