// Lines for a human reader, in the format of ESP-IDF's log:
// "I (milliseconds since reset) camhil: text".
#pragma once

#include <cstddef>

#include "machine.h"
#include "text.h"
#include "transmitter.h"

namespace camhil {

class Console {
 public:
  Console(Machine& machine, Transmitter& transmitter)
      : machine_(machine), transmitter_(transmitter) {}

  // Each writes the concatenation of `parts` as one line.
  template <typename... Parts>
  void Info(Parts... parts) {
    Line('I', parts...);
  }
  template <typename... Parts>
  void Error(Parts... parts) {
    Line('E', parts...);
  }
  // A line without the prefix.
  template <typename... Parts>
  void Plain(Parts... parts) {
    char line[kMaxLine];
    TextWriter text(line, sizeof line - 1);
    (text.Add(parts), ...);
    Write(line, text.length());
  }

 private:
  static constexpr size_t kMaxLine = 192;

  template <typename... Parts>
  void Line(char level, Parts... parts) {
    const char head[] = {level, ' ', '(', '\0'};
    Plain(static_cast<const char*>(head), machine_.NowUs() / 1000, ") camhil: ", parts...);
  }

  // `line` has room for the line end.
  void Write(char* line, size_t length) {
    line[length] = '\n';
    transmitter_.Print({reinterpret_cast<const uint8_t*>(line), length + 1});
  }

  Machine& machine_;
  Transmitter& transmitter_;
};

}  // namespace camhil
