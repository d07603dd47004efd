// What the firmware needs of the machine it runs on, besides its line (line.h).
//
// Three tasks run the firmware: App::RunTransmitTask, App::RunReceiveTask, which need the
// higher priorities, and App::RunInferenceTask. The first needs about 3 kB of stack, the
// others 6 kB, the engine's need on top for the last.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "messages.h"

namespace camhil {

// Fixed facts of this build and this boot. The texts are ASCII.
struct AppInfo {
  const char* target = "";            // 1 to 32 characters, such as "esp32"
  const char* firmware_version = "";  // 1 to 32 characters
  uint8_t build_id[kSha256Bytes] = {};
  uint8_t app_sha256[kSha256Bytes] = {};
  uint8_t reset_reason = 0;  // esp_reset_reason_t
  uint32_t boot_count = 0;
  uint32_t boot_id = 0;  // random
  NetworkSource network_source = NetworkSource::kInPartition;
};

// kTransmit guards the queue of what is sent and is taken last: nothing else is locked, and
// nothing waits, while it is held. kState guards all other state of the firmware.
enum class Mutex : uint8_t { kState, kTransmit };
inline constexpr size_t kMutexes = 2;

// What a task waits for; each event has one task that does.
enum class Event : uint8_t {
  kWork,            // the inference task: there may be an inference to run
  kTransmit,        // the transmit task: there is something to send
  kRoomForReplies,  // the receive task: something was sent
  kRoomForResults,  // the inference task: something was sent
};
inline constexpr size_t kEvents = 4;

// The longest that a task waits without feeding its watchdog.
inline constexpr uint32_t kWatchdogMs = 1000;

class Machine {
 public:
  virtual const AppInfo& app() const = 0;

  // Microseconds since reset.
  virtual uint64_t NowUs() = 0;
  // CPU cycles modulo 2^32, and how many pass in a microsecond; 0: there is no counter.
  virtual uint32_t Cycles() = 0;
  virtual uint32_t cycles_per_us() const = 0;

  // Not recursive, held for short times.
  virtual void Lock(Mutex mutex) = 0;
  virtual void Unlock(Mutex mutex) = 0;

  // Wakes the task that waits for the event; remembered while none does.
  virtual void Notify(Event event) = 0;
  // Waits for the event, at most timeout_ms. False: the tasks are to end.
  virtual bool Wait(Event event, uint32_t timeout_ms) = 0;

  // Tells the watchdog that the calling task is alive; at least every kWatchdogMs.
  virtual void FeedWatchdog() {}

  // Heap, PSRAM and stacks as far as known; leaves the other fields alone.
  virtual void ReportMemory(MemoryReport* report) = 0;

  // Whether the machine can restart itself into this. An ESP32 reaches its loader by a
  // pin only.
  virtual bool CanReset(RebootTarget /*target*/) const { return true; }
  // Restarts the board. Called by the transmit task when everything has left the board.
  // Where it returns, Read and Wait report the end.
  virtual void Reset(RebootTarget target) = 0;

  // Tells people near a board that works on its camera whether the last frame
  // passed the threshold: an LED. Called with the state locked, after every
  // inference on a camera's frame (false where it failed) and with false when a
  // host takes over. Must not wait. A board without an LED leaves it out.
  virtual void ShowDetection(bool /*present*/) {}

 protected:
  ~Machine() = default;
};

class LockGuard {
 public:
  explicit LockGuard(Machine& machine, Mutex mutex = Mutex::kState)
      : machine_(machine), mutex_(mutex) {
    machine_.Lock(mutex_);
  }
  ~LockGuard() { machine_.Unlock(mutex_); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Machine& machine_;
  const Mutex mutex_;
};

}  // namespace camhil
