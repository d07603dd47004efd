#pragma once
#include <stddef.h>
#include <stdint.h>
typedef enum TfLiteStatus {
  kTfLiteOk = 0,
  kTfLiteError = 1,
} TfLiteStatus;
typedef enum { kTfLiteNoType = 0, kTfLiteUInt8 = 3, kTfLiteInt8 = 9, kTfLiteResource = 14 } TfLiteType;
typedef struct TfLiteIntArray TfLiteIntArray;
typedef union TfLitePtrUnion {
  int32_t* i32;
  float* f;
  uint8_t* uint8;
  int8_t* int8;
  const char* raw_const;
  void* data;
} TfLitePtrUnion;
typedef struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
} TfLiteEvalTensor;
typedef struct TfLiteTensor {
  TfLitePtrUnion data;
  size_t bytes;
  TfLiteIntArray* dims;
  TfLiteType type;
} TfLiteTensor;
typedef struct TfLiteContext {
  TfLiteEvalTensor* (*GetEvalTensor)(const struct TfLiteContext* context, int tensor);
} TfLiteContext;
