#include "cam.h"

namespace camhil {
namespace {

// Centre of cell `index` of `count` cells over `pixels` pixels.
uint16_t CellCentre(uint32_t index, uint32_t count, uint32_t pixels) {
  return static_cast<uint16_t>((2 * index + 1) * pixels / (2 * count));
}

}  // namespace

void ComputeCam(const int8_t* features, const int8_t* weights, const CamHead& head, int32_t* cam) {
  const int32_t feature_zero = head.feature_zero_point;
  const int32_t weight_zero = head.weight_zero_point;
  const size_t cells = size_t{head.rows} * head.columns;
  for (size_t cell = 0; cell < cells; ++cell) {
    const int8_t* const feature = features + cell * head.channels;
    int32_t sum = 0;
    for (size_t k = 0; k < head.channels; ++k) {
      sum += (feature[k] - feature_zero) * (weights[k] - weight_zero);
    }
    cam[cell] = sum;
  }
}

bool ScorePasses(int8_t score, uint8_t threshold_percent) {
  return (score + 128) * 100 >= threshold_percent * 256;
}

Maybe<Cell> FindPeak(const int32_t* cam, uint8_t rows, uint8_t columns, uint32_t image_rows,
                     uint32_t image_columns) {
  const size_t cells = size_t{rows} * columns;
  size_t peak = 0;
  bool flat = true;
  for (size_t i = 1; i < cells; ++i) {
    flat = flat && cam[i] == cam[0];
    if (cam[i] > cam[peak]) peak = i;
  }
  if (flat) return {};
  const auto row = static_cast<uint8_t>(peak / columns);
  const auto column = static_cast<uint8_t>(peak % columns);
  return {
      true,
      {CellCentre(column, columns, image_columns), CellCentre(row, rows, image_rows), column, row}};
}

}  // namespace camhil
