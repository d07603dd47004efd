// Runs all tests: unit_tests MODEL.tflite
#include <iostream>

#include "check.h"
#include "files.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: unit_tests MODEL.tflite\n";
    return 2;
  }
  files::ModelPath() = argv[1];
  for (const check::Test& test : check::Tests()) {
    const int before = check::Failures();
    test.body();
    std::cout << (check::Failures() == before ? "ok     " : "FAILED ") << test.name << "\n";
  }
  std::cout << check::Tests().size() << " tests, " << check::Failures() << " failed checks\n";
  return check::Failures() == 0 ? 0 : 1;
}
