// Inferences: results, thresholds, map and location, repetition, the queue.
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
using namespace bench::field;
namespace request = bench::request;
namespace reply = bench::reply;

void SetFeature(Board* board, size_t cell, size_t channel, int value) {
  board->engine.outputs[0][cell * builder::kChannels + channel] = static_cast<uint8_t>(value);
}

void SetPositiveScore(Board* board, int score) {
  board->engine.outputs[1][1] = static_cast<uint8_t>(score);
}

std::vector<int32_t> Cam(const cbor::Value& result) {
  const Blob& bytes = result[kHead][kCam][2][0].bytes;
  std::vector<int32_t> cam(bytes.size() / 4);
  for (size_t i = 0; i < cam.size(); ++i) {
    cam[i] = static_cast<int32_t>(bytes[4 * i] | bytes[4 * i + 1] << 8 | bytes[4 * i + 2] << 16 |
                                  static_cast<uint32_t>(bytes[4 * i + 3]) << 24);
  }
  return cam;
}

}  // namespace

TEST(result_carries_outputs_times_and_counters) {
  Board board;
  const Blob sample = Sample(1);
  board.AskUpload(1, sample);
  for (size_t i = 0; i < 4; ++i) {
    board.machine.now_us += 100;
    board.AskChunk(2, sample, i);
  }
  board.AskInfer(3, Crc(sample));
  board.RunNext();
  const cbor::Value result = board.Reply();
  CHECK(Is(result, 3, reply::kResult));
  CHECK_EQ(result[kCrc].number, uint64_t{Crc(sample)});
  CHECK_EQ(result[kBootId].number, uint64_t{0xB001D});
  CHECK_EQ(result[kOutputs].items.size(), size_t{2});
  const cbor::Value& scores = result[kOutputs][1];
  CHECK_EQ(scores[0].number, uint64_t{Crc({0x80, 0x7F, 0x80})});
  CHECK_EQ(scores[1].number, uint64_t{3});
  CHECK(scores[2].bytes == Blob({0x80, 0x7F, 0x80}));
  CHECK_EQ(result[kHead][kThreshold].number, uint64_t{60});
  CHECK_EQ(result[kTimes][0].number, uint64_t{400});
  CHECK_EQ(result[kTimes][2].number, uint64_t{2500});
  CHECK(result[kCycles].nil());
  CHECK_EQ(result[kFinished].number, board.machine.now_us);
  CHECK_EQ(result[kCount].number, uint64_t{1});
  CHECK_EQ(board.RunSample(Sample(2), 4)[kCount].number, uint64_t{2});
}

TEST(cycles_are_counted_through_the_counters_wrap) {
  Board board;
  board.machine.mega_hertz = 240;
  board.machine.cycles = 0xFFFFFFF0;
  CHECK_EQ(board.RunSample(Sample(1), 1)[kCycles].number, uint64_t{1000});
}

TEST(cam_and_location_are_those_of_the_positive_class) {
  Board board;
  SetFeature(&board, 4, 2, 2);  // row 1, column 1: feature 2 - (-128) = 130
  const cbor::Value result = board.RunSample(Sample(1), 1);
  CHECK_EQ(result[kHead][kCam][0].number, uint64_t{2});
  CHECK_EQ(result[kHead][kCam][1].number, uint64_t{3});
  CHECK_EQ(result[kHead][kCam][2].number, uint64_t{78});  // tag: int32 array, little endian
  CHECK(Cam(result) == std::vector<int32_t>({0, 0, 0, 0, 130 * 12, 0}));  // weight 10 * 1 + 2
  const cbor::Value& location = result[kHead][kLocation];
  CHECK_EQ(location[0].number, uint64_t{48});  // x of column 1 of 3 in 96
  CHECK_EQ(location[1].number, uint64_t{48});  // y of row 1 of 2 in 64
  CHECK_EQ(location[2].number, uint64_t{1});
  CHECK_EQ(location[3].number, uint64_t{1});
}

