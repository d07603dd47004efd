// Sizes fixed at compile time. Those of messages are hil/wire/protocol.cddl's;
// schema_check.cpp and tests/firmware compare them.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef CAMHIL_MAX_INPUT_BYTES
#define CAMHIL_MAX_INPUT_BYTES (96 * 96)
#endif
// The camera's frames: gray, one byte a pixel, in rows. QQVGA.
#ifndef CAMHIL_FRAME_COLUMNS
#define CAMHIL_FRAME_COLUMNS 160
#endif
#ifndef CAMHIL_FRAME_ROWS
#define CAMHIL_FRAME_ROWS 120
#endif
// 0: a host cannot send images; the camera is the only source.
#ifndef CAMHIL_INJECTION
#define CAMHIL_INJECTION 1
#endif

namespace camhil {

inline constexpr uint8_t kProtocolVersion = 1;

// Frames. kMaxFrameBytes is the longest segment between two delimiters; COBS
// adds one byte per 254 and the CRC takes four.
inline constexpr size_t kMaxFrameBytes = 2048;
inline constexpr size_t kMaxCobsOverhead = (kMaxFrameBytes + 253) / 254;
inline constexpr size_t kMaxMessageBytes = kMaxFrameBytes - kMaxCobsOverhead - 4;

// What one message carries.
inline constexpr size_t kChunkBytes = 1536;
inline constexpr size_t kOpCodesPerPage = 64;
inline constexpr size_t kTraceEntriesPerPage = 24;
inline constexpr size_t kMaxTensors = 5;
inline constexpr size_t kMaxRank = 6;
inline constexpr size_t kMaxStacks = 4;
inline constexpr size_t kMaxErrorText = 96;
inline constexpr size_t kSha256Bytes = 32;

// Chunks that the host may send ahead of their acknowledgement.
inline constexpr uint8_t kWindowChunks = 8;

// The model.
inline constexpr size_t kMaxInputBytes = CAMHIL_MAX_INPUT_BYTES;
inline constexpr size_t kMaxModelTensors = kMaxTensors - 1;  // the identity lists the frame too
inline constexpr size_t kMaxOps = 96;
inline constexpr size_t kMaxClasses = 64;
inline constexpr size_t kMaxCamCells = 256;
// Keeps the CAM's int32 sum exact: 255 * 255 * 32768 < 2^31.
inline constexpr uint32_t kMaxCamChannels = 32768;

// Images: tensors and frames.
inline constexpr bool kInjection = CAMHIL_INJECTION != 0;
inline constexpr uint32_t kFrameColumns = CAMHIL_FRAME_COLUMNS;
inline constexpr uint32_t kFrameRows = CAMHIL_FRAME_ROWS;
inline constexpr size_t kFrameBytes = size_t{kFrameColumns} * kFrameRows;
inline constexpr size_t kImageBufferBytes =
    kMaxInputBytes > kFrameBytes ? kMaxInputBytes : kFrameBytes;
inline constexpr size_t kImageBuffers = 2;
inline constexpr size_t kQueuedInferences = 2;  // one running, one waiting
inline constexpr size_t kKeptResults = 2;

inline constexpr uint64_t kLinkNoticeIntervalUs = 5000;
inline constexpr uint16_t kBaudFallbackMs = 1000;
inline constexpr uint32_t kMinBaud = 9600;
inline constexpr uint32_t kMaxBaud = 5000000;

static_assert((kImageBufferBytes + kChunkBytes - 1) / kChunkBytes <= 64,
              "the missing-chunks bitmap has 64 bits");

}  // namespace camhil
