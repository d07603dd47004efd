// Reading models: hand-made, damaged, and the real one.
#include <vector>

#include "board.h"
#include "check.h"
#include "classifier.h"
#include "files.h"
#include "model.h"
#include "tflite.h"

namespace {

using bench::Blob;
using builder::Build;
using builder::ModelSpec;
using builder::SmallModel;
using camhil::ErrorCode;

camhil::Status Find(const Blob& model, camhil::Classifier* found, uint8_t positive_class = 1) {
  camhil::ModelGraph graph;
  const camhil::Status status = camhil::ModelGraph::Open({model.data(), model.size()}, &graph);
  return status.ok() ? camhil::FindClassifier(graph, positive_class, found) : status;
}

ErrorCode FindError(const ModelSpec& spec, uint8_t positive_class = 1) {
  camhil::Classifier found;
  return Find(Build(spec), &found, positive_class).code;
}

#define CHECK_ERROR(got, expected) \
  CHECK_EQ(static_cast<int>(got), static_cast<int>(ErrorCode::expected))

}  // namespace

TEST(classifier_of_a_fully_connected_model_is_found) {
  camhil::Classifier found;
  const Blob model = Build(SmallModel());
  CHECK(Find(model, &found, 2).ok());
  CHECK_EQ(found.features_output, 0);
  CHECK_EQ(found.score_output, 1);
  CHECK_EQ(found.classes, 3);
  CHECK_EQ(found.rows, 2);
  CHECK_EQ(found.columns, 3);
  CHECK_EQ(found.channels, 4);
  CHECK_EQ(found.feature_zero_point, -128);
  for (int k = 0; k < 4; ++k) CHECK_EQ(int{found.weights[k]}, 20 + k);
}

TEST(outputs_are_found_in_any_order) {
  ModelSpec spec = SmallModel();
  spec.outputs = {builder::kScore, builder::kLogits, builder::kFeatures};
  camhil::Classifier found;
  CHECK(Find(Build(spec), &found).ok());
  CHECK_EQ(found.score_output, 0);
  CHECK_EQ(found.features_output, 2);
}

TEST(classifier_is_found_wherever_its_operators_stand) {
  ModelSpec spec = SmallModel();
  std::swap(spec.ops[0], spec.ops[3]);
  camhil::Classifier found;
  CHECK(Find(Build(spec), &found).ok());
}

// The shape of MobileNetV1: 1x1 convolution, then RESHAPE.
TEST(pointwise_convolution_with_reshapes_is_found) {
  ModelSpec spec = SmallModel();
  spec.tensors[builder::kPooled].shape = {1, 1, 1, 4};
  spec.tensors[builder::kFilter].shape = {3, 1, 1, 4};
  spec.tensors[builder::kLogits].shape = {1, 1, 1, 3};
  const auto reshaped = static_cast<int32_t>(spec.tensors.size());
  spec.tensors.push_back({{1, 3}, 9, {0.1f}, {3}, {}});
  spec.ops[2].code = 3;
  spec.ops[3].inputs = {reshaped};
  spec.ops.push_back({22, {builder::kLogits}, {reshaped}});
  const Blob model = Build(spec);
  camhil::Classifier found;
  CHECK(Find(model, &found).ok());
  CHECK_EQ(int{found.weights[3]}, 13);
}

TEST(average_pool_counts_only_over_the_whole_map) {
  ModelSpec spec = SmallModel();
  spec.ops[1] = {1, {builder::kFeatures}, {builder::kPooled}, 2, 3};
  CHECK_ERROR(FindError(spec), kOk);
  spec.ops[1].pool_width = 2;
  CHECK_ERROR(FindError(spec), kModelFeatures);
  spec.ops[1].pool_height = 0;  // no options at all
  CHECK_ERROR(FindError(spec), kModelFeatures);
}

