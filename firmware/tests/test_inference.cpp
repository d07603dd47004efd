// Upload, inference, results, traces: the order of things, and its disturbances.
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

constexpr uint64_t kAllMissing = 0xF;  // 6144 bytes: 4 chunks

// Fields of a result.
enum { kCrc = 2, kScores, kThreshold, kLocation, kCam, kTimes, kCycles, kFinished, kCount };

// Uploads an image and runs it; returns the result.
cbor::Value RunImage(Board* board, const Blob& image, uint32_t seq, bool cam_always = false,
                     bool trace = false, cbor::Value threshold = Nil()) {
  const uint32_t crc = board->UploadImage(image, 1000 + 10 * seq);
  CHECK(Is(board->AskInfer(seq, crc, cam_always, trace, threshold), seq, reply::kAccepted));
  board->app->RunNextInference();
  return board->Reply();
}

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

TEST(chunks_may_come_in_any_order_and_twice) {
  Board board;
  const Blob image = Image(1);
  CHECK_EQ(board.AskUpload(1, image)[3].number, kAllMissing);
  CHECK_EQ(board.AskChunk(2, image, 3)[4].number, uint64_t{0x7});
  CHECK_EQ(board.AskChunk(3, image, 0)[4].number, uint64_t{0x6});
  CHECK_EQ(board.AskChunk(3, image, 0)[4].number, uint64_t{0x6});
  CHECK_EQ(board.AskChunk(4, image, 2)[4].number, uint64_t{0x2});
  CHECK_EQ(board.AskChunk(5, image, 1)[4].number, uint64_t{0});
  CHECK(Is(board.AskInfer(6, Crc(image)), 6, reply::kAccepted));
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 6, reply::kResult));
  CHECK(board.engine.last_input == image);
}

TEST(upload_resumes_and_repeats_without_losing_chunks) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  board.AskChunk(2, image, 0);
  CHECK_EQ(board.AskUpload(1, image)[3].number, uint64_t{0xE});        // the same request again
  CHECK_EQ(board.AskUpload(3, image, true)[3].number, uint64_t{0xE});  // resume
  CHECK_EQ(board.AskUpload(4, image, false)[3].number, kAllMissing);   // anew
}

TEST(resume_of_an_unknown_image_starts_empty) {
  Board board;
  CHECK_EQ(board.AskUpload(1, Image(1), true)[3].number, kAllMissing);
}

TEST(upload_of_a_wrong_size_or_stage_is_refused) {
  Board board;
  const cbor::Value error = board.AskUpload(1, Blob(100, 1));
  CHECK_EQ(ErrorOf(error), 4);
  CHECK_EQ(error[3][0].integer(), 6144);
  CHECK_EQ(error[3][1].integer(), 100);
  CHECK_EQ(
      ErrorOf(board.Ask(2, request::kUpload, {Uint(1), Uint(5), Uint(6144), cbor::Bool(false)})),
      3);
}

TEST(chunk_has_to_fit_its_image) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  const auto ask = [&](uint64_t crc, uint64_t offset, size_t size) {
    return ErrorOf(
        board.Ask(2, request::kChunk, {Uint(crc), Uint(offset), cbor::Bytes(Blob(size, 1))}));
  };
  CHECK_EQ(ask(Crc(image), 1, 1536), 9);
  CHECK_EQ(ask(Crc(image), 6144, 1536), 9);
  CHECK_EQ(ask(Crc(image), 0xFFFFFE00, 1536), 9);
  CHECK_EQ(ask(Crc(image), 0, 1535), 9);
  CHECK_EQ(ask(12345, 0, 1536), 5);
}

TEST(last_chunk_may_be_shorter) {
  builder::ModelSpec spec = builder::SmallModel();
  spec.tensors[builder::kInput].shape = {1, 40, 40, 1};  // 1600 bytes
  Board board(bench::Partition(builder::Build(spec)));
  const Blob image(1600, 3);
  board.AskUpload(1, image);
  board.AskChunk(2, image, 0);
  CHECK_EQ(board.AskChunk(3, image, 1)[4].number, uint64_t{0});
}

TEST(incomplete_image_is_not_run) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  board.AskChunk(2, image, 1);
  const cbor::Value error = board.AskInfer(3, Crc(image));
  CHECK_EQ(ErrorOf(error), 6);
  CHECK_EQ(error[3][0].integer(), 0xD);
  CHECK_EQ(ErrorOf(board.AskInfer(4, 999)), 5);
}

TEST(corrupted_image_is_refused_and_dropped) {
  Board board;
  Blob image = Image(1);
  const uint32_t announced = Crc(image);
  board.AskUpload(1, image);
  image[2000] ^= 1;
  for (size_t i = 0; i < 4; ++i) {
    const Blob part(image.begin() + static_cast<long>(i * 1536),
                    image.begin() + static_cast<long>((i + 1) * 1536));
    board.Ask(2, request::kChunk, {Uint(announced), Uint(i * 1536), cbor::Bytes(part)});
  }
  const cbor::Value error = board.AskInfer(3, announced);
  CHECK_EQ(ErrorOf(error), 7);
  CHECK_EQ(error[3][0].integer(), int64_t{announced});
  CHECK_EQ(error[3][1].integer(), int64_t{Crc(image)});
  CHECK_EQ(ErrorOf(board.AskInfer(4, announced)), 5);
  CHECK_EQ(board.engine.invocations, 0);
}

