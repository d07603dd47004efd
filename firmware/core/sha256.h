// SHA-256 (FIPS 180-4).
#pragma once

#include <cstddef>
#include <cstdint>

#include "limits.h"

namespace camhil {

void Sha256(const uint8_t* data, size_t size, uint8_t digest[kSha256Bytes]);

}  // namespace camhil