TEST(flat_map_gives_no_location) {
  Board board;
  const cbor::Value result = board.RunSample(Sample(1), 1);
  CHECK_EQ(result[kHead][kLocation].number, uint64_t{1});
  CHECK(result[kHead][kLocation].type == cbor::Type::kUint);
  CHECK(!result[kHead][kCam].nil());
}

TEST(below_the_threshold_there_is_no_location_and_a_cam_only_on_demand) {
  Board board;
  SetFeature(&board, 4, 2, 2);
  SetPositiveScore(&board, 153 - 128);  // 59.8 %
  cbor::Value result = board.RunSample(Sample(1), 1);
  CHECK(result[kHead][kCam].nil());
  CHECK(result[kHead][kLocation].type == cbor::Type::kUint && result[kHead][kLocation].number == 0);
  result = board.RunSample(Sample(1), 2, true);
  CHECK(!result[kHead][kCam].nil());
  CHECK(result[kHead][kLocation].type == cbor::Type::kUint && result[kHead][kLocation].number == 0);
  SetPositiveScore(&board, 154 - 128);  // 60.2 %
  CHECK(board.RunSample(Sample(1), 3)[kHead][kLocation].type == cbor::Type::kArray);
}

TEST(threshold_of_the_request_replaces_that_of_the_model) {
  Board board;
  SetFeature(&board, 0, 0, 2);
  SetPositiveScore(&board, 0);  // 50 %
  const cbor::Value result = board.RunSample(Sample(1), 1, false, false, Uint(50));
  CHECK_EQ(result[kHead][kThreshold].number, uint64_t{50});
  CHECK(result[kHead][kLocation].type == cbor::Type::kArray);
}

TEST(repeated_infer_is_accepted_again_but_run_once) {
  Board board;
  const uint32_t crc = board.UploadSample(Sample(1), 10);
  CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));
  CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));
  board.engine.during_invoke = [&] {
    CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));  // while it runs
  };
  board.RunNext();
  CHECK(Is(board.Reply(), 1, reply::kResult));
  CHECK_EQ(board.RunNext(), camhil::Inferences::kNothing);
  CHECK_EQ(board.engine.invocations, 1);
}

TEST(last_two_results_are_sent_again_on_a_repeated_infer) {
  Board board;
  const cbor::Value first = board.RunSample(Sample(1), 1);
  const cbor::Value second = board.RunSample(Sample(2), 2);
  CHECK(cbor::Encode(board.AskInfer(1, Crc(Sample(1)))) == cbor::Encode(first));
  CHECK(cbor::Encode(board.AskInfer(2, Crc(Sample(2)))) == cbor::Encode(second));
  board.RunSample(Sample(3), 3);
  CHECK(cbor::Encode(board.AskInfer(2, Crc(Sample(2)))) == cbor::Encode(second));
  board.RunSample(Sample(4), 4);
  CHECK_EQ(ErrorOf(board.AskInfer(1, Crc(Sample(1)))), 5);
  CHECK_EQ(board.engine.invocations, 4);
}

TEST(earlier_results_stay_available_while_the_next_inference_runs) {
  Board board;
  board.RunSample(Sample(1), 1);
  board.RunSample(Sample(2), 2);
  const uint32_t crc = board.UploadSample(Sample(3), 10);
  board.AskInfer(3, crc);
  board.engine.during_invoke = [&] {
    CHECK(Is(board.AskInfer(1, Crc(Sample(1))), 1, reply::kResult));
    CHECK(Is(board.AskInfer(2, Crc(Sample(2))), 2, reply::kResult));
  };
  board.RunNext();
}

TEST(same_seq_with_another_sample_is_a_new_request) {
  Board board;
  board.RunSample(Sample(1), 1);
  CHECK(Is(board.RunSample(Sample(2), 1), 1, reply::kResult));
  CHECK_EQ(board.engine.invocations, 2);
}