TEST(image_uploaded_anew_is_checked_anew) {
  Board board;
  Blob image = Image(1);
  const uint32_t crc = Crc(image);
  RunImage(&board, image, 1);
  CHECK_EQ(board.AskUpload(2, image)[3].number, kAllMissing);
  for (size_t i = 1; i < 4; ++i) board.AskChunk(3, image, i);
  board.Ask(4, request::kChunk, {Uint(crc), Uint(0), cbor::Bytes(Blob(1536, 0xEE))});
  CHECK_EQ(ErrorOf(board.AskInfer(5, crc)), 7);
}

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
  CHECK_EQ(RunImage(&board, Image(2), 4)[kCount].number, uint64_t{2});
}

TEST(cycles_are_counted_through_the_counters_wrap) {
  Board board;
  board.port.cycles_known = true;
  board.port.cycles = 0xFFFFFFF0;
  CHECK_EQ(RunImage(&board, Image(1), 1)[kCycles].number, uint64_t{1000});
}

TEST(cam_and_location_are_those_of_the_positive_class) {
  Board board;
  SetFeature(&board, 4, 2, 2);  // row 1, column 1: feature 2 - (-128) = 130
  const cbor::Value result = RunImage(&board, Image(1), 1);
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
  const cbor::Value result = RunImage(&board, Image(1), 1);
  CHECK_EQ(result[kLocation].number, uint64_t{1});
  CHECK(result[kLocation].type == cbor::Type::kUint);
  CHECK(!result[kCam].nil());
}

TEST(below_the_threshold_there_is_no_location_and_a_cam_only_on_demand) {
  Board board;
  SetFeature(&board, 4, 2, 2);
  SetPositiveScore(&board, 153 - 128);  // 59.8 %
  cbor::Value result = RunImage(&board, Image(1), 1);
  CHECK(result[kCam].nil());
  CHECK(result[kLocation].type == cbor::Type::kUint && result[kLocation].number == 0);
  result = RunImage(&board, Image(1), 2, true);
  CHECK(!result[kCam].nil());
  CHECK(result[kLocation].type == cbor::Type::kUint && result[kLocation].number == 0);
  SetPositiveScore(&board, 154 - 128);  // 60.2 %
  CHECK(RunImage(&board, Image(1), 3)[kLocation].type == cbor::Type::kArray);
}

TEST(threshold_of_the_request_replaces_that_of_the_model) {
  Board board;
  SetFeature(&board, 0, 0, 2);
  SetPositiveScore(&board, 0);  // 50 %
  const cbor::Value result = RunImage(&board, Image(1), 1, false, false, Uint(50));
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
  const cbor::Value first = RunImage(&board, Image(1), 1);
  const cbor::Value second = RunImage(&board, Image(2), 2);
  CHECK(cbor::Encode(board.AskInfer(1, Crc(Image(1)))) == cbor::Encode(first));
  CHECK(cbor::Encode(board.AskInfer(2, Crc(Image(2)))) == cbor::Encode(second));
  RunImage(&board, Image(3), 3);
  CHECK(cbor::Encode(board.AskInfer(2, Crc(Image(2)))) == cbor::Encode(second));
  RunImage(&board, Image(4), 4);
  CHECK_EQ(ErrorOf(board.AskInfer(1, Crc(Image(1)))), 5);
  CHECK_EQ(board.engine.invocations, 4);
}

TEST(earlier_results_stay_available_while_the_next_inference_runs) {
  Board board;
  RunImage(&board, Image(1), 1);
  RunImage(&board, Image(2), 2);
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
  RunImage(&board, Image(1), 1);
  CHECK(Is(RunImage(&board, Image(2), 1), 1, reply::kResult));
  CHECK_EQ(board.engine.invocations, 2);
}

TEST(new_infer_on_an_uploaded_image_needs_no_new_upload) {
  Board board;
  const uint32_t crc = Crc(Image(1));
  RunImage(&board, Image(1), 1);
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

TEST(image_in_use_is_never_overwritten) {
  Board board;
  const Blob image = Image(1);
  const uint32_t crc = board.UploadImage(image, 10);
  board.AskInfer(1, crc);
  board.engine.during_invoke = [&] {
    // The same image anew goes to the other buffer, and so do its chunks.
    CHECK_EQ(board.AskUpload(2, image)[3].number, kAllMissing);
    CHECK_EQ(board.AskChunk(3, image, 0)[4].number, uint64_t{0xE});
    CHECK_EQ(ErrorOf(board.AskInfer(4, crc)), 6);
    CHECK_EQ(ErrorOf(board.AskUpload(3, Image(2))), -1);
    CHECK(board.engine.last_input == image);
  };
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 1, reply::kResult));
}

