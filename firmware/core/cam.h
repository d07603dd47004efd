// Class activation map and location, in integers and exact.
#pragma once

#include <cstddef>
#include <cstdint>

#include "messages.h"

namespace camhil {

// cam[row * columns + column] = sum over k of
// (features[row, column, k] - z_f) * (weights[k] - z_w); int32 [rows, columns].
// `weights` are those of head.channels channels.
void ComputeCam(const int8_t* features, const int8_t* weights, const CamHead& head, int32_t* cam);

// Whether class score `score` (scale 1/256, zero point -128) reaches the threshold.
bool ScorePasses(int8_t score, uint8_t threshold_percent);

// The cell of the first maximum in row-major order, its centre in pixels of an
// image of image_rows x image_columns; nothing for a flat map.
Maybe<Cell> FindPeak(const int32_t* cam, uint8_t rows, uint8_t columns, uint32_t image_rows,
                     uint32_t image_columns);

}  // namespace camhil