TEST(new_infer_on_an_uploaded_sample_needs_no_new_upload) {
  Board board;
  const uint32_t crc = Crc(Sample(1));
  board.RunSample(Sample(1), 1);
  CHECK(Is(board.AskInfer(2, crc), 2, reply::kAccepted));
  board.RunNext();
  CHECK(Is(board.Reply(), 2, reply::kResult));
}

TEST(queue_takes_two_inferences_and_runs_them_in_order) {
  Board board;
  const uint32_t first = board.UploadSample(Sample(1), 10);
  const uint32_t second = board.UploadSample(Sample(2), 20);
  CHECK(Is(board.AskInfer(1, first), 1, reply::kAccepted));
  CHECK(Is(board.AskInfer(2, second), 2, reply::kAccepted));
  CHECK_EQ(ErrorOf(board.AskInfer(3, first)), 8);
  CHECK_EQ(ErrorOf(board.AskUpload(4, Sample(3))), 8);  // no free buffer
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(board.AskInfer(5, first)), 8); };
  CHECK_EQ(board.RunNext(), 0u);
  CHECK(Is(board.Reply(), 1, reply::kResult));
  board.engine.during_invoke = nullptr;
  CHECK(Is(board.AskUpload(6, Sample(3)), 6, reply::kUploading));
  CHECK_EQ(board.RunNext(), camhil::Inferences::kNothing);
  CHECK(Is(board.Reply(), 2, reply::kResult));
}

TEST(failure_of_the_engine_is_the_answer_also_when_asked_again) {
  Board board;
  board.engine.invoke_status = camhil::Failure(camhil::ErrorCode::kEngine, 6, 0, "node 3 failed");
  cbor::Value error = board.RunSample(Sample(1), 1);
  CHECK_EQ(ErrorOf(error), 40);
  CHECK(error[4].text() == "node 3 failed");
  CHECK_EQ(ErrorOf(board.AskInfer(1, Crc(Sample(1)))), 40);
  CHECK_EQ(board.engine.invocations, 1);
  CHECK_EQ(ErrorOf(board.Ask(5, request::kReadTensor, {Uint(1), Uint(0), Uint(0), Uint(1)})), 10);
  board.engine.invoke_status = {};
  CHECK(Is(board.RunSample(Sample(1), 2), 2, reply::kResult));
}

TEST(cycles_are_left_out_when_the_counter_may_have_come_round) {
  Board board;
  board.machine.mega_hertz = 240;
  board.engine.invoke_us = 17'000'000;  // 4.08e9 cycles of 2^32 = 4.29e9
  CHECK(!board.RunSample(Sample(1), 1)[kCycles].nil());
  board.engine.invoke_us = 18'000'000;
  CHECK(board.RunSample(Sample(1), 2)[kCycles].nil());
}

TEST(small_outputs_are_in_the_result_as_long_as_there_is_room) {
  using builder::kInt8;
  Board board(builder::PlainNetwork({{kInt8, {4}, 4}}, {{kInt8, {257}, 257},
                                                        {kInt8, {256}, 256},
                                                        {kInt8, {200}, 200},
                                                        {kInt8, {57}, 57},
                                                        {kInt8, {56}, 56}}));
  board.engine.outputs[4][0] = 9;
  const cbor::Value result = board.RunSample(Blob(4, 1), 1);
  const cbor::Value& outputs = result[kOutputs];
  CHECK_EQ(outputs.items.size(), size_t{5});
  CHECK_EQ(outputs[0][0].number, uint64_t{Crc(Blob(257, 0x80))});
  CHECK_EQ(outputs[0][1].number, uint64_t{257});
  CHECK(outputs[0][2].nil());  // larger than 256
  CHECK(outputs[1][2].bytes == Blob(256, 0x80));
  CHECK(outputs[2][2].bytes == Blob(200, 0x80));
  CHECK(outputs[3][2].nil());  // 513 in all
  CHECK(outputs[4][2].bytes == board.engine.outputs[4]);
  CHECK(result[kHead].nil());
}

