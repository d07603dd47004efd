// Runs all tests: unit_tests VECTORS.txt
#include <iostream>

#include "check.h"
#include "vectors.h"

namespace check {
namespace {

int failures = 0;

}  // namespace

std::vector<Test>& Tests() {
  static std::vector<Test> tests;
  return tests;
}

int Failures() {
  return failures;
}

void Fail(const char* file, int line, const char* what) {
  ++failures;
  std::cerr << file << ":" << line << ": " << what << "\n";
}

void FailEqual(const char* file, int line, const char* what, const std::string& got,
               const std::string& expected) {
  Fail(file, line, (std::string(what) + ": got " + got + ", expected " + expected).c_str());
}

}  // namespace check

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: unit_tests VECTORS.txt\n";
    return 2;
  }
  vectors::Path() = argv[1];
  for (const check::Test& test : check::Tests()) {
    const int before = check::Failures();
    test.body();
    std::cout << (check::Failures() == before ? "ok     " : "FAILED ") << test.name << "\n";
  }
  std::cout << check::Tests().size() << " tests, " << check::Failures() << " failed checks\n";
  return check::Failures() == 0 ? 0 : 1;
}
