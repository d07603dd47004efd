#pragma once
#include "tensorflow/lite/core/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"
struct TFLMRegistration;
namespace tflite {
struct Operator;
typedef TfLiteStatus (*TfLiteBridgeBuiltinParseFunction)(const Operator* op, void* reporter,
                                                         void* allocator, void** builtin_data);
class MicroOpResolver {
 public:
  virtual TfLiteBridgeBuiltinParseFunction GetOpDataParser(BuiltinOperator op) const = 0;
  virtual const TFLMRegistration* FindOp(BuiltinOperator op) const = 0;
  virtual const TFLMRegistration* FindOp(const char* op) const = 0;
  virtual ~MicroOpResolver() {}
};
}  // namespace tflite
