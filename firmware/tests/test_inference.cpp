// Inferences: results, thresholds, map and location, repetition, the queue.
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
  const Blob& bytes = result[kCam][2][0].bytes;
  std::vector<int32_t> cam(bytes.size() / 4);
  for (size_t i = 0; i < cam.size(); ++i) {
    cam[i] = static_cast<int32_t>(bytes[4 * i] | bytes[4 * i + 1] << 8 | bytes[4 * i + 2] << 16 |
                                  static_cast<uint32_t>(bytes[4 * i + 3]) << 24);
  }
  return cam;
}

}  // namespace

TEST(result_carries_scores_times_and_counters) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  for (size_t i = 0; i < 4; ++i) {
    board.port.now_us += 100;
    board.AskChunk(2, image, i);
  }
  board.AskInfer(3, Crc(image));
  board.app->RunNextInference();
  const cbor::Value result = board.Reply();
  CHECK(Is(result, 3, reply::kResult));
  CHECK_EQ(result[kCrc].number, uint64_t{Crc(image)});
  CHECK(result[kScores].bytes == Blob({0x80, 0x7F, 0x80}));
  CHECK_EQ(result[kThreshold].number, uint64_t{60});
  CHECK_EQ(result[kTimes][0].number, uint64_t{400});
  CHECK_EQ(result[kTimes][2].number, uint64_t{2500});
  CHECK(result[kCycles].nil());
  CHECK_EQ(result[kFinished].number, board.port.now_us);
  CHECK_EQ(result[kCount].number, uint64_t{1});
  CHECK_EQ(board.RunImage(Image(2), 4)[kCount].number, uint64_t{2});
}

TEST(cycles_are_counted_through_the_counters_wrap) {
  Board board;
  board.port.cycles_known = true;
  board.port.cycles = 0xFFFFFFF0;
  CHECK_EQ(board.RunImage(Image(1), 1)[kCycles].number, uint64_t{1000});
}

TEST(cam_and_location_are_those_of_the_positive_class) {
  Board board;
  SetFeature(&board, 4, 2, 2);  // row 1, column 1: feature 2 - (-128) = 130
  const cbor::Value result = board.RunImage(Image(1), 1);
  CHECK_EQ(result[kCam][0].number, uint64_t{2});
  CHECK_EQ(result[kCam][1].number, uint64_t{3});
  CHECK_EQ(result[kCam][2].number, uint64_t{78});  // tag: int32 array, little endian
  CHECK(Cam(result) == std::vector<int32_t>({0, 0, 0, 0, 130 * 12, 0}));  // weight 10 * 1 + 2
  const cbor::Value& location = result[kLocation];
  CHECK_EQ(location[0].number, uint64_t{48});  // x of column 1 of 3 in 96
  CHECK_EQ(location[1].number, uint64_t{48});  // y of row 1 of 2 in 64
  CHECK_EQ(location[2].number, uint64_t{1});
  CHECK_EQ(location[3].number, uint64_t{1});
}

TEST(flat_map_gives_no_location) {
  Board board;
  const cbor::Value result = board.RunImage(Image(1), 1);
  CHECK_EQ(result[kLocation].number, uint64_t{1});
  CHECK(result[kLocation].type == cbor::Type::kUint);
  CHECK(!result[kCam].nil());
}

TEST(below_the_threshold_there_is_no_location_and_a_cam_only_on_demand) {
  Board board;
  SetFeature(&board, 4, 2, 2);
  SetPositiveScore(&board, 153 - 128);  // 59.8 %
  cbor::Value result = board.RunImage(Image(1), 1);
  CHECK(result[kCam].nil());
  CHECK(result[kLocation].type == cbor::Type::kUint && result[kLocation].number == 0);
  result = board.RunImage(Image(1), 2, true);
  CHECK(!result[kCam].nil());
  CHECK(result[kLocation].type == cbor::Type::kUint && result[kLocation].number == 0);
  SetPositiveScore(&board, 154 - 128);  // 60.2 %
  CHECK(board.RunImage(Image(1), 3)[kLocation].type == cbor::Type::kArray);
}

TEST(threshold_of_the_request_replaces_that_of_the_model) {
  Board board;
  SetFeature(&board, 0, 0, 2);
  SetPositiveScore(&board, 0);  // 50 %
  const cbor::Value result = board.RunImage(Image(1), 1, false, false, Uint(50));
  CHECK_EQ(result[kThreshold].number, uint64_t{50});
  CHECK(result[kLocation].type == cbor::Type::kArray);
}

TEST(repeated_infer_is_accepted_again_but_run_once) {
  Board board;
  const uint32_t crc = board.UploadImage(Image(1), 10);
  CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));
  CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));
  board.engine.during_invoke = [&] {
    CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));  // while it runs
  };
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 1, reply::kResult));
  CHECK(!board.app->RunNextInference());
  CHECK_EQ(board.engine.invocations, 1);
}

