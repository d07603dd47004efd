// What the firmware needs of the machine it runs on.
//
// Two tasks run the firmware: App::RunUartTask, which needs the higher priority,
// and App::RunInferenceTask. Each needs about 6 kB of stack, the engine's need
// on top for the second.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "messages.h"

namespace camhil {

// Fixed facts of this build and this boot. The texts are ASCII.
struct AppInfo {
  const char* target;            // 1 to 32 characters, such as "esp32"
  const char* firmware_version;  // 1 to 32 characters
  uint8_t build_id[kSha256Bytes];
  uint8_t app_sha256[kSha256Bytes];
  uint8_t reset_reason;  // esp_reset_reason_t
  uint32_t boot_count;
  bool can_set_baud;
};

class Port {
 public:
  virtual const AppInfo& app() const = 0;

  // Microseconds since reset.
  virtual uint64_t NowUs() = 0;

  // CPU cycles modulo 2^32, for ports where has_cycles().
  virtual bool has_cycles() const = 0;
  virtual uint32_t Cycles() = 0;

  // Waits up to timeout_ms for bytes and reads what is there. 0: nothing came;
  // negative: the line is gone for good and the tasks are to end.
  virtual int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) = 0;
  // Takes all the bytes; may wait for the line.
  virtual void Write(Bytes bytes) = 0;
  // Waits until everything written has left the board.
  virtual void Flush() = 0;
  virtual uint32_t baud() const = 0;
  virtual void SetBaud(uint32_t baud) = 0;

  // Tells people near a board that works on its camera whether the last frame
  // passed the threshold: an LED. Called with the lock held, after every
  // inference on a camera's frame (false where it failed) and with false when a
  // host takes over. Must not wait. A board without an LED leaves it out.
  virtual void ShowDetection(bool /*present*/) {}

  // Whether the machine can restart itself into this. An ESP32 reaches its loader by a
  // pin only.
  virtual bool CanReset(RebootTarget /*target*/) const { return true; }
  // Restarts the board. Where it returns, Read and WaitForWork report the end.
  virtual void Reset(RebootTarget target) = 0;

  // Heap, PSRAM and stacks as far as known; leaves the other fields alone.
  virtual void ReportMemory(MemoryReport* report) = 0;

  // One lock, not recursive, held for short times by both tasks.
  virtual void Lock() = 0;
  virtual void Unlock() = 0;

  // Wakes the inference task; remembered when it is not waiting.
  virtual void NotifyWork() = 0;
  // Waits for NotifyWork. False: the task is to end.
  virtual bool WaitForWork() = 0;

 protected:
  ~Port() = default;
};

class LockGuard {
 public:
  explicit LockGuard(Port& port) : port_(port) { port_.Lock(); }
  ~LockGuard() { port_.Unlock(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Port& port_;
};

}  // namespace camhil
