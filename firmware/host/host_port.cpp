#include "host_port.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace camhil {
namespace {

constexpr char kTarget[] = "sim";

bool IsSocket(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

bool MayRetry(int error) {
  return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

HostPort::HostPort(const camhil_host_config& config)
    : config_(config), baud_(config.baud), is_socket_(IsSocket(config.uart_fd)) {
  app_.target = kTarget;
  app_.firmware_version = camhil_host_version();
  std::memcpy(app_.build_id, config.build_id, sizeof app_.build_id);
  std::memcpy(app_.app_sha256, config.app_sha256, sizeof app_.app_sha256);
  app_.reset_reason = static_cast<uint8_t>(config.reset_reason);
  app_.boot_count = config.boot_count;
  app_.can_set_baud = true;
}

uint64_t HostPort::NowUs() {
  const auto elapsed = Clock::now() - start_;
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
}

int32_t HostPort::Read(uint8_t* data, size_t size, uint32_t timeout_ms) {
  {
    const std::lock_guard<std::mutex> guard(state_);
    if (stopped_) return -1;
  }
  pollfd line = {config_.uart_fd, POLLIN, 0};
  const int ready = poll(&line, 1, static_cast<int>(timeout_ms));
  if (ready == 0 || (ready < 0 && MayRetry(errno))) return 0;
  const ssize_t count = ready < 0 ? -1 : read(config_.uart_fd, data, size);
  if (count > 0) return static_cast<int32_t>(count);
  if (count < 0 && MayRetry(errno)) return 0;
  Stop(CAMHIL_HOST_UART_CLOSED);
  return -1;
}

void HostPort::Write(Bytes bytes) {
  size_t done = 0;
  while (done < bytes.size) {
    const uint8_t* const from = bytes.data + done;
    const size_t left = bytes.size - done;
    const ssize_t count = is_socket_ ? send(config_.uart_fd, from, left, MSG_NOSIGNAL)
                                     : write(config_.uart_fd, from, left);
    if (count > 0) {
      done += static_cast<size_t>(count);
      continue;
    }
    if (count == 0 || !MayRetry(errno)) {
      Stop(CAMHIL_HOST_UART_CLOSED);
      return;
    }
    pollfd line = {config_.uart_fd, POLLOUT, 0};
    poll(&line, 1, -1);
  }
}

void HostPort::SetBaud(uint32_t baud) {
  baud_ = baud;
  if (config_.set_baud != nullptr) config_.set_baud(config_.host_context, baud);
}

void HostPort::Reset(RebootTarget target) {
  Stop(target == RebootTarget::kApp ? CAMHIL_HOST_REBOOT_TO_APP : CAMHIL_HOST_REBOOT_TO_BOOTLOADER);
}

void HostPort::NotifyWork() {
  const std::lock_guard<std::mutex> guard(state_);
  work_ = true;
  changed_.notify_all();
}

bool HostPort::WaitForWork() {
  std::unique_lock<std::mutex> guard(state_);
  changed_.wait(guard, [this] { return work_ || stopped_; });
  work_ = false;
  return !stopped_;
}

void HostPort::Stop(int32_t outcome) {
  const std::lock_guard<std::mutex> guard(state_);
  if (!stopped_) outcome_ = outcome;
  stopped_ = true;
  changed_.notify_all();
}

void HostPort::WaitUntil(uint64_t start_us, uint64_t us) {
  const auto end = start_ + std::chrono::microseconds(start_us + us);
  std::unique_lock<std::mutex> guard(state_);
  changed_.wait_until(guard, end, [this] { return stopped_; });
}

}  // namespace camhil
