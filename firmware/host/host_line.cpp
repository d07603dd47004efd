#include "host_line.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace camhil {
namespace {

// A write to a terminal waits until all of it has room; so much it has, where poll says so.
constexpr size_t kTerminalBytes = 64;
// As much as a UART takes: a socket would take a whole frame while the one before goes out.
constexpr size_t kFifoBytes = 128;

bool IsSocket(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

bool MayRetry(int error) {
  return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

HostLine::HostLine(const camhil_host_config& config, HostMachine& machine)
    : config_(config), machine_(machine), baud_(config.baud), is_socket_(IsSocket(config.uart_fd)) {
  // As little as there can be, as in a UART: answers do not overtake what is in there.
  const int least = 1;
  if (is_socket_) setsockopt(config.uart_fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
}

bool HostLine::IsReady(short events, uint32_t timeout_ms, bool* gone) {
  using std::chrono::ceil;
  using std::chrono::milliseconds;
  machine_.CountWait();
  pollfd fds[] = {{config_.uart_fd, events, 0}, {machine_.stop_fd(), POLLIN, 0}};
  const auto end = machine_.SinceReset() + milliseconds(timeout_ms);
  for (;;) {
    const auto left = std::max(ceil<milliseconds>(end - machine_.SinceReset()), milliseconds(0));
    const int ready = poll(fds, 2, static_cast<int>(std::min(left, HostMachine::kSlice).count()));
    *gone = (ready < 0 && !MayRetry(errno)) || (ready > 0 && fds[1].revents != 0);
    if (ready > 0 || *gone || left == milliseconds(0)) return ready > 0 && !*gone;
  }
}

int32_t HostLine::Read(uint8_t* data, size_t size, uint32_t timeout_ms) {
  bool gone = false;
  if (!IsReady(POLLIN, timeout_ms, &gone)) return gone ? End() : 0;
  const ssize_t count = read(config_.uart_fd, data, size);
  if (count > 0) return static_cast<int32_t>(count);
  return count < 0 && MayRetry(errno) ? 0 : End();
}

int32_t HostLine::Write(Bytes bytes, uint32_t timeout_ms) {
  bool gone = false;
  if (!IsReady(POLLOUT, timeout_ms, &gone)) return gone ? End() : 0;
  const ssize_t count =
      is_socket_ ? send(config_.uart_fd, bytes.data, std::min(bytes.size, kFifoBytes),
                        MSG_NOSIGNAL | MSG_DONTWAIT)
                 : write(config_.uart_fd, bytes.data, std::min(bytes.size, kTerminalBytes));
  if (count > 0) return static_cast<int32_t>(count);
  return count < 0 && MayRetry(errno) ? 0 : End();
}

int32_t HostLine::End() {
  machine_.Stop(CAMHIL_HOST_UART_CLOSED);
  return -1;
}

void HostLine::SetBaud(uint32_t baud) {
  baud_ = baud;
  __atomic_store_n(&machine_.chip().baud, baud, __ATOMIC_RELEASE);
  if (config_.set_baud != nullptr) config_.set_baud(config_.host_context, baud);
}

}  // namespace camhil
