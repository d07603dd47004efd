"""Zero points, scales, signs and widths of the integers."""

from __future__ import annotations

from hil_lab.faults.catalogue.firmware import sent_scores
from hil_lab.faults.fault import Area, Expect, Fault, SourcePatch, failure

_PRODUCT = "sum += (feature[k] - feature_zero) * (weights[k] - weight_zero);"
_ZERO = "const int32_t feature_zero = head.feature_zero_point;"
_PASSES = "return (score + 128) * 100 >= threshold_percent * 256;"


def _cam(fault_id: str, title: str, old: str, new: str, diagnosis: str) -> Fault:
    patch = SourcePatch("core/cam.cpp", old, new)
    expect = failure(diagnosis, test="test_cam")
    return Fault(fault_id, Area.QUANTIZATION, title, (patch,), expect)


def _score(fault_id: str, title: str, element: str, expect: Expect) -> Fault:
    """`element` is what becomes of `q`, an int8 score."""
    patches = sent_scores(
        "const int q = AsInt8(scores.data)[n];",
        f"sent[n] = static_cast<uint8_t>({element});",
    )
    return Fault(fault_id, Area.QUANTIZATION, title, patches, expect)


def _passes(fault_id: str, title: str, rule: str, diagnosis: str) -> Fault:
    return Fault(
        fault_id,
        Area.QUANTIZATION,
        title,
        (SourcePatch("core/cam.cpp", _PASSES, f"return {rule};"),),
        failure(diagnosis, test="test_location_is_there"),
    )


FAULTS = (
    _cam(
        "zero-point-ignored",
        "the features' zero point is left out of the map",
        _ZERO,
        "const int32_t feature_zero = 0 * head.feature_zero_point;",
        "cam.feature-zero-point-ignored",
    ),
    _cam(
        "zero-point-doubled",
        "the features' zero point is subtracted twice",
        _ZERO,
        "const int32_t feature_zero = 2 * head.feature_zero_point;",
        "cam.feature-zero-point-doubled",
    ),
    _cam(
        "zero-point-off-by-one",
        "the features' zero point is -127 for -128",
        _ZERO,
        "const int32_t feature_zero = head.feature_zero_point + 1;",
        "cam.feature-zero-point-wrong",
    ),
    _cam(
        "features-unsigned",
        "int8 features are read as uint8",
        "(feature[k] - feature_zero)",
        "(static_cast<uint8_t>(feature[k]) - feature_zero)",
        "cam.unsigned-features",
    ),
    _cam(
        "weights-unsigned",
        "int8 weights are read as uint8",
        "(weights[k] - weight_zero)",
        "(static_cast<uint8_t>(weights[k]) - weight_zero)",
        "cam.unsigned-weights",
    ),
    _cam(
        "cam-16-bit",
        "the map's sum is kept in 16 bits",
        "cam[cell] = sum;",
        "cam[cell] = static_cast<int16_t>(sum);",
        "cam.accumulator",
    ),
    _cam(
        "products-truncated",
        "each product is shifted right by 7 bits before it is added",
        _PRODUCT,
        "sum += ((feature[k] - feature_zero) * (weights[k] - weight_zero)) >> 7;",
        "cam.scale-truncated",
    ),
    _score(
        "score-percent",
        "percent are sent instead of int8 scores",
        "(q + 128) * 100 / 256",
        failure("score.percent", test="test_score"),
    ),
    _score(
        "score-saturated",
        "scores saturate at 100",
        "q > 100 ? 100 : q",
        failure("score.saturated", test="test_score"),
    ),
    _passes(
        "threshold-raw",
        "percent are compared with the raw int8 score",
        "score >= threshold_percent",
        "decision.threshold-raw",
    ),
    _passes(
        "score-unsigned",
        "the score that decides is read as uint8",
        "static_cast<uint8_t>(score) * 100 >= threshold_percent * 256",
        "decision.unsigned-score",
    ),
)
