// What an inference leaves behind: output tensors, traces, captured operators.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Crc;
using bench::ErrorOf;
using bench::Image;
using bench::Is;
using cbor::Nil;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

}  // namespace

TEST(output_can_be_read_in_parts) {
  Board board;
  const auto read = [&](uint64_t output, uint64_t offset, uint64_t length) {
    return board.Ask(50, request::kReadOutput, {Uint(output), Uint(offset), Uint(length)});
  };
  CHECK_EQ(ErrorOf(read(0, 0, 10)), 10);
  board.engine.outputs[0].back() = 99;
  board.RunImage(Image(1), 1);
  cbor::Value data = read(0, 20, 100);
  CHECK(Is(data, 50, reply::kOutputData));
  CHECK_EQ(data[2].number, uint64_t{Crc(Image(1))});
  CHECK_EQ(data[4].number, uint64_t{24});
  CHECK_EQ(data[5].number, uint64_t{20});
  CHECK(data[6].bytes == Blob({0x80, 0x80, 0x80, 99}));
  CHECK(read(0, 24, 1)[6].bytes.empty());
  CHECK_EQ(ErrorOf(read(0, 25, 1)), 9);
  CHECK_EQ(ErrorOf(read(2, 0, 1)), 9);
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(read(0, 0, 1)), 8); };
  board.AskInfer(2, Crc(Image(1)));
  CHECK_EQ(ErrorOf(read(0, 0, 1)), 8);
  board.app->RunNextInference();
}

TEST(long_read_is_cut_to_what_one_message_carries) {
  builder::ModelSpec spec = builder::SmallModel();
  spec.tensors[builder::kFeatures].shape = {1, 16, 16, 8};
  spec.tensors[builder::kFilter].shape = {3, 8};
  spec.tensors[builder::kFilter].data.assign(24, 1);
  Board board(bench::Partition(builder::Build(spec)));
  board.engine.outputs[0] = Blob(2048, 1);
  board.RunImage(Image(1), 1);
  const cbor::Value data = board.Ask(2, request::kReadOutput, {Uint(0), Uint(0), Uint(65535)});
  CHECK_EQ(data[4].number, uint64_t{2048});
  CHECK_EQ(data[6].bytes.size(), size_t{1536});
}

TEST(trace_has_an_entry_for_every_operator) {
  Board board;
  const auto trace = [&](uint64_t first) {
    return board.Ask(60, request::kGetTrace, {Uint(first)});
  };
  CHECK_EQ(ErrorOf(trace(0)), 10);
  board.RunImage(Image(1), 1);
  CHECK_EQ(ErrorOf(trace(0)), 10);  // not asked for
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(trace(0)), 8); };
  board.RunImage(Image(1), 2, false, true);
  const cbor::Value page = trace(1);
  CHECK(Is(page, 60, reply::kTracePage));
  CHECK_EQ(page[2].number, uint64_t{Crc(Image(1))});
  CHECK_EQ(page[3].number, uint64_t{4});
  CHECK_EQ(page[4].number, uint64_t{1});
  CHECK_EQ(page[5].items.size(), size_t{3});
  const cbor::Value& mean = page[5][0];
  CHECK_EQ(mean[0].number, uint64_t{40});
  CHECK_EQ(mean[1].number, uint64_t{Crc(Blob(4, 2))});
  CHECK_EQ(mean[2].number, uint64_t{4});
  CHECK_EQ(mean[3].number, uint64_t{10});
  CHECK(mean[4].nil());
  CHECK_EQ(trace(4)[5].items.size(), size_t{0});
  CHECK_EQ(ErrorOf(trace(5)), 9);
}

TEST(long_trace_takes_several_pages) {
  builder::ModelSpec spec = builder::SmallModel();
  while (spec.ops.size() < 96) spec.ops.push_back({14, {builder::kInput}, {}});
  Board board(bench::Partition(builder::Build(spec)));
  board.engine.op_outputs.assign(96, Blob(5, 1));
  board.RunImage(Image(1), 1, false, true);
  for (uint64_t first = 0; first < 96; first += 24) {
    const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(first)});
    CHECK_EQ(page[5].items.size(), size_t{24});
    CHECK_EQ(page[5][23][3].number, 10 * (first + 23));
  }
}

TEST(every_trace_starts_anew) {
  Board board;
  board.RunImage(Image(1), 1, false, true);
  board.engine.op_outputs[3] = {9, 9};
  board.RunImage(Image(2), 2, false, true);
  const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(3)});
  CHECK_EQ(page[2].number, uint64_t{Crc(Image(2))});
  CHECK_EQ(page[5][0][1].number, uint64_t{Crc({9, 9})});
}

TEST(trace_with_a_gap_is_an_engine_error) {
  Board board;
  board.RunImage(Image(1), 1, false, true);
  board.engine.op_outputs.pop_back();
  CHECK_EQ(ErrorOf(board.RunImage(Image(1), 2, false, true)), 40);
  // Nor does the earlier trace pass for this one.
  CHECK_EQ(ErrorOf(board.Ask(60, request::kGetTrace, {Uint(0)})), 10);
}

TEST(trace_out_of_order_is_an_engine_error) {
  Board board;
  board.engine.op_numbers = {0, 1, 1, 2};
  CHECK_EQ(ErrorOf(board.RunImage(Image(1), 1, false, true)), 40);
}

TEST(captured_operator_is_sent_in_parts_before_the_result) {
  Board board;
  board.engine.op_outputs[2] = Blob(3500, 0);
  for (size_t i = 0; i < 3500; ++i) board.engine.op_outputs[2][i] = static_cast<uint8_t>(i / 7);
  const uint32_t crc = board.UploadImage(Image(1), 10);
  board.AskInfer(1, crc, false, false, Nil(), Uint(2));
  board.app->RunNextInference();
  const std::vector<cbor::Value> replies = board.Replies();
  CHECK_EQ(replies.size(), size_t{4});
  if (replies.size() != 4) return;
  Blob got;
  for (size_t i = 0; i < 3; ++i) {
    CHECK(Is(replies[i], 1, reply::kOpData));
    CHECK_EQ(replies[i][2].number, uint64_t{crc});
    CHECK_EQ(replies[i][3].number, uint64_t{2});
    CHECK_EQ(replies[i][4].number, uint64_t{3500});
    CHECK_EQ(replies[i][5].number, got.size());
    got.insert(got.end(), replies[i][6].bytes.begin(), replies[i][6].bytes.end());
  }
  CHECK(got == board.engine.op_outputs[2]);
  CHECK(Is(replies[3], 1, reply::kResult));
  CHECK_EQ(ErrorOf(board.AskInfer(2, crc, false, false, Nil(), Uint(4))), 9);
}
