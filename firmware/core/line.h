// The byte stream between board and host: a UART, USB-Serial-JTAG, a socket.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"

namespace camhil {

class Line {
 public:
  // Waits up to timeout_ms for bytes and reads what is there. 0: nothing came;
  // negative: the line is gone for good. Called by the receive task only.
  virtual int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) = 0;

  // Takes as many of the bytes as fit, at least one, and returns how many. Waits up to
  // timeout_ms for room; 0: there was none; negative: the line is gone for good. A line
  // should hold few bytes (a FIFO): an answer cannot overtake what it took. This and the
  // two below are called by the transmit task only.
  virtual int32_t Write(Bytes bytes, uint32_t timeout_ms) = 0;
  // Waits up to timeout_ms until everything written has left the board. False: not yet.
  virtual bool Flush(uint32_t timeout_ms) = 0;
  virtual void SetBaud(uint32_t baud) = 0;

  // Any task may ask these.
  virtual bool can_set_baud() const = 0;
  virtual uint32_t baud() const = 0;
  // How often since reset received bytes were lost because nobody took them in time.
  virtual uint32_t overruns() const { return 0; }

 protected:
  ~Line() = default;
};

}  // namespace camhil
