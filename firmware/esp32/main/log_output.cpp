#include "log_output.h"

#include <esp_err.h>
#include <esp_vfs.h>

#include <cstdio>

namespace camhil {
namespace {

constexpr char kPath[] = "/dev/camhil";
constexpr size_t kLineBytes = 160;

int Open(void* /*context*/, const char* /*path*/, int /*flags*/, int /*mode*/) {
  return 0;
}

int Close(void* /*context*/, int /*file*/) {
  return 0;
}

ssize_t Write(void* context, int /*file*/, const void* data, size_t size) {
  static_cast<App*>(context)->Print({static_cast<const uint8_t*>(data), size});
  return static_cast<ssize_t>(size);
}

void Redirect(FILE* stream) {
  if (std::freopen(kPath, "w", stream) != nullptr) {
    std::setvbuf(stream, nullptr, _IOLBF, kLineBytes);
  }
}

}  // namespace

void StartLogOutput(App& app) {
  esp_vfs_t files = {};
  files.flags = ESP_VFS_FLAG_CONTEXT_PTR;
  files.open_p = Open;
  files.close_p = Close;
  files.write_p = Write;
  ESP_ERROR_CHECK(esp_vfs_register(kPath, &files, &app));
  Redirect(stdout);
  Redirect(stderr);
}

}  // namespace camhil
