// A build without injection: CAMHIL_INJECTION is 0.
#include "board.h"
#include "check.h"

namespace {

using bench::Board;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

constexpr int64_t kUnsupported = 3;

bench::Blob Partition() {
  return bench::Partition(builder::Build(builder::SmallModel()));
}

}  // namespace

TEST(field_build_says_that_it_takes_no_images) {
  Board board;
  const cbor::Value id = board.Ask(1, request::kHello, {Uint(1)});
  CHECK(bench::Is(id, 1, reply::kIdentity));
  const cbor::Value& can = id[14];
  CHECK(!can[0].truth());  // injection
  CHECK(!can[2].truth());  // frame_stage
  CHECK(!can[3].truth());  // trace
  CHECK(!can[4].truth());  // capture
  CHECK_EQ(id.items.back().items.size(), size_t{3});
}

TEST(hello_leaves_the_camera_at_work) {
  Board board(Partition(), true);
  const cbor::Value id = board.Ask(1, request::kHello, {Uint(1)});
  CHECK_EQ(id[11].number, uint64_t{0});  // camera
  CHECK(id[14][1].truth());
  CHECK(board.app->RunNextInference());
  CHECK_EQ(board.camera.captures, 1);
  CHECK_EQ(board.engine.invocations, 1);
}

TEST(field_build_refuses_images) {
  Board board(Partition(), true);
  const bench::Blob image = bench::Image(1);
  CHECK_EQ(bench::ErrorOf(board.AskUpload(1, image)), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.AskUpload(2, bench::Blob(19200, 1), false, 1)), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.AskChunk(3, image, 0)), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.AskInfer(4, bench::Crc(image))), kUnsupported);
  const cbor::Value read = board.Ask(5, request::kReadOutput, {Uint(0), Uint(0), Uint(1)});
  CHECK_EQ(bench::ErrorOf(read), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.Ask(6, request::kGetTrace, {Uint(0)})), kUnsupported);
}

TEST(field_build_still_tells_of_itself) {
  Board board;
  CHECK(bench::Is(board.Ask(1, request::kEcho, {cbor::Bytes({1})}), 1, reply::kEchoed));
  CHECK(bench::Is(board.Ask(2, request::kGetMemory), 2, reply::kMemoryReport));
  CHECK(bench::Is(board.Ask(3, request::kGetOps, {Uint(0)}), 3, reply::kOpPage));
  CHECK(bench::Is(board.Ask(4, request::kReboot, {Uint(0)}), 4, reply::kRebootAck));
}

TEST(field_build_says_on_the_console_where_images_come_from) {
  const Board with(Partition(), true);
  CHECK(with.console.find("images come from the camera, always") != std::string::npos);
  const Board without;
  CHECK(without.console.find("no camera and no injection: no images") != std::string::npos);
}
