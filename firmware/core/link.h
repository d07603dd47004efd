// Sends replies, and watches the line: damaged frames, trial rates, silence.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frames.h"
#include "line.h"
#include "machine.h"
#include "messages.h"
#include "transmitter.h"

namespace camhil {

// The caller of every function holds the state.
class Link {
 public:
  Link(Machine& machine, Line& line, Transmitter& transmitter)
      : machine_(machine), line_(line), transmitter_(transmitter), boot_baud_(line.baud()) {}

  // For the receive task, after it has waited for room: sends one reply as a frame. A reply
  // outside the schema becomes an error.
  template <typename Reply>
  bool Send(uint32_t seq, const Reply& reply, Action then = {}) {
    return transmitter_.Queue(Encode(seq, reply), 0, then);
  }

  // For the inference task: false where there is no room now.
  template <typename Reply>
  bool SendResult(uint32_t seq, const Reply& reply) {
    return transmitter_.Queue(Encode(seq, reply), Transmitter::kForReplies);
  }

  // Acknowledges and switches; goes back unless the rate is committed in time.
  void TryBaud(uint32_t seq, uint32_t baud);
  void CommitBaud(uint32_t seq, uint32_t baud);

  // A valid request came in, or one is being served.
  void NoteUse();

  // Sends a notice about damage and ends a failed trial where they are due.
  // Returns the milliseconds until the next call is needed.
  uint32_t Tick(const FrameDecoder& decoder);

  // Whether there were requests, and no use for kIdleMs.
  bool IsIdle();
  // Goes back to the rate that the board started with. IsIdle is false from then on, until
  // there are requests again.
  void GoIdle();

 private:
  template <typename Reply>
  Bytes Encode(uint32_t seq, const Reply& reply) {
    size_t size = EncodeReply(seq, reply, encoder_.message());
    if (size == 0) size = EncodeFallback(seq);
    return encoder_.Finish(size);
  }
  size_t EncodeFallback(uint32_t seq);
  uint64_t SendDueNotice(const FrameDecoder& decoder, uint64_t now_us);
  uint64_t EndDueTrial(uint64_t now_us);
  bool ReturnTo(uint32_t baud);

  Machine& machine_;
  Line& line_;
  Transmitter& transmitter_;
  FrameEncoder encoder_;
  const uint32_t boot_baud_;

  uint32_t reported_bad_frames_ = 0;
  uint32_t reported_overruns_ = 0;
  bool notice_sent_ = false;
  uint64_t notice_us_ = 0;

  bool in_use_ = false;
  uint64_t used_us_ = 0;

  bool on_trial_ = false;
  uint32_t trial_former_baud_ = 0;
};

}  // namespace camhil