TEST(inputs_get_their_parts_of_the_sample) {
  using namespace builder;
  Board board(
      PlainNetwork({{kFloat32, {2}, 8}, {kInt8, {3}, 3}, {kInt32, {}, 4}}, {{kInt16, {2}, 4}}));
  Blob sample(15);
  for (size_t i = 0; i < 15; ++i) sample[i] = static_cast<uint8_t>(i);
  board.RunSample(sample, 1);
  CHECK(board.engine.inputs ==
        std::vector<Blob>({{0, 1, 2, 3, 4, 5, 6, 7}, {8, 9, 10}, {11, 12, 13, 14}}));
  const cbor::Value middle =
      board.Ask(2, request::kReadTensor, {Uint(0), Uint(1), Uint(1), Uint(9)});
  CHECK_EQ(middle[5].number, uint64_t{3});
  CHECK(middle[7].bytes == Blob({9, 10}));
  CHECK_EQ(ErrorOf(board.Ask(3, request::kReadTensor, {Uint(0), Uint(3), Uint(0), Uint(1)})), 9);
}

TEST(variables_are_reset_where_a_request_asks_for_it) {
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.stateful = true;
  Board board(spec);
  board.RunSample(Sample(1), 1, false, false, Nil(), false);
  CHECK_EQ(board.engine.resets, 0);
  board.RunSample(Sample(1), 2, false, false, Nil(), true);
  CHECK_EQ(board.engine.resets, 1);
  Board stateless;
  stateless.RunSample(Sample(1), 1, false, false, Nil(), true);
  CHECK_EQ(stateless.engine.resets, 0);
}

TEST(network_without_a_head_ignores_a_threshold) {
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.has_head = false;
  Board board(spec);
  const cbor::Value result = board.RunSample(Sample(1), 1, true, false, Uint(50));
  CHECK(Is(result, 1, reply::kResult));
  CHECK(result[kHead].nil());
}

TEST(location_needs_no_declared_picture) {
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.has_image = false;
  Board board(spec);
  SetFeature(&board, 4, 2, 2);
  CHECK_EQ(board.RunSample(Sample(1), 1)[kHead][kLocation][0].number, uint64_t{48});
}

TEST(result_waits_until_there_is_room_and_nothing_else_is_lost) {
  Board board;
  const uint32_t crc = board.UploadSample(Sample(1), 10);
  board.AskInfer(1, crc);
  board.pumps = false;
  board.Send(2, request::kEcho, {cbor::Bytes(Blob(1536, 1))});
  board.Send(3, request::kEcho, {cbor::Bytes(Blob(1536, 2))});
  board.Send(4, request::kEcho, {cbor::Bytes(Blob(1536, 3))});
  CHECK(board.line.written.empty());  // nobody has sent yet
  board.app->RunNextInference();
  CHECK(!board.line.written.empty());
  board.pumps = true;
  const std::vector<cbor::Value> replies = board.Replies();
  CHECK_EQ(replies.size(), size_t{4});
  if (replies.size() != 4) return;
  for (uint32_t i = 0; i < 3; ++i) CHECK(Is(replies[i], 2 + i, reply::kEchoed));
  CHECK(Is(replies[3], 1, reply::kResult));
}

TEST(largest_result_fits_a_frame) {
  using builder::kInt8;
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.outputs = {{kInt8, {1, 16, 16, 4}, 1024}, {kInt8, {1, 256}, 256}, {kInt8, {256}, 256}};
  while (spec.outputs.size() < 16) spec.outputs.push_back({kInt8, {70000}, 70000});
  spec.head.classes = 256;
  spec.head.rows = 16;
  spec.head.columns = 16;
  Board board(spec);
  board.machine.mega_hertz = 240;
  board.machine.now_us = 1ULL << 60;
  const cbor::Value result = board.RunSample(Sample(1), 1);
  CHECK(Is(result, 1, reply::kResult));
  CHECK_EQ(result[kOutputs][2][2].bytes.size(), size_t{256});
  CHECK_EQ(Cam(result).size(), size_t{256});
}
