// The model that comes with the project.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace files {

inline std::string& ModelPath() {
  static std::string path;
  return path;
}

// Its bytes; empty when it cannot be read.
inline std::vector<uint8_t> ReadModel() {
  std::ifstream file(ModelPath(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace files
