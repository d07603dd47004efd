// What an inference leaves behind: output tensors, traces, captured operators.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Crc;
using bench::ErrorOf;
using bench::Is;
using bench::Sample;
using cbor::Nil;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

}  // namespace

TEST(output_can_be_read_in_parts) {
  Board board;
  const auto read = [&](uint64_t output, uint64_t offset, uint64_t length) {
    return board.Ask(50, request::kReadTensor, {Uint(1), Uint(output), Uint(offset), Uint(length)});
  };
  CHECK_EQ(ErrorOf(read(0, 0, 10)), 10);
  board.engine.outputs[0].back() = 99;
  board.RunSample(Sample(1), 1);
  cbor::Value data = read(0, 20, 100);
  CHECK(Is(data, 50, reply::kTensorData));
  CHECK_EQ(data[2].number, uint64_t{Crc(Sample(1))});
  CHECK_EQ(data[3].number, uint64_t{1});  // an output
  CHECK_EQ(data[4].number, uint64_t{0});
  CHECK_EQ(data[5].number, uint64_t{24});
  CHECK_EQ(data[6].number, uint64_t{20});
  CHECK(data[7].bytes == Blob({0x80, 0x80, 0x80, 99}));
  CHECK(read(0, 24, 1)[7].bytes.empty());
  CHECK_EQ(ErrorOf(read(0, 25, 1)), 9);
  CHECK_EQ(ErrorOf(read(2, 0, 1)), 9);
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(read(0, 0, 1)), 8); };
  board.AskInfer(2, Crc(Sample(1)));
  CHECK_EQ(ErrorOf(read(0, 0, 1)), 8);
  board.RunNext();
}

TEST(long_read_is_cut_to_what_one_message_carries) {
  Board board(builder::PlainNetwork({{builder::kInt8, {1}, 1}}, {{builder::kInt8, {2048}, 2048}}));
  board.RunSample(Blob(1, 1), 1);
  const cbor::Value data =
      board.Ask(2, request::kReadTensor, {Uint(1), Uint(0), Uint(0), Uint(65535)});
  CHECK_EQ(data[5].number, uint64_t{2048});
  CHECK_EQ(data[7].bytes.size(), size_t{1536});
}

TEST(trace_has_an_entry_for_every_output_of_every_operator) {
  Board board;
  const auto trace = [&](uint64_t first) {
    return board.Ask(60, request::kGetTrace, {Uint(first)});
  };
  CHECK_EQ(ErrorOf(trace(0)), 10);
  board.RunSample(Sample(1), 1);
  CHECK_EQ(ErrorOf(trace(0)), 10);  // not asked for
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(trace(0)), 8); };
  board.RunSample(Sample(1), 2, false, true);
  const cbor::Value page = trace(1);
  CHECK(Is(page, 60, reply::kTracePage));
  CHECK_EQ(page[2].number, uint64_t{Crc(Sample(1))});
  CHECK_EQ(page[3].number, uint64_t{5});
  CHECK_EQ(page[4].number, uint64_t{1});
  CHECK_EQ(page[5].items.size(), size_t{4});
  const cbor::Value& first = page[5][0];
  CHECK_EQ(first[0].number, uint64_t{1});
  CHECK_EQ(first[1].number, uint64_t{0});
  CHECK_EQ(first[2].number, uint64_t{Crc(Blob(4, 2))});
  CHECK_EQ(first[3].number, uint64_t{4});
  CHECK_EQ(first[4].number, uint64_t{10});
  CHECK(first[5].nil());
  const cbor::Value& second = page[5][1];
  CHECK_EQ(second[0].number, uint64_t{1});
  CHECK_EQ(second[1].number, uint64_t{1});
  CHECK_EQ(second[2].number, uint64_t{Crc(Blob(6, 5))});
  CHECK(second[4].nil());  // times stand at the first output
  CHECK_EQ(trace(5)[5].items.size(), size_t{0});
  CHECK_EQ(ErrorOf(trace(6)), 9);
}

TEST(operators_without_outputs_leave_no_entry) {
  Board board;
  board.engine.op_reports = {
      {1, 0, Blob(4, 2)}, {1, 1, Blob()}, {5, 0, Blob(3, 3)}, {7, 0, Blob(3, 4)}, {9, 0, {1}}};
  CHECK(Is(board.RunSample(Sample(1), 1, false, true), 1, reply::kResult));
  const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(0)});
  CHECK_EQ(page[5].items.size(), size_t{5});
  CHECK_EQ(page[5][1][3].number, uint64_t{0});
  CHECK_EQ(page[5][4][0].number, uint64_t{9});
}

