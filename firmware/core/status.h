// Outcome of a step that can fail: an error-code of the wire protocol, its two
// numbers and a text.
#pragma once

#include <cstdint>

#include "limits.h"
#include "text.h"

namespace camhil {

// error-code of hil/wire/protocol.cddl (checked in schema_check.cpp).
enum class ErrorCode : uint8_t {
  kOk = 0,
  kBadRequest = 1,
  kProtocolVersion = 2,
  kUnsupported = 3,
  kWrongSize = 4,
  kNoSuchSample = 5,
  kIncomplete = 6,
  kSampleCorrupt = 7,
  kBusy = 8,
  kOutOfRange = 9,
  kNothingRecorded = 10,
  kNoModel = 20,
  kModelHeader = 21,
  kModelCrc = 22,
  kModelFormat = 23,
  kModelUnmapped = 24,
  kNoRoom = 25,
  kModelOp = 28,
  kArenaTooSmall = 29,
  kEngine = 40,
  kCamera = 41,
};

struct Status {
  ErrorCode code = ErrorCode::kOk;
  int64_t one = 0;
  int64_t two = 0;
  char message[kMaxErrorText + 1] = {};

  bool ok() const { return code == ErrorCode::kOk; }
};

// A failure whose message is the concatenation of `parts` (texts and integers).
template <typename... Parts>
Status Failure(ErrorCode code, int64_t one, int64_t two, Parts... parts) {
  Status status;
  status.code = code;
  status.one = one;
  status.two = two;
  TextWriter text(status.message, sizeof status.message);
  (text.Add(parts), ...);
  return status;
}

}  // namespace camhil