TEST(mean_counts_only_over_rows_and_columns) {
  ModelSpec spec = SmallModel();
  spec.tensors[builder::kAxes].data = {0xFE, 0xFF, 0xFF, 0xFF, 0xFD, 0xFF, 0xFF, 0xFF};  // -2, -3
  CHECK_ERROR(FindError(spec), kOk);
  spec.tensors[builder::kAxes].data = {1, 0, 0, 0, 3, 0, 0, 0};
  CHECK_ERROR(FindError(spec), kModelFeatures);
  spec.tensors[builder::kAxes].data = {1, 0, 0, 0, 1, 0, 0, 0};
  CHECK_ERROR(FindError(spec), kModelFeatures);
}

TEST(zero_point_of_the_filter_may_be_per_class) {
  ModelSpec spec = SmallModel();
  spec.tensors[builder::kFilter].scales = {0.1f, 0.2f, 0.3f};
  spec.tensors[builder::kFilter].zero_points = {4, 5, 6};
  camhil::Classifier found;
  CHECK(Find(Build(spec), &found, 2).ok());
  CHECK_EQ(found.weight_zero_point, 6);
  spec.tensors[builder::kFilter].zero_points = {4, 5};
  CHECK_ERROR(FindError(spec), kModelClassifier);
  spec.tensors[builder::kFilter].zero_points = {4, 300, 6};
  CHECK_ERROR(FindError(spec), kModelClassifier);
}

TEST(operator_codes_from_before_schema_3a_are_read) {
  ModelSpec spec = SmallModel();
  for (builder::OpSpec& op : spec.ops) op.old_code_only = true;
  CHECK_ERROR(FindError(spec), kOk);
}

TEST(operator_codes_beyond_one_byte_are_read) {
  ModelSpec spec = SmallModel();
  spec.ops[0].code = 150;
  const Blob model = Build(spec);
  camhil::ModelGraph graph;
  CHECK(camhil::ModelGraph::Open({model.data(), model.size()}, &graph).ok());
  CHECK_EQ(graph.Op(0).code(), 150);
}

TEST(size_of_a_tensor_follows_from_its_type) {
  const auto bytes_of = [](uint8_t type, std::vector<int32_t> shape) {
    ModelSpec spec = SmallModel();
    spec.tensors[0] = {shape, type, {}, {}, {}};
    const Blob model = Build(spec);
    camhil::ModelGraph graph;
    CHECK(camhil::ModelGraph::Open({model.data(), model.size()}, &graph).ok());
    return graph.TensorAt(0).ByteCount();
  };
  CHECK_EQ(bytes_of(9, {2, 3}), 6u);   // INT8
  CHECK_EQ(bytes_of(7, {2, 3}), 12u);  // INT16
  CHECK_EQ(bytes_of(0, {2, 3}), 24u);  // FLOAT32
  CHECK_EQ(bytes_of(4, {2, 3}), 48u);  // INT64
  CHECK_EQ(bytes_of(5, {2, 3}), 0u);   // STRING
  CHECK_EQ(bytes_of(99, {2, 3}), 0u);
  CHECK_EQ(bytes_of(9, {2, -3}), 0u);
  CHECK_EQ(bytes_of(9, {65536, 65536}), 0u);
  CHECK_EQ(bytes_of(0, {32768, 32768}), 0u);  // 2^32 bytes
}

TEST(score_has_to_be_a_softmax_of_the_right_quantization) {
  ModelSpec spec = SmallModel();
  spec.tensors[builder::kScore].scales = {1.0f / 255};
  CHECK_ERROR(FindError(spec), kModelScore);
  spec = SmallModel();
  spec.tensors[builder::kScore].zero_points = {-127};
  CHECK_ERROR(FindError(spec), kModelScore);
  spec = SmallModel();
  spec.tensors[builder::kScore].type = 3;  // UINT8
  CHECK_ERROR(FindError(spec), kModelScore);
  spec = SmallModel();
  spec.ops[3].code = 14;  // LOGISTIC
  CHECK_ERROR(FindError(spec), kModelScore);
  spec = SmallModel();
  spec.outputs = {builder::kFeatures};
  CHECK_ERROR(FindError(spec), kModelScore);
}

