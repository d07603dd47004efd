// The model partition: any content is loaded or refused. The first byte of an input chooses
// whether what follows is the whole partition, or the contract in a header that is right
// otherwise.
#include <algorithm>

#include "cam.h"
#include "fuzz.h"
#include "network.h"
#include "network_builder.h"

namespace {

using camhil::Bytes;

class FixedEngine final : public camhil::Engine {
 public:
  const char* name() const override { return "none"; }
  const char* kernels() const override { return ""; }
  bool times_ops() const override { return false; }
  camhil::Status Load(Bytes, camhil::ArenaUse*) override { return {}; }
  camhil::Status SetInput(uint8_t, Bytes) override { return {}; }
  camhil::Status ResetState() override { return {}; }
  camhil::Status Invoke(camhil::OpSink*) override { return {}; }
  Bytes Output(uint8_t index) const override {
    if (index == 0) return {output_.data(), builder::kFeatureBytes};
    if (index == 1) return {output_.data(), 3};
    return {};
  }

 private:
  Blob output_ = Blob(builder::kFeatureBytes, 3);
};

constexpr uint32_t kSampleBytes = 20000;

Blob PartitionOf(const uint8_t* data, size_t size) {
  Blob partition(data + 1, data + size);
  if (data[0] % 4 == 0) return partition;
  partition = builder::Sealed(partition);
  const Blob model = builder::SmallModel();
  partition.insert(partition.end(), model.begin(), model.end());
  return partition;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Blob partition = PartitionOf(data, size);
  camhil::Memory memory;
  memory.sample_bytes = kSampleBytes;
  memory.trace_entries = 1000;
  memory.map_cells = camhil::kMaxCamCells;
  FixedEngine engine;
  camhil::Network network;
  network.Load({partition.data(), partition.size()}, 0, memory, engine);
  if (!network.status().ok()) {
    Require(network.status().message[0] != '\0', "refused without a reason");
    return 0;
  }
  Require(network.contract().size == camhil::kNetworkHeaderBytes, "loaded without a contract");
  Require(network.sample_bytes() > 0 && network.sample_bytes() <= kSampleBytes,
          "accepted a sample that does not fit");
  Require(network.op_outputs() <= memory.trace_entries, "accepted too long a trace");
  const Blob sample(kSampleBytes);
  size_t bytes = 0;
  for (uint8_t i = 0; i < network.input_count(); ++i) {
    bytes += network.InputOf(sample.data(), i).size;
  }
  Require(bytes == network.sample_bytes(), "inputs are not the sample");
  if (network.takes_frames()) {
    const Blob frame(network.frame_bytes(), 9);
    Blob input(network.sample_bytes());
    network.MakeInput(frame.data(), input.data());
  }
  if (network.head() == nullptr) return 0;
  const camhil::CamHead& head = *network.head();
  Require(head.positive_class < head.classes, "accepted a class that is not");
  int32_t map[camhil::kMaxCamCells];
  camhil::ComputeCam(camhil::AsInt8(engine.Output(head.features_output).data),
                     network.head_weights(), head, map);
  const camhil::ImageSize image = network.map_image();
  camhil::FindPeak(map, head.rows, head.columns, image.rows, image.columns);
  return 0;
}

std::vector<Blob> FuzzSeeds() {
  std::vector<Blob> seeds;
  const auto add = [&](uint8_t mode, const Blob& bytes) {
    Blob seed = {mode};
    seed.insert(seed.end(), bytes.begin(), bytes.end());
    seeds.push_back(seed);
  };
  builder::NetworkSpec spec = builder::SmallNetwork();
  add(0, builder::Partition(spec));
  add(1, builder::Contract(spec));
  spec.has_image = false;
  add(1, builder::Contract(spec));
  spec.has_head = false;
  spec.inputs = {{builder::kFloat32, {2, 3}, 24}, {builder::kInt32, {}, 4}};
  add(1, builder::Contract(spec));
  return seeds;
}
