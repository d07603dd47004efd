// The smallest test framework that names tests and shows what failed.
#pragma once

#include <string>
#include <vector>

namespace check {

struct Test {
  const char* name;
  void (*body)();
};

std::vector<Test>& Tests();
int Failures();
void Fail(const char* file, int line, const char* what);
// Out of line, to keep the tests quick to compile.
void FailEqual(const char* file, int line, const char* what, const std::string& got,
               const std::string& expected);

struct Register {
  Register(const char* name, void (*body)()) { Tests().push_back({name, body}); }
};

template <typename A, typename B>
void Equal(const A& got, const B& expected, const char* what, const char* file, int line) {
  if (got == expected) return;
  FailEqual(file, line, what, std::to_string(got), std::to_string(expected));
}

}  // namespace check

#define TEST(name)                                           \
  static void name();                                        \
  static const check::Register register_##name(#name, name); \
  static void name()

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) check::Fail(__FILE__, __LINE__, "not true: " #condition); \
  } while (false)

#define CHECK_EQ(got, expected) check::Equal((got), (expected), #got, __FILE__, __LINE__)