TEST(classifier_has_to_be_a_constant_layer_before_the_softmax) {
  ModelSpec spec = SmallModel();
  spec.ops[2].code = 0;  // ADD
  CHECK_ERROR(FindError(spec), kModelClassifier);
  spec = SmallModel();
  spec.tensors[builder::kFilter].data.pop_back();
  CHECK_ERROR(FindError(spec), kModelClassifier);
  spec = SmallModel();
  spec.tensors[builder::kFilter].shape = {4, 3};
  CHECK_ERROR(FindError(spec), kModelClassifier);
  spec = SmallModel();
  spec.ops[3].inputs = {builder::kInput};  // computed by nothing
  CHECK_ERROR(FindError(spec), kModelClassifier);
  spec = SmallModel();
  spec.ops[2].inputs = {builder::kPooled, -1};
  CHECK_ERROR(FindError(spec), kModelClassifier);
}

TEST(loop_of_reshapes_is_refused) {
  ModelSpec spec = SmallModel();
  spec.ops[2] = {22, {builder::kLogits}, {builder::kLogits}};
  CHECK_ERROR(FindError(spec), kModelClassifier);
}

TEST(features_have_to_be_an_output) {
  ModelSpec spec = SmallModel();
  spec.outputs = {builder::kScore};
  CHECK_ERROR(FindError(spec), kModelFeatures);
  spec = SmallModel();
  spec.tensors[builder::kFeatures].shape = {1, 2, 3, 5};
  CHECK_ERROR(FindError(spec), kModelFeatures);
  spec = SmallModel();
  spec.tensors[builder::kFeatures].shape = {1, 17, 16, 4};  // 272 cells
  CHECK_ERROR(FindError(spec), kModelFeatures);
}

TEST(positive_class_has_to_exist) {
  CHECK_ERROR(FindError(SmallModel(), 3), kModelHeader);
}

TEST(what_is_no_model_is_refused) {
  ModelSpec spec = SmallModel();
  spec.identifier = "TFL2";
  CHECK_ERROR(FindError(spec), kModelFormat);
  spec = SmallModel();
  spec.version = 2;
  CHECK_ERROR(FindError(spec), kModelFormat);
  spec = SmallModel();
  spec.ops.clear();
  CHECK_ERROR(FindError(spec), kModelFormat);
  camhil::Classifier found;
  CHECK_ERROR(Find({}, &found).code, kModelFormat);
  CHECK_ERROR(Find(Blob(1000, 0xFF), &found).code, kModelFormat);
}

TEST(truncated_model_is_never_read_beyond_its_end) {
  const Blob whole = Build(SmallModel());
  camhil::Classifier found;
  for (size_t size = 0; size < whole.size(); ++size) {
    const Blob part(whole.begin(), whole.begin() + static_cast<long>(size));
    Find(part, &found);  // the sanitizers watch
  }
  CHECK(!Find(Blob(whole.begin(), whole.begin() + 200), &found).ok());
}

TEST(model_with_any_byte_changed_is_read_without_harm) {
  const Blob whole = Build(SmallModel());
  camhil::Classifier found;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      Blob model = whole;
      model[at] = value;
      Find(model, &found);
    }
  }
}

TEST(the_projects_model_has_its_classifier) {
  const Blob model = files::ReadModel();
  CHECK(!model.empty());
  camhil::Classifier found;
  CHECK(Find(model, &found).ok());
  CHECK_EQ(found.classes, 2);
  CHECK_EQ(found.rows, 6);
  CHECK_EQ(found.columns, 6);
  CHECK_EQ(found.channels, 128);
}

TEST(the_projects_model_is_loaded_from_its_partition) {
  bench::Board board(bench::Partition(files::ReadModel(), 1, 55));
  const cbor::Value identity = board.Ask(1, bench::request::kHello, {cbor::Uint(1)});
  CHECK_EQ(identity[8].number, uint64_t{0});    // model_state
  CHECK_EQ(identity[23].number, uint64_t{27});  // op_count
  const cbor::Value& input = identity[24][0];
  CHECK_EQ(input[3][1].number, uint64_t{96});
  CHECK_EQ(input[4].number, uint64_t{0x3C000000});  // scale 1/128
  CHECK_EQ(input[5].integer(), int64_t{0});
}
