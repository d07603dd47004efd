#include "transmitter.h"

namespace camhil {
namespace {

// A line that never gets rid of its bytes does not keep a rate from being changed.
constexpr int kFlushTries = 5;

}  // namespace

bool Transmitter::Queue(Bytes bytes, size_t keep_free, Action then) {
  {
    const LockGuard guard(machine_, Mutex::kTransmit);
    const bool acts = then.kind != Action::Kind::kNone;
    if (bytes.size + keep_free > room() || (acts && action_count_ == kActions)) return false;
    Append(bytes);
    if (acts) actions_[action_count_++] = {then, sent_ + static_cast<uint32_t>(used_)};
  }
  machine_.Notify(Event::kTransmit);
  return true;
}

void Transmitter::Print(Bytes text) {
  {
    const LockGuard guard(machine_, Mutex::kTransmit);
    if (text.size + kForReplies > room()) return;
    while (text.size > 0) {  // a zero would begin a frame
      size_t size = 0;
      while (size < text.size && text.data[size] != 0) ++size;
      Append(text.Part(0, size));
      text = text.Part(size + 1, text.size);
    }
  }
  machine_.Notify(Event::kTransmit);
}

void Transmitter::Append(Bytes bytes) {
  while (bytes.size > 0) {
    const size_t at = (begin_ + used_) % kTransmitBytes;
    const Bytes part = bytes.Part(0, kTransmitBytes - at);
    std::memcpy(ring_ + at, part.data, part.size);
    used_ += part.size;
    bytes = bytes.Part(part.size, bytes.size);
  }
}

bool Transmitter::WaitForRoomForReply() {
  for (;;) {
    {
      const LockGuard guard(machine_, Mutex::kTransmit);
      if (room() >= kForReplies) return true;
    }
    if (!Wait(Event::kRoomForReplies)) return false;
  }
}

bool Transmitter::WaitForRoomForResult() {
  return Wait(Event::kRoomForResults);
}

bool Transmitter::Wait(Event event) {
  machine_.FeedWatchdog();
  return machine_.Wait(event, kWatchdogMs);
}

uint32_t Transmitter::queued() {
  const LockGuard guard(machine_, Mutex::kTransmit);
  return sent_ + static_cast<uint32_t>(used_);
}

bool Transmitter::IsSent(uint32_t position) {
  const LockGuard guard(machine_, Mutex::kTransmit);
  return position - sent_ - 1 >= used_;  // also where position equals sent_
}

bool Transmitter::has_action() {
  const LockGuard guard(machine_, Mutex::kTransmit);
  return action_count_ > 0;
}

uint64_t Transmitter::action_us() {
  const LockGuard guard(machine_, Mutex::kTransmit);
  return action_us_;
}

bool Transmitter::SendNext(uint32_t timeout_ms) {
  machine_.FeedWatchdog();
  Bytes part;
  Action action;
  {
    const LockGuard guard(machine_, Mutex::kTransmit);
    size_t size = used_;
    if (action_count_ > 0) {
      size = actions_[0].position - sent_;
      if (size == 0) action = actions_[0].action;
    }
    const size_t to_end = kTransmitBytes - begin_;
    part = {ring_ + begin_, size < to_end ? size : to_end};
  }
  if (action.kind != Action::Kind::kNone) {
    Run(action);
  } else if (part.size == 0) {
    return machine_.Wait(Event::kTransmit, timeout_ms);
  } else {
    // Nobody else touches these bytes until they are given back below.
    const int32_t written = line_.Write(part, timeout_ms);
    if (written < 0) return false;
    const LockGuard guard(machine_, Mutex::kTransmit);
    const auto count = static_cast<size_t>(written);
    begin_ = (begin_ + count) % kTransmitBytes;
    used_ -= count;
    sent_ += static_cast<uint32_t>(written);
  }
  machine_.Notify(Event::kRoomForReplies);
  machine_.Notify(Event::kRoomForResults);
  return true;
}

void Transmitter::Run(const Action& action) {
  for (int i = 0; i < kFlushTries && !line_.Flush(kWatchdogMs); ++i) machine_.FeedWatchdog();
  if (action.kind == Action::Kind::kSetBaud) {
    line_.SetBaud(action.value);
  } else {
    machine_.Reset(static_cast<RebootTarget>(action.value));
  }
  const uint64_t now_us = machine_.NowUs();
  const LockGuard guard(machine_, Mutex::kTransmit);
  action_us_ = now_us;
  --action_count_;
  for (size_t i = 0; i < action_count_; ++i) actions_[i] = actions_[i + 1];
}

}  // namespace camhil
