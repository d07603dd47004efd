// Generated from firmware/ops.toml by firmware/generate.py.
#pragma once

#include <tensorflow/lite/core/c/common.h>

namespace camhil {

inline constexpr unsigned kOpCount = 5;

// Registers the operators; the first failure is the result.
template <typename Resolver>
TfLiteStatus AddOps(Resolver* resolver) {
  const TfLiteStatus added[kOpCount] = {
      resolver->AddConv2D(),
      resolver->AddDepthwiseConv2D(),
      resolver->AddMean(),
      resolver->AddReshape(),
      resolver->AddSoftmax(),
  };
  for (const TfLiteStatus status : added) {
    if (status != kTfLiteOk) return status;
  }
  return kTfLiteOk;
}

}  // namespace camhil
