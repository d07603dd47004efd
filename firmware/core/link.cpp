#include "link.h"

namespace camhil {
namespace {

constexpr uint64_t kIdleUs = 1000 * 1000;

uint64_t Smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

}  // namespace

size_t Link::EncodeFallback(uint32_t seq) {
  const Status error = Failure(ErrorCode::kEngine, 0, 0, "the answer does not fit the protocol");
  return EncodeReply(seq, error, encoder_.message());
}

void Link::TryBaud(uint32_t seq, uint32_t baud) {
  Send(seq, BaudAck{baud});
  port_.Flush();
  if (!on_trial_) trial_former_baud_ = port_.baud();
  on_trial_ = true;
  trial_seq_ = seq;
  trial_ends_us_ = port_.NowUs() + uint64_t{kBaudFallbackMs} * 1000;
  port_.SetBaud(baud);
}

void Link::NoteRequest(uint32_t seq) {
  if (seq != trial_seq_) on_trial_ = false;
}

uint32_t Link::Tick(const FrameDecoder& decoder) {
  const uint64_t now_us = port_.NowUs();
  const uint64_t wait_us = Smaller(SendDueNotice(decoder, now_us), EndDueTrial(now_us));
  return static_cast<uint32_t>((wait_us + 999) / 1000);
}

uint64_t Link::SendDueNotice(const FrameDecoder& decoder, uint64_t now_us) {
  if (decoder.bad_frames() == reported_bad_frames_) return kIdleUs;
  const uint64_t due_us = notice_sent_ ? notice_us_ + kLinkNoticeIntervalUs : 0;
  if (now_us < due_us) return due_us - now_us;
  Send(0, LinkNotice{decoder.bad_frames(), decoder.lost_bytes()});
  reported_bad_frames_ = decoder.bad_frames();
  notice_sent_ = true;
  notice_us_ = now_us;
  return kIdleUs;
}

uint64_t Link::EndDueTrial(uint64_t now_us) {
  if (!on_trial_) return kIdleUs;
  if (now_us < trial_ends_us_) return trial_ends_us_ - now_us;
  on_trial_ = false;
  port_.SetBaud(trial_former_baud_);
  return kIdleUs;
}

}  // namespace camhil
