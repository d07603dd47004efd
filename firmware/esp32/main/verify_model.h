// Whether a .tflite can be given to TensorFlow Lite Micro, which believes what it reads.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include "bytes.h"

namespace camhil {

// The model in these bytes, which stay where they are; null unless every offset, vector and
// index in it that TensorFlow Lite Micro follows is inside of it.
const tflite::Model* VerifyModel(Bytes bytes);

}  // namespace camhil
