// The known frames of the wire, which tests/wire makes without the code of either end.
#pragma once

#include <string>

namespace vectors {

// Each line of this file: NAME request|reply HEX-OF-THE-FRAME-WITH-ITS-DELIMITERS
inline std::string& Path() {
  static std::string path;
  return path;
}

}  // namespace vectors
