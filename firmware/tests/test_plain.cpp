// A build without maps and frames: CAMHIL_HEAD and CAMHIL_FRAMES are 0.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;

builder::NetworkSpec WithoutHead() {
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.has_head = false;
  return spec;
}

}  // namespace

TEST(plain_build_runs_networks_without_a_head) {
  Board board(WithoutHead());
  const cbor::Value result = board.RunSample(bench::Sample(1), 1, true);
  CHECK(bench::Is(result, 1, bench::reply::kResult));
  CHECK(result[bench::field::kHead].nil());
}

TEST(plain_build_refuses_a_network_with_a_head) {
  Board board;
  CHECK_EQ(board.Hello()[bench::id::kModelState].number, uint64_t{3});
  CHECK_EQ(board.engine.loads, 0);
}

TEST(plain_build_takes_no_frames) {
  Board board(WithoutHead(), true);
  const cbor::Value identity = board.Hello();
  CHECK(!identity[bench::id::kCapabilities][1].truth());  // camera
  CHECK(!identity[bench::id::kCapabilities][2].truth());  // frame_stage
  CHECK_EQ(bench::ErrorOf(board.AskUpload(2, Blob(19200, 1), false, 1)), 3);
  CHECK_EQ(board.RunNext(), camhil::Inferences::kNothing);
  CHECK_EQ(board.camera.captures, 0);
}
