#pragma once
#include <stddef.h>
#include <sys/types.h>
#include "esp_err.h"
#define ESP_VFS_FLAG_DEFAULT 0
#define ESP_VFS_FLAG_CONTEXT_PTR 1
typedef struct {
  int flags;
  union {
    ssize_t (*write_p)(void* context, int file, const void* data, size_t size);
    ssize_t (*write)(int file, const void* data, size_t size);
  };
  union {
    int (*open_p)(void* context, const char* path, int flags, int mode);
    int (*open)(const char* path, int flags, int mode);
  };
  union {
    int (*close_p)(void* context, int file);
    int (*close)(int file);
  };
} esp_vfs_t;
extern "C" esp_err_t esp_vfs_register(const char* base_path, const esp_vfs_t* vfs, void* context);
