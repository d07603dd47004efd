// Sizes fixed at compile time. Those of messages are hil/wire/protocol.cddl's;
// schema_check.cpp and tests/firmware compare them. What depends on networks is
// given at run time (memory.h).
#pragma once

#include <cstddef>
#include <cstdint>

// The camera's frames. QQVGA.
#ifndef CAMHIL_FRAME_COLUMNS
#define CAMHIL_FRAME_COLUMNS 160
#endif
#ifndef CAMHIL_FRAME_ROWS
#define CAMHIL_FRAME_ROWS 120
#endif
// 0: a host cannot send samples; the camera is the only source.
#ifndef CAMHIL_INJECTION
#define CAMHIL_INJECTION 1
#endif
// 0: takes no frames, neither from a camera nor from a host.
#ifndef CAMHIL_FRAMES
#define CAMHIL_FRAMES 1
#endif
// 0: runs no network with a class activation map.
#ifndef CAMHIL_HEAD
#define CAMHIL_HEAD 1
#endif

namespace camhil {

inline constexpr uint8_t kProtocolVersion = 2;

// Frames. kMaxFrameBytes is the longest segment between two delimiters; COBS
// adds one byte per 254 and the CRC takes four.
inline constexpr size_t kMaxFrameBytes = 2048;
inline constexpr size_t kMaxCobsOverhead = (kMaxFrameBytes + 253) / 254;
inline constexpr size_t kMaxMessageBytes = kMaxFrameBytes - kMaxCobsOverhead - 4;
// With its delimiters.
inline constexpr size_t kMaxSentFrameBytes = kMaxFrameBytes + 2;

// What one message carries.
inline constexpr size_t kChunkBytes = 1536;
inline constexpr size_t kTraceEntriesPerPage = 40;
inline constexpr size_t kMaxRank = 6;
inline constexpr size_t kMaxStacks = 4;
inline constexpr size_t kMaxErrorText = 96;
inline constexpr size_t kSha256Bytes = 32;
inline constexpr size_t kInlineOutputBytes = 256;  // of one output
inline constexpr size_t kInlineBytes = 512;        // of all

// Chunks that the host may send ahead of their acknowledgement, and those behind the
// first missing one that are kept.
inline constexpr uint8_t kWindowChunks = 8;
inline constexpr uint32_t kTrackedChunks = 32;

// The network.
inline constexpr bool kHead = CAMHIL_HEAD != 0;
inline constexpr size_t kMaxInputs = 8;
inline constexpr size_t kMaxOutputs = 16;
inline constexpr size_t kMaxImageChannels = 4;
inline constexpr size_t kMaxCamCells = 256;
// Keeps the CAM's int32 sum exact: 255 * 255 * 32768 < 2^31.
inline constexpr uint32_t kMaxCamChannels = 32768;

// Samples and frames.
inline constexpr bool kInjection = CAMHIL_INJECTION != 0;
inline constexpr bool kFrames = CAMHIL_FRAMES != 0;
inline constexpr uint16_t kFrameColumns = CAMHIL_FRAME_COLUMNS;
inline constexpr uint16_t kFrameRows = CAMHIL_FRAME_ROWS;
inline constexpr uint32_t kFramePixels = uint32_t{kFrameColumns} * kFrameRows;
// first_missing counts chunks in 16 bits.
inline constexpr uint32_t kMaxSampleBytes = 65535 * kChunkBytes;
inline constexpr size_t kSampleBuffers = 2;
inline constexpr size_t kQueuedInferences = 2;  // one running, one waiting
inline constexpr size_t kKeptResults = 2;
inline constexpr size_t kResultSlots = kKeptResults + 1;  // one is being written

// The line.
inline constexpr size_t kTransmitBytes = 3 * kMaxSentFrameBytes;
inline constexpr uint64_t kLinkNoticeIntervalUs = 5000;
inline constexpr uint16_t kBaudFallbackMs = 1000;
inline constexpr uint16_t kIdleMs = 10000;
inline constexpr uint32_t kMinBaud = 9600;
inline constexpr uint32_t kMaxBaud = 5000000;

// The camera: pause after a failure, and failures after which it is started anew.
inline constexpr uint32_t kCameraPauseMs = 1000;
inline constexpr uint32_t kCameraFailures = 3;
// As long as a frame that a host asked for waits to be fetched.
inline constexpr uint64_t kFreshFrameUs = 2000 * 1000;

}  // namespace camhil
