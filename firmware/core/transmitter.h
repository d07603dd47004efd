// The queue of what is sent. Any task puts frames and text into it, whole; one task writes
// them to the line, which it alone waits for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "limits.h"
#include "line.h"
#include "machine.h"

namespace camhil {

// What is done when all bytes that were queued before have left the board.
struct Action {
  enum class Kind : uint8_t { kNone, kSetBaud, kReset };
  Kind kind = Kind::kNone;
  uint32_t value = 0;  // the rate; the RebootTarget
};

class Transmitter {
 public:
  // Room that only the receive task takes, so that it can answer.
  static constexpr size_t kForReplies = kMaxSentFrameBytes;

  Transmitter(Machine& machine, Line& line) : machine_(machine), line_(line) {}

  // Queues all of the bytes and the action, or nothing: false where less than keep_free
  // bytes of room would be left, or too many actions wait.
  bool Queue(Bytes bytes, size_t keep_free, Action then = {});
  // Queues text between frames, without its zeros; drops it where there is no room.
  void Print(Bytes text);

  // Waits until a reply fits. Called by the receive task. False: the end.
  bool WaitForRoomForReply();
  // Waits until something was sent. Called by the inference task. False: the end.
  bool WaitForRoomForResult();

  // Bytes queued since reset, modulo 2^32, and whether those up to there were sent.
  uint32_t queued();
  bool IsSent(uint32_t position);

  // Whether an action waits for its turn, and when the last one ran.
  bool has_action();
  uint64_t action_us();

  // Writes a part of what is queued, or runs an action, or waits up to timeout_ms for
  // work. Called by the transmit task. False: the end.
  bool SendNext(uint32_t timeout_ms);

 private:
  static constexpr size_t kActions = 4;
  struct Due {
    Action action;
    uint32_t position = 0;
  };

  size_t room() const { return kTransmitBytes - used_; }
  void Append(Bytes bytes);
  bool Wait(Event event);
  void Run(const Action& action);

  Machine& machine_;
  Line& line_;

  // Guarded by Mutex::kTransmit.
  uint8_t ring_[kTransmitBytes];
  size_t begin_ = 0;
  size_t used_ = 0;
  uint32_t sent_ = 0;
  Due actions_[kActions];
  size_t action_count_ = 0;
  uint64_t action_us_ = 0;
};

}  // namespace camhil
