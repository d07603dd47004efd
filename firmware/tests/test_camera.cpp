// A board with a camera works on its own until a host says hello.
#include "board.h"
#include "check.h"

namespace {

using bench::Board;
using builder::Build;
using builder::SmallModel;

bool Prints(const Board& board, const std::string& text) {
  return board.console.find(text) != std::string::npos;
}

}  // namespace

TEST(camera_board_prints_locations_of_what_passes) {
  Board board(bench::Partition(Build(SmallModel())), true);
  board.engine.outputs[0][4 * builder::kChannels] = 0;
  CHECK(board.app->RunNextInference());  // and goes on
  CHECK(board.Replies().empty());
  CHECK(Prints(board, "location x=48, y=48\n"));
  CHECK(board.engine.last_input == bench::Blob(64 * 96, 200 - 128));
  CHECK_EQ(board.camera.held, 0);

  board.console.clear();
  board.engine.outputs[1][1] = 0x80;
  board.app->RunNextInference();
  board.Replies();
  CHECK(board.console.empty());
  CHECK(board.port.shown == std::vector<bool>({true, false}));
}

TEST(detection_on_a_flat_map_is_shown_without_a_location) {
  Board board(bench::Partition(Build(SmallModel())), true);
  board.console.clear();
  board.app->RunNextInference();
  board.Replies();
  CHECK(board.console.empty());
  CHECK(board.port.shown == std::vector<bool>({true}));
}

TEST(camera_frame_of_another_size_is_an_error) {
  Board board(bench::Partition(Build(SmallModel())), true);
  board.camera.frame.resize(320 * 240);
  board.app->RunNextInference();
  board.Replies();
  CHECK(Prints(board, "camhil: camera frame of 76800 bytes, not 19200\n"));
  CHECK_EQ(board.camera.held, 0);
  CHECK_EQ(board.engine.invocations, 0);
}

TEST(camera_whose_frames_do_not_fit_the_model_is_not_asked) {
  builder::ModelSpec spec = SmallModel();
  spec.tensors[builder::kInput].shape = {1, 32, 32, 3};  // colour
  Board board(bench::Partition(Build(spec)), true);
  CHECK(Prints(board, "E (5000) camhil: a frame of 160x120 cannot be made into the model's input"));
  CHECK(!board.app->RunNextInference());
  CHECK_EQ(board.camera.captures, 0);
}

TEST(hello_ends_the_cameras_turn) {
  Board board(bench::Partition(Build(SmallModel())), true);
  board.Ask(1, bench::request::kHello, {cbor::Uint(1)});
  CHECK(!board.app->RunNextInference());
  CHECK_EQ(board.camera.captures, 0);
  CHECK(board.port.shown == std::vector<bool>({false}));  // it may have been on
  board.Ask(2, bench::request::kHello, {cbor::Uint(1)});
  CHECK_EQ(board.port.shown.size(), size_t{1});
}

TEST(hello_during_a_cameras_inference_keeps_its_line_off_the_console) {
  Board board(bench::Partition(Build(SmallModel())), true);
  board.engine.outputs[0][0] = 0;
  board.engine.during_invoke = [&] { board.Ask(1, bench::request::kHello, {cbor::Uint(1)}); };
  board.console.clear();
  CHECK(!board.app->RunNextInference());
  board.Replies();
  CHECK(board.console.empty());
}

TEST(injected_image_comes_before_the_cameras) {
  Board board(bench::Partition(Build(SmallModel())), true);
  const uint32_t crc = board.UploadImage(bench::Image(1), 10);
  board.AskInfer(1, crc);
  board.app->RunNextInference();
  CHECK(bench::Is(board.Reply(), 1, bench::reply::kResult));
  CHECK_EQ(board.camera.captures, 0);
  board.app->RunNextInference();
  CHECK_EQ(board.camera.captures, 1);
}

TEST(failing_camera_is_reported_once_and_tried_again) {
  Board board(bench::Partition(Build(SmallModel())), true);
  board.camera.status = camhil::Failure(camhil::ErrorCode::kCamera, 0, 0, "no frame");
  CHECK(board.app->RunNextInference());
  board.Replies();
  CHECK(Prints(board, "E (5000) camhil: no frame\n"));
  const size_t printed = board.port.written.size();
  CHECK(board.app->RunNextInference());
  CHECK_EQ(board.port.written.size(), printed);
  CHECK_EQ(board.engine.invocations, 0);
  CHECK(board.port.shown == std::vector<bool>({false, false}));
}

TEST(board_reports_its_model_on_the_console) {
  const Board board;
  CHECK(Prints(board, "I (5000) camhil: camhil 9.8.7 on bench, engine fake 1.0\n"));
  CHECK(Prints(board, ": 4 operators, 3 classes, arena 70000 bytes"));
}

TEST(board_reports_on_the_console_why_there_is_no_model) {
  const Board board{cbor::Blob()};
  CHECK(Prints(board, "E (5000) camhil: no model: model partition is empty (20, 0, 0)\n"));
}
