// Sends replies, and watches the line: damaged frames and trial baud rates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frames.h"
#include "messages.h"
#include "port.h"

namespace camhil {

// The caller of every function holds the port's lock.
class Link {
 public:
  explicit Link(Port& port) : port_(port) {}

  // Sends one reply as a frame. A reply outside the schema becomes an error.
  template <typename Reply>
  void Send(uint32_t seq, const Reply& reply) {
    size_t size = EncodeReply(seq, reply, encoder_.message());
    if (size == 0) size = EncodeFallback(seq);
    port_.Write(encoder_.Finish(size));
  }

  // Acknowledges, switches, and goes back unless a request follows in time.
  void TryBaud(uint32_t seq, uint32_t baud);

  // A valid request came in: the trial rate works. A repetition of the request
  // that asked for it proves nothing.
  void NoteRequest(uint32_t seq);

  // Sends a notice about damage and ends a failed trial where they are due.
  // Returns the milliseconds until the next call is needed.
  uint32_t Tick(const FrameDecoder& decoder);

 private:
  size_t EncodeFallback(uint32_t seq);
  uint64_t SendDueNotice(const FrameDecoder& decoder, uint64_t now_us);
  uint64_t EndDueTrial(uint64_t now_us);

  Port& port_;
  FrameEncoder encoder_;

  uint32_t reported_bad_frames_ = 0;
  bool notice_sent_ = false;
  uint64_t notice_us_ = 0;

  bool on_trial_ = false;
  uint32_t trial_seq_ = 0;
  uint32_t trial_former_baud_ = 0;
  uint64_t trial_ends_us_ = 0;
};

}  // namespace camhil
