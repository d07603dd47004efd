// Finds, in a model, what a class activation map is computed from (Zhou et al.,
// "Learning Deep Features for Discriminative Localization", CVPR 2016): the
// features that global average pooling reduces, and the classifier's weights.
#pragma once

#include <cstdint>

#include "status.h"
#include "tflite.h"

namespace camhil {

struct Classifier {
  uint8_t score_output = 0;  // positions among the graph's outputs
  uint8_t features_output = 0;
  uint8_t classes = 0;
  uint8_t positive_class = 0;
  uint8_t rows = 0;  // of the features, NHWC
  uint8_t columns = 0;
  uint16_t channels = 0;
  const int8_t* weights = nullptr;  // of the positive class, inside the model
  int32_t weight_zero_point = 0;
  int32_t feature_zero_point = 0;
};

// Walks back from the score: SOFTMAX, RESHAPE*, CONV_2D 1x1 or FULLY_CONNECTED,
// RESHAPE*, MEAN or AVERAGE_POOL_2D over the whole map, the features.
// Fails with kModelScore, kModelClassifier, kModelFeatures or kModelHeader (the
// positive class does not exist).
Status FindClassifier(const ModelGraph& graph, uint8_t positive_class, Classifier* classifier);

}  // namespace camhil
