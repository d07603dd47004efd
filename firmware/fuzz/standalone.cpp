// Runs a fuzz target without libFuzzer: mutates its seeds at random.
//
//   fuzz_x_standalone COUNT [RANDOM_SEED]   runs COUNT inputs
//   fuzz_x_standalone --seeds FOLDER        writes the seeds, for libFuzzer
//   fuzz_x_standalone --input FILE          runs one input
//
// Needs the sanitizers. The input at work is in ./crash-input when one of them, or
// the target, stops the program.
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>

#include "fuzz.h"

namespace {

constexpr size_t kMaxInput = 24576;  // a raw frame fits
const Blob* g_input = nullptr;       // the one at work

void SaveInput() {
  if (g_input == nullptr) return;
  std::ofstream file("crash-input", std::ios::binary);
  file.write(reinterpret_cast<const char*>(g_input->data()),
             static_cast<std::streamsize>(g_input->size()));
}

class Mutator {
 public:
  Mutator(std::vector<Blob> seeds, uint64_t random_seed)
      : seeds_(std::move(seeds)), random_(random_seed) {}

  Blob Next() {
    Blob input = seeds_[Below(seeds_.size())];
    const size_t steps = size_t{1} << Below(5);
    for (size_t i = 0; i < steps; ++i) Mutate(&input);
    if (input.size() > kMaxInput) input.resize(kMaxInput);
    return input;
  }

 private:
  size_t Below(size_t limit) { return static_cast<size_t>(random_() % limit); }

  void Mutate(Blob* input) {
    if (input->empty()) input->push_back(static_cast<uint8_t>(random_()));
    const size_t at = Below(input->size());
    const auto from = input->begin() + static_cast<long>(at);
    switch (Below(7)) {
      case 0:
        (*input)[at] ^= static_cast<uint8_t>(1 << Below(8));
        break;
      case 1:
        (*input)[at] = static_cast<uint8_t>(random_());
        break;
      case 2:
        SetInteger(input, at);
        break;
      case 3:
        input->insert(from, 1 + Below(8), static_cast<uint8_t>(random_()));
        break;
      case 4:
        input->erase(from,
                     from + static_cast<long>(Below(std::min<size_t>(64, input->size() - at))));
        break;
      case 5: {  // repeat a part
        const Blob part(
            from, from + static_cast<long>(std::min<size_t>(1 + Below(256), input->size() - at)));
        input->insert(input->begin() + static_cast<long>(Below(input->size())), part.begin(),
                      part.end());
        break;
      }
      case 6: {  // go on with another seed
        const Blob& other = seeds_[Below(seeds_.size())];
        if (other.empty()) break;
        const size_t start = Below(other.size());
        input->resize(at);
        input->insert(input->end(), other.begin() + static_cast<long>(start), other.end());
        break;
      }
    }
  }

  // Numbers at which sizes and offsets break.
  void SetInteger(Blob* input, size_t at) {
    static constexpr uint32_t kEdges[] = {
        0,      1,          4,          0x7F,       0x80,       0xFF,       0x7FFF,
        0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC, 0x3FFFFFFF, 0x40000000};
    const uint32_t value = kEdges[Below(sizeof kEdges / sizeof kEdges[0])];
    const size_t width = size_t{1} << Below(3);
    for (size_t i = 0; i < width && at + i < input->size(); ++i) {
      (*input)[at + i] = static_cast<uint8_t>(value >> (8 * i));
    }
  }

  std::vector<Blob> seeds_;
  std::mt19937_64 random_;
};

int RunMany(uint64_t count, uint64_t random_seed) {
  const std::vector<Blob> seeds = FuzzSeeds();
  for (const Blob& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  Mutator mutator(seeds, random_seed);
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < count; ++i) {
    const Blob input = mutator.Next();
    g_input = &input;
    LLVMFuzzerTestOneInput(input.data(), input.size());
    g_input = nullptr;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << count << " inputs from " << seeds.size() << " seeds in " << took.count() << " s\n";
  return 0;
}

int WriteSeeds(const std::string& folder) {
  int number = 0;
  for (const Blob& seed : FuzzSeeds()) {
    std::ofstream file(folder + "/seed-" + std::to_string(number++), std::ios::binary);
    file.write(reinterpret_cast<const char*>(seed.data()),
               static_cast<std::streamsize>(seed.size()));
    if (!file) return 1;
  }
  return 0;
}

int RunFile(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  const Blob input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  __sanitizer_set_death_callback(SaveInput);
  std::signal(SIGABRT, [](int) { SaveInput(); });  // of Require
  if (argc == 3 && std::strcmp(argv[1], "--seeds") == 0) return WriteSeeds(argv[2]);
  if (argc == 3 && std::strcmp(argv[1], "--input") == 0) return RunFile(argv[2]);
  if (argc == 2 || argc == 3) {
    return RunMany(std::strtoull(argv[1], nullptr, 10),
                   argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 1);
  }
  std::cerr << "usage: " << argv[0] << " COUNT [RANDOM_SEED] | --seeds FOLDER | --input FILE\n";
  return 2;
}