TEST(last_two_results_are_sent_again_on_a_repeated_infer) {
  Board board;
  const cbor::Value first = board.RunImage(Image(1), 1);
  const cbor::Value second = board.RunImage(Image(2), 2);
  CHECK(cbor::Encode(board.AskInfer(1, Crc(Image(1)))) == cbor::Encode(first));
  CHECK(cbor::Encode(board.AskInfer(2, Crc(Image(2)))) == cbor::Encode(second));
  board.RunImage(Image(3), 3);
  CHECK(cbor::Encode(board.AskInfer(2, Crc(Image(2)))) == cbor::Encode(second));
  board.RunImage(Image(4), 4);
  CHECK_EQ(ErrorOf(board.AskInfer(1, Crc(Image(1)))), 5);
  CHECK_EQ(board.engine.invocations, 4);
}

TEST(earlier_results_stay_available_while_the_next_inference_runs) {
  Board board;
  board.RunImage(Image(1), 1);
  board.RunImage(Image(2), 2);
  const uint32_t crc = board.UploadImage(Image(3), 10);
  board.AskInfer(3, crc);
  board.engine.during_invoke = [&] {
    CHECK(Is(board.AskInfer(1, Crc(Image(1))), 1, reply::kResult));
    CHECK(Is(board.AskInfer(2, Crc(Image(2))), 2, reply::kResult));
  };
  board.app->RunNextInference();
}

TEST(same_seq_with_another_image_is_a_new_request) {
  Board board;
  board.RunImage(Image(1), 1);
  CHECK(Is(board.RunImage(Image(2), 1), 1, reply::kResult));
  CHECK_EQ(board.engine.invocations, 2);
}

TEST(new_infer_on_an_uploaded_image_needs_no_new_upload) {
  Board board;
  const uint32_t crc = Crc(Image(1));
  board.RunImage(Image(1), 1);
  CHECK(Is(board.AskInfer(2, crc), 2, reply::kAccepted));
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 2, reply::kResult));
}

TEST(queue_takes_two_inferences_and_runs_them_in_order) {
  Board board;
  const uint32_t first = board.UploadImage(Image(1), 10);
  const uint32_t second = board.UploadImage(Image(2), 20);
  CHECK(Is(board.AskInfer(1, first), 1, reply::kAccepted));
  CHECK(Is(board.AskInfer(2, second), 2, reply::kAccepted));
  CHECK_EQ(ErrorOf(board.AskInfer(3, first)), 8);
  CHECK_EQ(ErrorOf(board.AskUpload(4, Image(3))), 8);  // no free image buffer
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(board.AskInfer(5, first)), 8); };
  CHECK(board.app->RunNextInference());
  CHECK(Is(board.Reply(), 1, reply::kResult));
  board.engine.during_invoke = nullptr;
  CHECK(Is(board.AskUpload(6, Image(3)), 6, reply::kUploading));
  CHECK(!board.app->RunNextInference());
  CHECK(Is(board.Reply(), 2, reply::kResult));
}

TEST(failure_of_the_engine_is_the_answer_also_when_asked_again) {
  Board board;
  board.engine.invoke_status = camhil::Failure(camhil::ErrorCode::kEngine, 6, 0, "node 3 failed");
  cbor::Value error = board.RunImage(Image(1), 1);
  CHECK_EQ(ErrorOf(error), 40);
  CHECK(error[4].text() == "node 3 failed");
  CHECK_EQ(ErrorOf(board.AskInfer(1, Crc(Image(1)))), 40);
  CHECK_EQ(board.engine.invocations, 1);
  CHECK_EQ(ErrorOf(board.Ask(5, request::kReadOutput, {Uint(0), Uint(0), Uint(1)})), 10);
  board.engine.invoke_status = {};
  CHECK(Is(board.RunImage(Image(1), 2), 2, reply::kResult));
}

TEST(outputs_of_a_wrong_size_are_an_engine_error) {
  Board board;
  board.engine.outputs[0].pop_back();
  CHECK_EQ(ErrorOf(board.RunImage(Image(1), 1)), 40);
}

TEST(largest_result_fits_a_frame) {
  builder::ModelSpec spec = builder::SmallModel();
  spec.tensors[builder::kFeatures].shape = {1, 16, 16, 4};
  spec.tensors[builder::kScore].shape = {1, 64};
  spec.tensors[builder::kFilter].shape = {64, 4};
  spec.tensors[builder::kFilter].data.assign(256, 1);
  Board board(bench::Partition(builder::Build(spec)));
  board.engine.outputs = {Blob(1024, 9), Blob(64, 0x7F)};
  const cbor::Value result = board.RunImage(Image(1), 1);
  CHECK_EQ(result[kScores].bytes.size(), size_t{64});
  CHECK_EQ(Cam(result).size(), size_t{256});
}