TEST(long_trace_takes_several_pages) {
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.op_outputs = 96;
  Board board(spec);
  board.engine.op_reports.clear();
  for (uint16_t op = 0; op < 96; ++op) board.engine.op_reports.push_back({op, 0, Blob(5, 1)});
  board.RunSample(Sample(1), 1, false, true);
  for (uint64_t first = 0; first < 96; first += 40) {
    const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(first)});
    CHECK_EQ(page[5].items.size(), std::min<size_t>(40, 96 - first));
    CHECK_EQ(page[5][15][4].number, 10 * (first + 15));
  }
}

TEST(every_trace_starts_anew) {
  Board board;
  board.RunSample(Sample(1), 1, false, true);
  board.engine.op_reports[4].data = {9, 9};
  board.RunSample(Sample(2), 2, false, true);
  const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(4)});
  CHECK_EQ(page[2].number, uint64_t{Crc(Sample(2))});
  CHECK_EQ(page[5][0][2].number, uint64_t{Crc({9, 9})});
}

TEST(trace_with_a_gap_is_an_engine_error) {
  Board board;
  board.RunSample(Sample(1), 1, false, true);
  board.engine.op_reports.pop_back();
  CHECK_EQ(ErrorOf(board.RunSample(Sample(1), 2, false, true)), 40);
  // Nor does the earlier trace pass for this one.
  CHECK_EQ(ErrorOf(board.Ask(60, request::kGetTrace, {Uint(0)})), 10);
}

TEST(trace_with_more_than_the_contract_has_is_an_engine_error) {
  Board board(builder::SmallNetwork(), false, {20000, 5, 256});
  CHECK(Is(board.RunSample(Sample(1), 1, false, true), 1, reply::kResult));
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.op_outputs = 4;
  Board small(spec);
  CHECK_EQ(ErrorOf(small.RunSample(Sample(1), 1, false, true)), 40);
}

TEST(trace_out_of_order_is_an_engine_error) {
  const auto error_of = [](size_t at, uint16_t op, uint8_t output) {
    Board board;
    board.engine.op_reports[at].op = op;
    board.engine.op_reports[at].output = output;
    return ErrorOf(board.RunSample(Sample(1), 1, false, true));
  };
  CHECK_EQ(error_of(0, 0, 1), 40);  // begins with a second output
  CHECK_EQ(error_of(2, 1, 2), 40);  // skips one
  CHECK_EQ(error_of(2, 1, 0), 40);  // twice the same
  CHECK_EQ(error_of(3, 0, 0), 40);  // back
  CHECK_EQ(error_of(3, 2, 1), 40);
}

TEST(captured_output_is_sent_in_parts_before_the_result) {
  Board board;
  Blob& output = board.engine.op_reports[2].data;
  output.resize(3500);
  for (size_t i = 0; i < 3500; ++i) output[i] = static_cast<uint8_t>(i / 7);
  const uint32_t crc = board.UploadSample(Sample(1), 10);
  board.AskInfer(1, crc, false, false, Nil(), bench::OpOutput(1, 1));
  board.RunNext();
  const std::vector<cbor::Value> replies = board.Replies();
  CHECK_EQ(replies.size(), size_t{4});
  if (replies.size() != 4) return;
  Blob got;
  for (size_t i = 0; i < 3; ++i) {
    CHECK(Is(replies[i], 1, reply::kOpData));
    CHECK_EQ(replies[i][2].number, uint64_t{crc});
    CHECK_EQ(replies[i][3][0].number, uint64_t{1});
    CHECK_EQ(replies[i][3][1].number, uint64_t{1});
    CHECK_EQ(replies[i][4].number, uint64_t{3500});
    CHECK_EQ(replies[i][5].number, got.size());
    got.insert(got.end(), replies[i][6].bytes.begin(), replies[i][6].bytes.end());
  }
  CHECK(got == output);
  CHECK(Is(replies[3], 1, reply::kResult));
  CHECK_EQ(ErrorOf(board.AskInfer(2, crc, false, false, Nil(), bench::OpOutput(4, 0))), 9);
  // Only the run shows how many outputs an operator has.
  CHECK(
      Is(board.AskInfer(3, crc, false, false, Nil(), bench::OpOutput(2, 1)), 3, reply::kAccepted));
  board.RunNext();
  CHECK_EQ(ErrorOf(board.Reply()), 9);
}
