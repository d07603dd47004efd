// A board with a camera works on its own until a host says hello.
#include "board.h"
#include "check.h"

namespace {

using bench::Board;
using builder::SmallNetwork;

constexpr uint32_t kNothing = camhil::Inferences::kNothing;

bool Prints(const Board& board, const std::string& text) {
  return board.console.find(text) != std::string::npos;
}

}  // namespace

TEST(camera_board_prints_locations_of_what_passes) {
  Board board(SmallNetwork(), true);
  board.engine.outputs[0][4 * builder::kChannels] = 0;
  CHECK_EQ(board.RunNext(), 0u);  // and goes on
  CHECK(board.Replies().empty());
  CHECK(Prints(board, "location x=48, y=48\n"));
  CHECK(board.last_input() == bench::Blob(64 * 96, 200 - 128));
  CHECK_EQ(board.camera.held, 0);

  board.console.clear();
  board.engine.outputs[1][1] = 0x80;
  board.RunNext();
  board.Replies();
  CHECK(board.console.empty());
  CHECK(board.machine.shown == std::vector<bool>({true, false}));
}

TEST(detection_on_a_flat_map_is_shown_without_a_location) {
  Board board(SmallNetwork(), true);
  board.console.clear();
  board.RunNext();
  board.Replies();
  CHECK(board.console.empty());
  CHECK(board.machine.shown == std::vector<bool>({true}));
}

TEST(camera_frame_of_another_size_is_an_error) {
  Board board(SmallNetwork(), true);
  board.camera.frame.resize(320 * 240);
  board.RunNext();
  board.Replies();
  CHECK(Prints(board, "camhil: camera frame of 76800 bytes, not 19200\n"));
  CHECK_EQ(board.camera.held, 0);
  CHECK_EQ(board.engine.invocations, 0);
}

TEST(camera_whose_frames_do_not_fit_the_network_is_not_asked) {
  Board board(
      builder::PlainNetwork({{builder::kInt8, {1, 64, 96, 1}, 6144}}, {{builder::kInt8, {1}, 1}}),
      true);  // nobody said what pixels become
  CHECK(
      Prints(board, "E (5000) camhil: a frame of 160x120 cannot be made into the network's input"));
  CHECK_EQ(board.RunNext(), kNothing);
  CHECK_EQ(board.camera.captures, 0);
}

TEST(hello_ends_the_cameras_turn) {
  Board board(SmallNetwork(), true);
  board.Hello();
  CHECK_EQ(board.RunNext(), kNothing);
  CHECK_EQ(board.camera.captures, 0);
  CHECK(board.machine.shown == std::vector<bool>({false}));  // it may have been on
  board.Hello();
  CHECK_EQ(board.machine.shown.size(), size_t{1});
}

TEST(hello_during_a_cameras_inference_keeps_its_line_off_the_console) {
  Board board(SmallNetwork(), true);
  board.engine.outputs[0][0] = 0;
  board.engine.during_invoke = [&] { board.Hello(); };
  board.console.clear();
  CHECK_EQ(board.RunNext(), kNothing);
  board.Replies();
  CHECK(board.console.empty());
}

TEST(injected_sample_comes_before_the_cameras) {
  Board board(SmallNetwork(), true);
  const uint32_t crc = board.UploadSample(bench::Sample(1), 10);
  board.AskInfer(1, crc);
  board.RunNext();
  CHECK(bench::Is(board.Reply(), 1, bench::reply::kResult));
  CHECK_EQ(board.camera.captures, 0);
  board.RunNext();
  CHECK_EQ(board.camera.captures, 1);
}

TEST(failing_camera_is_reported_once_and_tried_again_after_a_pause) {
  Board board(SmallNetwork(), true);
  board.camera.status = camhil::Failure(camhil::ErrorCode::kCamera, 0, 0, "no frame");
  CHECK_EQ(board.RunNext(), camhil::kCameraPauseMs);
  board.Replies();
  CHECK(Prints(board, "E (5000) camhil: no frame\n"));
  board.console.clear();
  CHECK_EQ(board.RunNext(), camhil::kCameraPauseMs);
  CHECK_EQ(board.camera.captures, 1);
  board.machine.now_us += camhil::kCameraPauseMs * 1000;
  CHECK_EQ(board.RunNext(), camhil::kCameraPauseMs);
  CHECK_EQ(board.camera.captures, 2);
  board.Replies();
  CHECK(board.console.empty());
  CHECK_EQ(board.engine.invocations, 0);
  CHECK(board.machine.shown == std::vector<bool>({false, false}));
}

TEST(camera_that_failed_several_times_is_started_anew_and_its_return_is_told) {
  Board board(SmallNetwork(), true);
  board.camera.status = camhil::Failure(camhil::ErrorCode::kCamera, 0, 0, "no frame");
  for (int failures = 1; failures <= 6; ++failures) {
    board.RunNext();
    board.machine.now_us += camhil::kCameraPauseMs * 1000;
    CHECK_EQ(board.camera.restarts, failures / 3);
  }
  board.camera.status = {};
  board.console.clear();
  CHECK_EQ(board.RunNext(), 0u);
  board.RunNext();
  board.Replies();
  CHECK_EQ(board.camera.restarts, 2);
  const std::string told = "the frames of the camera are answered again\n";
  CHECK(Prints(board, told));
  CHECK(board.console.find(told) == board.console.rfind(told));
}

TEST(injected_sample_does_not_wait_for_the_pause_of_a_camera) {
  Board board(SmallNetwork(), true);
  board.camera.status = camhil::Failure(camhil::ErrorCode::kCamera, 0, 0, "no frame");
  board.RunNext();
  board.AskInfer(1, board.UploadSample(bench::Sample(1), 10));
  board.RunNext();
  CHECK(bench::Is(board.Reply(), 1, bench::reply::kResult));
}

TEST(silence_of_the_host_gives_the_camera_its_turn_again) {
  Board board(SmallNetwork(), true);
  board.Hello();
  board.machine.now_us += 9'999'999;
  board.Tick();
  CHECK_EQ(board.RunNext(), kNothing);
  board.machine.now_us += 1;
  board.Tick();
  CHECK_EQ(board.RunNext(), 0u);
  CHECK_EQ(board.camera.captures, 1);
}

TEST(camera_stays_away_while_a_hosts_inference_is_queued) {
  Board board(SmallNetwork(), true);
  board.Hello();
  board.AskInfer(1, board.UploadSample(bench::Sample(1), 10));
  board.machine.now_us += 20'000'000;
  board.engine.during_invoke = [&] {
    board.Tick();
    CHECK(board.Hello()[bench::id::kImageSource].number == 1);
  };
  CHECK_EQ(board.RunNext(), kNothing);
  CHECK_EQ(board.camera.captures, 0);
}

TEST(board_reports_its_network_on_the_console) {
  const Board board;
  CHECK(Prints(board, "I (5000) camhil: camhil 9.8.7 on bench, engine fake 1.0\n"));
  CHECK(Prints(board, "network abababababab: 4 operators, 1 inputs, 2 outputs, arena 70000 bytes"));
}

TEST(board_reports_on_the_console_why_there_is_no_network) {
  const Board board{cbor::Blob()};
  CHECK(Prints(board, "E (5000) camhil: no network: model partition is empty (20, 0, 0)\n"));
}
