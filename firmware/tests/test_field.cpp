// A build without injection: CAMHIL_INJECTION is 0.
#include "board.h"
#include "check.h"

namespace {

using bench::Board;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

constexpr int64_t kUnsupported = 3;

}  // namespace

TEST(field_build_says_that_it_takes_no_samples) {
  Board board(builder::SmallNetwork(), true);
  const cbor::Value id = board.Hello();
  CHECK(bench::Is(id, 1, reply::kIdentity));
  const cbor::Value& can = id[bench::id::kCapabilities];
  CHECK(!can[0].truth());  // injection
  CHECK(!can[2].truth());  // frame_stage
  CHECK(!can[3].truth());  // trace
  CHECK(!can[4].truth());  // capture
  CHECK(!can[8].truth());  // camera_frames
  CHECK(id[bench::id::kFrame].nil());
}

TEST(hello_leaves_the_camera_at_work) {
  Board board(builder::SmallNetwork(), true);
  const cbor::Value id = board.Hello();
  CHECK_EQ(id[bench::id::kImageSource].number, uint64_t{0});  // camera
  CHECK(id[bench::id::kCapabilities][1].truth());
  CHECK_EQ(board.RunNext(), 0u);
  CHECK_EQ(board.camera.captures, 1);
  CHECK_EQ(board.engine.invocations, 1);
}

TEST(field_build_refuses_samples) {
  Board board(builder::SmallNetwork(), true);
  const bench::Blob sample = bench::Sample(1);
  CHECK_EQ(bench::ErrorOf(board.AskUpload(1, sample)), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.AskUpload(2, bench::Blob(19200, 1), false, 1)), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.AskChunk(3, sample, 0)), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.AskInfer(4, bench::Crc(sample))), kUnsupported);
  const cbor::Value read = board.Ask(5, request::kReadTensor, {Uint(1), Uint(0), Uint(0), Uint(1)});
  CHECK_EQ(bench::ErrorOf(read), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.Ask(6, request::kGetTrace, {Uint(0)})), kUnsupported);
  CHECK_EQ(bench::ErrorOf(board.Ask(7, request::kGetFrame, {Uint(0), Uint(9)})), kUnsupported);
}

TEST(field_build_still_tells_of_itself) {
  Board board;
  CHECK(bench::Is(board.Ask(1, request::kEcho, {cbor::Bytes({1})}), 1, reply::kEchoed));
  CHECK(bench::Is(board.Ask(2, request::kGetMemory), 2, reply::kMemoryReport));
  CHECK(bench::Is(board.Ask(3, request::kGetContract, {Uint(0)}), 3, reply::kContractPage));
  CHECK(bench::Is(board.Ask(4, request::kReboot, {Uint(0)}), 4, reply::kRebootAck));
}

TEST(field_build_says_on_the_console_where_samples_come_from) {
  const Board with(builder::SmallNetwork(), true);
  CHECK(with.console.find("samples come from the camera, always") != std::string::npos);
  const Board without;
  CHECK(without.console.find("no camera and no injection: no samples") != std::string::npos);
}
