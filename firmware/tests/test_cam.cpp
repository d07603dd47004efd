#include <vector>

#include "cam.h"
#include "check.h"

namespace {

camhil::CamHead Grid(uint8_t rows, uint8_t columns, uint16_t channels) {
  camhil::CamHead head = {};
  head.rows = rows;
  head.columns = columns;
  head.channels = channels;
  return head;
}

}  // namespace

TEST(cam_is_the_sum_over_channels_with_zero_points_removed) {
  camhil::CamHead head = Grid(1, 2, 2);
  const int8_t weights[] = {3, -5};
  head.weight_zero_point = 1;
  head.feature_zero_point = -128;
  const int8_t features[] = {-128, -127, 127, 0};
  int32_t cam[2];
  camhil::ComputeCam(features, weights, head, cam);
  CHECK_EQ(cam[0], (0 * 2) + (1 * -6));
  CHECK_EQ(cam[1], (255 * 2) + (128 * -6));
}

TEST(cam_stays_exact_at_the_largest_channel_count) {
  camhil::CamHead head = Grid(1, 1, 32768);
  const std::vector<int8_t> weights(32768, -128);
  const std::vector<int8_t> features(32768, 127);
  head.weight_zero_point = 127;
  head.feature_zero_point = -128;
  int32_t cam = 0;
  camhil::ComputeCam(features.data(), weights.data(), head, &cam);
  CHECK_EQ(int64_t{cam}, int64_t{-255} * 255 * 32768);
}

TEST(location_is_the_centre_of_the_winning_cell) {
  int32_t cam[36] = {};
  cam[4 * 6 + 1] = 7;  // row 4, column 1
  const auto peak = camhil::FindPeak(cam, 6, 6, 96, 96);
  CHECK(peak.known);
  CHECK_EQ(peak.value.x, 1 * 16 + 8);
  CHECK_EQ(peak.value.y, 4 * 16 + 8);
  CHECK_EQ(peak.value.column, 1);
  CHECK_EQ(peak.value.row, 4);
}

TEST(location_is_right_on_a_grid_and_an_image_that_are_not_square) {
  int32_t cam[6] = {-9, -9, -9, -9, -9, -8};  // 2 rows, 3 columns
  const auto peak = camhil::FindPeak(cam, 2, 3, 50, 100);
  CHECK(peak.known);
  CHECK_EQ(peak.value.x, 83);  // 5 * 100 / 6 = 83.3
  CHECK_EQ(peak.value.y, 37);  // 3 * 50 / 4 = 37.5
}

TEST(first_of_several_maxima_wins_in_row_major_order) {
  const int32_t cam[6] = {1, 5, 5, 5, 2, 5};
  const auto peak = camhil::FindPeak(cam, 2, 3, 64, 96);
  CHECK_EQ(peak.value.row, 0);
  CHECK_EQ(peak.value.column, 1);
}

TEST(flat_map_has_no_location) {
  const int32_t cam[4] = {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN};
  CHECK(!camhil::FindPeak(cam, 2, 2, 96, 96).known);
  CHECK(!camhil::FindPeak(cam, 1, 1, 96, 96).known);
}

TEST(map_with_a_single_lower_cell_is_not_flat) {
  const int32_t cam[4] = {5, 5, 5, 4};
  const auto peak = camhil::FindPeak(cam, 2, 2, 96, 96);
  CHECK(peak.known);
  CHECK_EQ(peak.value.row + peak.value.column, 0);
}

TEST(threshold_is_exact) {
  // (q + 128) * 100 / 256 >= 60 holds from q + 128 = 153.6 on.
  CHECK(!camhil::ScorePasses(static_cast<int8_t>(153 - 128), 60));
  CHECK(camhil::ScorePasses(static_cast<int8_t>(154 - 128), 60));
  // 50 % is exactly q + 128 = 128.
  CHECK(camhil::ScorePasses(0, 50));
  CHECK(!camhil::ScorePasses(-1, 50));
  CHECK(camhil::ScorePasses(-128, 0));
  CHECK(!camhil::ScorePasses(127, 100));  // at most 99.6 %
}