TEST(next_image_can_be_uploaded_while_one_runs) {
  Board board;
  const uint32_t first = board.UploadImage(Image(1), 10);
  board.AskInfer(1, first);
  board.engine.during_invoke = [&] {
    const uint32_t second = board.UploadImage(Image(2), 20);
    CHECK(Is(board.AskInfer(2, second), 2, reply::kAccepted));
  };
  CHECK(board.app->RunNextInference());
  CHECK(Is(board.Reply(), 1, reply::kResult));
  board.engine.during_invoke = nullptr;
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 2, reply::kResult));
  CHECK(board.engine.last_input == Image(2));
}

TEST(failure_of_the_engine_is_the_answer_also_when_asked_again) {
  Board board;
  board.engine.invoke_status = camhil::Failure(camhil::ErrorCode::kEngine, 6, 0, "node 3 failed");
  cbor::Value error = RunImage(&board, Image(1), 1);
  CHECK_EQ(ErrorOf(error), 40);
  CHECK(error[4].text() == "node 3 failed");
  CHECK_EQ(ErrorOf(board.AskInfer(1, Crc(Image(1)))), 40);
  CHECK_EQ(board.engine.invocations, 1);
  CHECK_EQ(ErrorOf(board.Ask(5, request::kReadOutput, {Uint(0), Uint(0), Uint(1)})), 10);
  board.engine.invoke_status = {};
  CHECK(Is(RunImage(&board, Image(1), 2), 2, reply::kResult));
}

TEST(outputs_of_a_wrong_size_are_an_engine_error) {
  Board board;
  board.engine.outputs[0].pop_back();
  CHECK_EQ(ErrorOf(RunImage(&board, Image(1), 1)), 40);
}

TEST(output_can_be_read_in_parts) {
  Board board;
  const auto read = [&](uint64_t output, uint64_t offset, uint64_t length) {
    return board.Ask(50, request::kReadOutput, {Uint(output), Uint(offset), Uint(length)});
  };
  CHECK_EQ(ErrorOf(read(0, 0, 10)), 10);
  SetFeature(&board, 5, 3, 99);
  RunImage(&board, Image(1), 1);
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
  RunImage(&board, Image(1), 1);
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
  RunImage(&board, Image(1), 1);
  CHECK_EQ(ErrorOf(trace(0)), 10);  // not asked for
  board.engine.during_invoke = [&] { CHECK_EQ(ErrorOf(trace(0)), 8); };
  RunImage(&board, Image(1), 2, false, true);
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
  RunImage(&board, Image(1), 1, false, true);
  for (uint64_t first = 0; first < 96; first += 24) {
    const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(first)});
    CHECK_EQ(page[5].items.size(), size_t{24});
    CHECK_EQ(page[5][23][3].number, 10 * (first + 23));
  }
}

TEST(every_trace_starts_anew) {
  Board board;
  RunImage(&board, Image(1), 1, false, true);
  board.engine.op_outputs[3] = {9, 9};
  RunImage(&board, Image(2), 2, false, true);
  const cbor::Value page = board.Ask(60, request::kGetTrace, {Uint(3)});
  CHECK_EQ(page[2].number, uint64_t{Crc(Image(2))});
  CHECK_EQ(page[5][0][1].number, uint64_t{Crc({9, 9})});
}

TEST(trace_with_a_gap_is_an_engine_error) {
  Board board;
  RunImage(&board, Image(1), 1, false, true);
  board.engine.op_outputs.pop_back();
  CHECK_EQ(ErrorOf(RunImage(&board, Image(1), 2, false, true)), 40);
  // Nor does the earlier trace pass for this one.
  CHECK_EQ(ErrorOf(board.Ask(60, request::kGetTrace, {Uint(0)})), 10);
}

TEST(trace_out_of_order_is_an_engine_error) {
  Board board;
  board.engine.op_numbers = {0, 1, 1, 2};
  CHECK_EQ(ErrorOf(RunImage(&board, Image(1), 1, false, true)), 40);
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

TEST(largest_result_fits_a_frame) {
  builder::ModelSpec spec = builder::SmallModel();
  spec.tensors[builder::kFeatures].shape = {1, 16, 16, 4};
  spec.tensors[builder::kScore].shape = {1, 64};
  spec.tensors[builder::kFilter].shape = {64, 4};
  spec.tensors[builder::kFilter].data.assign(256, 1);
  Board board(bench::Partition(builder::Build(spec)));
  board.engine.outputs = {Blob(1024, 9), Blob(64, 0x7F)};
  const cbor::Value result = RunImage(&board, Image(1), 1);
  CHECK_EQ(result[kScores].bytes.size(), size_t{64});
  CHECK_EQ(Cam(result).size(), size_t{256});
}
