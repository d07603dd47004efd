// The model partition: what the board says about each kind of bad content.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Partition;
using builder::Build;
using builder::SmallModel;

// Model state and the error that an inference gets; they have to agree.
int64_t StateOf(const Blob& partition) {
  Board board(partition);
  const cbor::Value identity = board.Ask(1, bench::request::kHello, {cbor::Uint(1)});
  CHECK(bench::Is(identity, 1, bench::reply::kIdentity));
  const int64_t state = identity[8].integer();
  CHECK_EQ(bench::ErrorOf(board.AskInfer(2, 3)), state);
  CHECK_EQ(bench::ErrorOf(board.AskUpload(3, bench::Image(1))), state);
  CHECK(state == 0 || !identity[9].bytes.empty());
  return state;
}

}  // namespace

TEST(empty_partition_means_no_model) {
  CHECK_EQ(StateOf({}), 20);
  CHECK_EQ(StateOf(Blob(4096, 0xFF)), 20);
}

TEST(header_has_to_be_valid) {
  const Blob good = Partition(Build(SmallModel()));
  Blob bad = good;
  bad[5] ^= 1;  // in the magic text
  CHECK_EQ(StateOf(bad), 21);
  bad = good;
  bad[63] = 0;  // padding
  CHECK_EQ(StateOf(bad), 21);
  CHECK_EQ(StateOf(Blob(good.begin(), good.begin() + 63)), 21);
  CHECK_EQ(StateOf(Blob(good.begin(), good.begin() + 64)), 21);  // no room for the model
  CHECK_EQ(StateOf(Partition(Build(SmallModel()), 3)), 21);      // classes 0 to 2
}

TEST(damaged_model_is_refused_by_its_crc) {
  Blob bad = Partition(Build(SmallModel()));
  bad[64 + 50] ^= 0x10;
  CHECK_EQ(StateOf(bad), 22);
}

TEST(model_of_another_format_is_refused) {
  CHECK_EQ(StateOf(Partition(Blob(100, 7))), 23);
}

TEST(model_with_too_many_operators_is_refused) {
  builder::ModelSpec spec = SmallModel();
  while (spec.ops.size() < 97) spec.ops.push_back(spec.ops[0]);
  CHECK_EQ(StateOf(Partition(Build(spec))), 23);
}

TEST(input_has_to_be_one_int8_image_that_fits) {
  builder::ModelSpec spec = SmallModel();
  spec.inputs = {builder::kInput, builder::kInput};
  CHECK_EQ(StateOf(Partition(Build(spec))), 24);
  spec = SmallModel();
  spec.tensors[builder::kInput].type = 0;  // FLOAT32
  CHECK_EQ(StateOf(Partition(Build(spec))), 24);
  spec = SmallModel();
  spec.tensors[builder::kInput].shape = {1, 96, 97, 1};
  CHECK_EQ(StateOf(Partition(Build(spec))), 24);
  spec = SmallModel();
  spec.tensors[builder::kInput].shape = {1, 65536, 65536, 1};  // 2^32 elements
  CHECK_EQ(StateOf(Partition(Build(spec))), 24);
}

TEST(graph_errors_reach_the_host) {
  builder::ModelSpec spec = SmallModel();
  spec.outputs = {builder::kFeatures};
  CHECK_EQ(StateOf(Partition(Build(spec))), 25);
  spec.outputs = {builder::kScore};
  CHECK_EQ(StateOf(Partition(Build(spec))), 26);
  spec = SmallModel();
  spec.ops[2].code = 0;
  CHECK_EQ(StateOf(Partition(Build(spec))), 27);
}

TEST(refusal_of_the_engine_reaches_the_host) {
  Board board;
  const Blob partition = Partition(Build(SmallModel()));
  board.engine.load_status =
      camhil::Failure(camhil::ErrorCode::kArenaTooSmall, 9000, 8000, "small");
  board.app = std::make_unique<camhil::App>(board.port, board.engine, nullptr, *board.images);
  board.app->Start({partition.data(), partition.size()});
  board.Replies();
  const cbor::Value identity = board.Ask(1, bench::request::kHello, {cbor::Uint(1)});
  CHECK_EQ(identity[8].number, uint64_t{29});
  CHECK(identity[9].text() == "small");
  const cbor::Value error = board.AskInfer(2, 3);
  CHECK_EQ(bench::ErrorOf(error), 29);
  CHECK_EQ(error[3][0].integer(), 9000);
  CHECK_EQ(error[3][1].integer(), 8000);
}

TEST(engine_sees_only_models_that_were_checked) {
  Blob bad = Partition(Build(SmallModel()));
  bad[64 + 50] ^= 0x10;
  Board board(bad);
  CHECK_EQ(board.engine.loads, 0);
}
