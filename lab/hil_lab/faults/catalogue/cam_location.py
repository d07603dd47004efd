"""The map, and the place that is made of it."""

from __future__ import annotations

from hil_lab.faults.fault import Area, Expect, Fault, SourcePatch, failure

_CAM = "core/cam.cpp"
_CENTRE = "return static_cast<uint16_t>((2 * index + 1) * pixels / (2 * count));"
_PLACE = (
    "{CellCentre(column, columns, image_columns), CellCentre(row, rows, image_rows), column, row}"
)
_COLUMN = "const auto column = static_cast<uint8_t>(peak % columns);"
_ROW = "const auto row = static_cast<uint8_t>(peak / columns);"
_LARGER = "if (cam[i] > cam[peak]) peak = i;"


def _location(fault_id: str, title: str, old: str, new: str, expect: Expect) -> Fault:
    return Fault(fault_id, Area.CAM, title, (SourcePatch(_CAM, old, new),), expect)


def _wrong(*diagnosis: str) -> Expect:
    return failure(*diagnosis, test="test_location")


FAULTS = (
    _location(
        "location-transposed",
        "x and y of the location are swapped",
        _PLACE,
        "{CellCentre(row, rows, image_rows), CellCentre(column, columns, image_columns), "
        "column, row}",
        _wrong("location.transposed"),
    ),
    _location(
        "location-mirrored",
        "the column is counted from the right",
        _COLUMN,
        "const auto column = static_cast<uint8_t>(columns - 1 - peak % columns);",
        _wrong("location.mirrored-x"),
    ),
    _location(
        "location-upside-down",
        "the row is counted from the bottom, as in a BMP file",
        _ROW,
        "const auto row = static_cast<uint8_t>(rows - 1 - peak / columns);",
        _wrong("location.mirrored-y"),
    ),
    _location(
        "location-top-left",
        "the cell's corner instead of its centre",
        _CENTRE,
        "return static_cast<uint16_t>(index * pixels / count);",
        _wrong("location.top-left"),
    ),
    _location(
        "location-cells",
        "the cell's index instead of pixels",
        _CENTRE,
        "return static_cast<uint16_t>(index + 0 * pixels * count);",
        _wrong("location.cell-index"),
    ),
    _location(
        "location-camera-pixels",
        "pixels of the camera's 240 x 240 frame, not of the input",
        _CENTRE,
        "return static_cast<uint16_t>((2 * index + 1) * 240 / (2 * count) + 0 * pixels);",
        _wrong("location.scaled"),
    ),
    _location(
        "location-last-cells-left-out",
        "the search for the maximum ends one row early",
        "  for (size_t i = 1; i < cells; ++i) {",
        "  for (size_t i = 1; i < cells - columns; ++i) {",
        _wrong("location.cells-left-out"),
    ),
    _location(
        "location-16-bit",
        "the maximum is searched among 16-bit numbers",
        _LARGER,
        "if (static_cast<int16_t>(cam[i]) > static_cast<int16_t>(cam[peak])) peak = i;",
        _wrong("location.truncated"),
    ),
    _location(
        # The largest magnitude would be no fault where maps have one sign; the firmware's own
        # tests have maps below zero.
        "location-minimum",
        "the smallest value instead of the largest",
        _LARGER,
        "if (cam[i] < cam[peak]) peak = i;",
        _wrong("location.minimum"),
    ),
    Fault(
        "location-below-threshold",
        Area.CAM,
        "a location is given below the threshold too",
        (
            SourcePatch(
                "core/inference.cpp",
                "    if (passes) {\n      answer.location",
                "    if (answer.has_map) {\n      answer.location",
            ),
        ),
        failure("decision.threshold-ignored", test="test_location_is_there"),
    ),
    Fault(
        "cam-other-class",
        Area.CAM,
        "the map is made of the other class's weights",
        (
            SourcePatch(
                "core/request_decoder.cpp",
                "to->weights = from.cam_head_weights;",
                "to->weights = from.cam_head_positive_class == 0\n"
                "                    ? from.cam_head_weights + from.cam_head_channels\n"
                "                    : from.cam_head_weights - from.cam_head_channels;",
            ),
        ),
        failure("cam.other-class", test="test_cam"),
    ),
    _location(
        "cam-transposed",
        "rows and columns of the map are swapped",
        "cam[cell] = sum;",
        "cam[cell % head.columns * head.rows + cell / head.columns] = sum;",
        failure("cam.transposed", test="test_cam"),
    ),
    _location(
        "cam-channels-first",
        "the features are read as [channels, rows, columns]",
        "sum += (feature[k] - feature_zero)",
        "sum += (features[k * cells + cell] - feature_zero + 0 * *feature)",
        failure("cam.features-layout", test="test_cam"),
    ),
    _location(
        # Not negative cells: a network whose bias says "nobody" need not have any.
        "cam-negative-weights-cut",
        "negative weights of the map count as zero",
        "(weights[k] - weight_zero)",
        "(weights[k] < weight_zero ? 0 : weights[k] - weight_zero)",
        failure("cam.clipped", test="test_cam"),
    ),
)
