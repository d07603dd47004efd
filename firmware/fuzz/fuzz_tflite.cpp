// The model reader on any bytes: opens, walks, and uses what it finds.
#include "cam.h"
#include "classifier.h"
#include "fuzz.h"
#include "model_builder.h"
#include "tflite.h"

namespace {

// Reads everything that a view of the graph offers.
void Walk(const camhil::ModelGraph& graph) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < graph.op_count() && i < 100; ++i) {
    const camhil::ModelOp op = graph.Op(i);
    sum += op.code();
    sum += static_cast<uint64_t>(op.pool_filter().height);
    for (uint32_t k = 0; k < op.input_count() && k < 8; ++k) {
      const camhil::ModelTensor tensor = graph.TensorAt(op.Input(k));
      sum += tensor.ElementCount() + tensor.type();
      for (uint32_t n = 0; n < tensor.zero_point_count() && n < 8; ++n) {
        sum += static_cast<uint64_t>(tensor.ZeroPoint(n)) + tensor.ScaleBits(n);
      }
      for (size_t n = 0; n < tensor.data().size && n < 4096; ++n) sum += tensor.data().data[n];
    }
  }
  volatile uint64_t used = sum;
  static_cast<void>(used);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const camhil::Bytes model = {data + 1, size - 1};
  camhil::ModelGraph graph;
  if (!camhil::ModelGraph::Open(model, &graph).ok()) return 0;
  Walk(graph);
  camhil::Classifier classifier;
  if (!camhil::FindClassifier(graph, data[0], &classifier).ok()) return 0;
  const size_t features = size_t{classifier.rows} * classifier.columns * classifier.channels;
  Require(classifier.weights >= camhil::AsInt8(model.data) &&
              classifier.weights + classifier.channels <= camhil::AsInt8(model.data + model.size),
          "weights outside the model");
  Require(features <= camhil::kMaxCamCells * camhil::kMaxCamChannels, "map too large");
  if (features > 1 << 16) return 0;
  const std::vector<int8_t> map(features, -128);
  int32_t cam[camhil::kMaxCamCells];
  camhil::ComputeCam(map.data(), classifier, cam);
  return 0;
}

std::vector<Blob> FuzzSeeds() {
  std::vector<Blob> seeds;
  const auto add = [&](const builder::ModelSpec& spec) {
    Blob seed = {1};
    const Blob model = builder::Build(spec);
    seed.insert(seed.end(), model.begin(), model.end());
    seeds.push_back(seed);
  };
  builder::ModelSpec spec = builder::SmallModel();
  add(spec);
  spec.ops[1] = {1, {builder::kFeatures}, {builder::kPooled}, 2, 3};
  add(spec);
  spec = builder::SmallModel();
  spec.tensors[builder::kFilter].shape = {3, 1, 1, 4};
  spec.tensors[builder::kFilter].zero_points = {1, 2, 3};
  spec.ops[2].code = 3;
  spec.tensors.push_back({{1, 3}, 9, {0.1f}, {3}, {}});
  spec.ops[3].inputs = {7};
  spec.ops.push_back({22, {builder::kLogits}, {7}});
  add(spec);
  return seeds;
}
