#include "storage.h"

#include <esp_app_desc.h>
#include <esp_image_format.h>
#include <esp_ota_ops.h>
#include <esp_partition.h>
#include <sdkconfig.h>

#include <cstring>

namespace camhil {
namespace {

constexpr char kModelPartition[] = "model";
constexpr auto kModelSubtype = static_cast<esp_partition_subtype_t>(0x40);

}  // namespace

AppInfo DescribeApp() {
  const esp_app_desc_t& description = *esp_app_get_description();
  AppInfo app;
  app.target = CONFIG_IDF_TARGET;
  app.firmware_version = description.version;
  static_assert(sizeof description.app_elf_sha256 == kSha256Bytes);
  std::memcpy(app.build_id, description.app_elf_sha256, kSha256Bytes);

  // The digest behind the image; reading it is faster than computing it again.
  const esp_partition_t* const partition = esp_ota_get_running_partition();
  const esp_partition_pos_t position = {partition->address, partition->size};
  esp_image_metadata_t image = {};
  if (esp_image_get_metadata(&position, &image) == ESP_OK && image.image.hash_appended != 0) {
    std::memcpy(app.app_sha256, image.image_digest, kSha256Bytes);
  }
  return app;
}

ModelPartition MapModelPartition() {
  const esp_partition_t* const partition =
      esp_partition_find_first(ESP_PARTITION_TYPE_DATA, kModelSubtype, kModelPartition);
  if (partition == nullptr) return {{}, ESP_ERR_NOT_FOUND};
  const void* data = nullptr;
  esp_partition_mmap_handle_t handle = 0;
  const esp_err_t error =
      esp_partition_mmap(partition, 0, partition->size, ESP_PARTITION_MMAP_DATA, &data, &handle);
  if (error != ESP_OK) return {{}, error};
  return {{static_cast<const uint8_t*>(data), partition->size}, ESP_OK};
}

}  // namespace camhil
