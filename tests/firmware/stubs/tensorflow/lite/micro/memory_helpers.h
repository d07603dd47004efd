#pragma once
#include "tensorflow/lite/core/c/common.h"
namespace tflite {
TfLiteStatus TfLiteEvalTensorByteLength(const TfLiteEvalTensor* tensor, size_t* bytes);
}  // namespace tflite
