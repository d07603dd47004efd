#include "link.h"

namespace camhil {
namespace {

constexpr uint64_t kLongUs = 1000 * 1000;
// Until something that is queued has been sent.
constexpr uint64_t kSoonUs = 10 * 1000;

uint64_t Smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

}  // namespace

size_t Link::EncodeFallback(uint32_t seq) {
  const Status error = Failure(ErrorCode::kEngine, 0, 0, "the answer does not fit the protocol");
  return EncodeReply(seq, error, encoder_.message());
}

void Link::TryBaud(uint32_t seq, uint32_t baud) {
  const uint32_t former = on_trial_ ? trial_former_baud_ : line_.baud();
  if (!Send(seq, BaudAck{baud}, {Action::Kind::kSetBaud, baud})) {
    Send(seq, Failure(ErrorCode::kBusy, 0, 0, "too many changes of the rate at once"));
    return;
  }
  trial_former_baud_ = former;
  on_trial_ = true;
}

void Link::CommitBaud(uint32_t seq, uint32_t baud) {
  // A change that waits for its turn is not this one: it was asked for later, or is the end of
  // the trial.
  if (baud != line_.baud() || transmitter_.has_action()) {
    Send(seq, Failure(ErrorCode::kOutOfRange, line_.baud(), baud, "the rate is another one"));
    return;
  }
  on_trial_ = false;
  Send(seq, BaudCommitted{baud});
}

void Link::NoteUse() {
  in_use_ = true;
  used_us_ = machine_.NowUs();
}

uint32_t Link::Tick(const FrameDecoder& decoder) {
  const uint64_t now_us = machine_.NowUs();
  uint64_t wait_us = Smaller(SendDueNotice(decoder, now_us), EndDueTrial(now_us));
  const uint64_t idle_us = used_us_ + uint64_t{kIdleMs} * 1000;
  if (in_use_ && now_us < idle_us) wait_us = Smaller(wait_us, idle_us - now_us);
  return static_cast<uint32_t>((wait_us + 999) / 1000);
}

uint64_t Link::SendDueNotice(const FrameDecoder& decoder, uint64_t now_us) {
  const uint32_t overruns = line_.overruns();
  if (decoder.bad_frames() == reported_bad_frames_ && overruns == reported_overruns_) {
    return kLongUs;
  }
  const uint64_t due_us = notice_sent_ ? notice_us_ + kLinkNoticeIntervalUs : 0;
  if (now_us < due_us) return due_us - now_us;
  if (!Send(0, LinkNotice{decoder.bad_frames(), decoder.lost_bytes(), overruns})) return kSoonUs;
  reported_bad_frames_ = decoder.bad_frames();
  reported_overruns_ = overruns;
  notice_sent_ = true;
  notice_us_ = now_us;
  return kLongUs;
}

uint64_t Link::EndDueTrial(uint64_t now_us) {
  if (!on_trial_) return kLongUs;
  // It begins when the acknowledgement has left the board.
  if (transmitter_.has_action()) return kSoonUs;
  const uint64_t ends_us = transmitter_.action_us() + uint64_t{kBaudFallbackMs} * 1000;
  if (now_us < ends_us) return ends_us - now_us;
  if (!ReturnTo(trial_former_baud_)) return kSoonUs;
  on_trial_ = false;
  return kLongUs;
}

bool Link::ReturnTo(uint32_t baud) {
  return transmitter_.Queue({}, 0, {Action::Kind::kSetBaud, baud});
}

bool Link::IsIdle() {
  return in_use_ && machine_.NowUs() >= used_us_ + uint64_t{kIdleMs} * 1000;
}

void Link::GoIdle() {
  const bool elsewhere = line_.baud() != boot_baud_ || transmitter_.has_action();
  if (elsewhere && !ReturnTo(boot_baud_)) return;  // at the next call
  on_trial_ = false;
  in_use_ = false;
}

}  // namespace camhil
