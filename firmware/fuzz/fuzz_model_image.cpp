// The model partition: any content is loaded or refused. The first byte of an
// input chooses whether the CRC of the header is made right, so that the content
// behind it is reached.
#include <algorithm>

#include "cbor.h"
#include "crc32.h"
#include "fuzz.h"
#include "model.h"
#include "model_builder.h"

namespace {

using camhil::Bytes;

class NoEngine final : public camhil::Engine {
 public:
  const char* name() const override { return "none"; }
  bool times_ops() const override { return false; }
  camhil::Status Load(Bytes, camhil::ArenaUse*) override { return {}; }
  camhil::Status Invoke(Bytes, camhil::OpSink*) override { return {}; }
  Bytes Output(uint8_t) const override { return {}; }
};

Blob Header(const Blob& model, uint8_t positive_class) {
  const uint32_t crc = camhil::Crc32(model.data(), model.size());
  Blob header =
      cbor::Encode(cbor::Array({cbor::Text("camhil-model"), cbor::Uint(1), cbor::Uint(model.size()),
                                cbor::Uint(crc), cbor::Uint(positive_class), cbor::Uint(50)}));
  header.resize(camhil::kModelHeaderBytes, 0xFF);
  return header;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Blob partition(data + 1, data + size);
  if (data[0] % 4 != 0 && partition.size() > camhil::kModelHeaderBytes) {
    const Blob model(partition.begin() + camhil::kModelHeaderBytes, partition.end());
    const Blob header = Header(model, data[0] / 4);
    std::copy(header.begin(), header.end(), partition.begin());
  }
  NoEngine engine;
  camhil::Model model;
  model.Load({partition.data(), partition.size()}, engine);
  Require(model.tensor_count() <= camhil::kMaxTensors, "too many tensors");
  Require(model.op_count() <= camhil::kMaxOps, "too many operators");
  if (!model.status().ok()) {
    Require(model.status().message[0] != '\0', "refused without a reason");
    return 0;
  }
  Require(model.input_bytes() > 0 && model.input_bytes() <= camhil::kMaxInputBytes,
          "accepted an input that does not fit");
  Require(model.positive_class() < model.classifier().classes, "accepted a class that is not");
  return 0;
}

std::vector<Blob> FuzzSeeds() {
  const Blob model = builder::Build(builder::SmallModel());
  Blob image = Header(model, 1);
  image.insert(image.end(), model.begin(), model.end());
  std::vector<Blob> seeds;
  for (const uint8_t mode : {0, 1, 5, 9}) {
    Blob seed = {mode};
    seed.insert(seed.end(), image.begin(), image.end());
    seeds.push_back(seed);
  }
  return seeds;
}
