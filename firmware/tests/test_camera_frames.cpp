// A host asks for a frame of the board's camera, page by page, and runs the network on it.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::ErrorOf;
using bench::Is;
using builder::SmallNetwork;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;
namespace field {
enum { kCrc = 2, kTaken, kFrame, kTotal, kOffset, kData };
}

constexpr uint32_t kIdle = camhil::Inferences::kNothing;
constexpr int64_t kNoSuchSample = 5, kBusy = 8, kOutOfRange = 9, kNothingRecorded = 10,
                  kUnsupported = 3, kCamera = 41;
constexpr size_t kFrameBytes = 160 * 120;

Blob Picture(uint8_t seed) {
  Blob picture(kFrameBytes);
  for (size_t i = 0; i < picture.size(); ++i) {
    picture[i] = static_cast<uint8_t>(seed + 3 * i + i / 160);
  }
  return picture;
}

// With a camera that sees this; a host has said hello.
struct Looking : Board {
  explicit Looking(uint8_t seed = 1) : Board(SmallNetwork(), true) {
    camera.frame = Picture(seed);
    Hello();
  }
  cbor::Value AskPage(uint32_t seq, size_t offset, size_t length = 1536) {
    return Ask(seq, request::kGetFrame, {Uint(offset), Uint(length)});
  }
  // The first page of a new frame, of which the request is number `seq`.
  cbor::Value Take(uint32_t seq) {
    CHECK_EQ(ErrorOf(AskPage(seq - 1, 0)), kBusy);
    RunNext();
    return AskPage(seq, 0);
  }
};

}  // namespace

TEST(a_frame_of_the_camera_comes_in_pages) {
  Looking board;
  CHECK(board.Hello()[bench::id::kCapabilities][8].truth());
  const Blob picture = Picture(1);
  cbor::Value page = board.Take(20);
  Blob got;
  for (uint32_t seq = 21;; ++seq) {
    CHECK(Is(page, seq - 1, 14));
    CHECK_EQ(page[field::kCrc].number, uint64_t{bench::Crc(picture)});
    CHECK_EQ(page[field::kTaken].number, board.machine.now_us);
    CHECK_EQ(page[field::kFrame][0].number, uint64_t{120});
    CHECK_EQ(page[field::kFrame][1].number, uint64_t{160});
    CHECK_EQ(page[field::kFrame][2].number, uint64_t{0});  // gray
    CHECK_EQ(page[field::kTotal].number, uint64_t{kFrameBytes});
    CHECK_EQ(page[field::kOffset].number, uint64_t{got.size()});
    const Blob& data = page[field::kData].bytes;
    got.insert(got.end(), data.begin(), data.end());
    if (got.size() >= kFrameBytes) break;
    page = board.AskPage(seq, got.size());
  }
  CHECK(got == picture);
  CHECK_EQ(board.camera.captures, 1);
  CHECK_EQ(board.camera.held, 0);
  CHECK(board.AskPage(90, kFrameBytes)[field::kData].bytes.empty());
  CHECK_EQ(board.AskPage(91, 5, 7)[field::kData].bytes.size(), size_t{7});
  CHECK_EQ(ErrorOf(board.AskPage(92, kFrameBytes + 1)), kOutOfRange);
}

TEST(a_frame_is_taken_once_however_often_the_host_asks_meanwhile) {
  Looking board;
  for (uint32_t seq = 2; seq < 6; ++seq) CHECK_EQ(ErrorOf(board.AskPage(seq, 0)), kBusy);
  CHECK_EQ(board.camera.captures, 0);  // the receive task does not wait for it
  CHECK_EQ(board.RunNext(), kIdle);
  CHECK(Is(board.AskPage(6, 0), 6, 14));
  CHECK(Is(board.AskPage(6, 0), 6, 14));  // a repetition
  CHECK_EQ(board.RunNext(), kIdle);
  CHECK_EQ(board.camera.captures, 1);
  CHECK_EQ(ErrorOf(board.AskPage(7, 0)), kBusy);  // a new one
  board.RunNext();
  CHECK_EQ(board.camera.captures, 2);
}

TEST(the_network_runs_on_the_frame_that_the_host_got_without_an_upload) {
  Looking board;
  board.camera.frame.assign(kFrameBytes, 77);
  const uint64_t crc = board.Take(5)[field::kCrc].number;
  CHECK(Is(board.AskInfer(6, static_cast<uint32_t>(crc)), 6, reply::kAccepted));
  board.RunNext();
  const cbor::Value result = board.Reply();
  CHECK(Is(result, 6, reply::kResult));
  CHECK_EQ(result[bench::field::kCrc].number, crc);
  CHECK_EQ(result[bench::field::kTimes][0].number, uint64_t{0});  // upload_us
  CHECK(board.last_input() == Blob(64 * 96, static_cast<uint8_t>(77 - 128)));
  CHECK_EQ(ErrorOf(board.AskPage(7, 1536)), kNoSuchSample);  // its input lies there now
}

TEST(a_frame_that_the_host_got_need_not_be_announced_in_full) {
  Looking board;
  board.Take(5);
  const cbor::Value told = board.AskUpload(6, Picture(1), true, 1);
  CHECK(Is(told, 6, reply::kUploading));
  CHECK_EQ(told[3].number, uint64_t{13});  // chunks, of which none is missing
  CHECK_EQ(told[4].number, uint64_t{0});
}

TEST(a_frame_is_gone_when_its_memory_is_needed) {
  Looking board;
  CHECK_EQ(ErrorOf(board.AskPage(2, 1536)), kNothingRecorded);
  board.Take(4);
  board.UploadSample(bench::Sample(1), 10);
  CHECK(Is(board.AskPage(30, 1536), 30, 14));
  board.UploadSample(bench::Sample(2), 40);
  CHECK_EQ(ErrorOf(board.AskPage(60, 1536)), kNoSuchSample);
  CHECK(Is(board.Take(62), 62, 14));
}

TEST(inferences_come_before_the_frame_of_a_host) {
  Looking board;
  board.AskInfer(20, board.UploadSample(bench::Sample(1), 10));
  CHECK_EQ(ErrorOf(board.AskPage(21, 0)), kBusy);
  CHECK_EQ(board.RunNext(), 0u);
  CHECK(Is(board.Reply(), 20, reply::kResult));
  CHECK_EQ(board.camera.captures, 0);
  board.RunNext();
  CHECK(Is(board.AskPage(22, 0), 22, 14));
}

TEST(a_camera_that_fails_is_told_to_its_host_and_started_anew) {
  Looking board;
  board.camera.status = camhil::Failure(camhil::ErrorCode::kCamera, 5, 0, "no frame");
  for (uint32_t failures = 1; failures <= 3; ++failures) {
    const cbor::Value told = board.Take(10 * failures);
    CHECK_EQ(ErrorOf(told), kCamera);
    CHECK_EQ(told[3][0].integer(), 5);
    CHECK_EQ(board.camera.restarts, static_cast<int>(failures / 3));
  }
  CHECK(board.console.find("no frame") == std::string::npos);  // it is no news of the field
  board.camera.status = {};
  CHECK(Is(board.Take(50), 50, 14));
}

TEST(a_frame_that_nobody_fetched_is_not_given_later) {
  Looking board;
  board.AskPage(2, 0);
  board.RunNext();
  board.machine.now_us += 2'000'001;
  CHECK_EQ(ErrorOf(board.AskPage(3, 0)), kBusy);
  board.RunNext();
  CHECK_EQ(board.AskPage(4, 0)[field::kTaken].number, board.machine.now_us);
  CHECK_EQ(board.camera.captures, 2);
}

TEST(a_board_that_works_on_its_camera_gives_a_frame_too) {
  Board board(SmallNetwork(), true);
  CHECK_EQ(ErrorOf(board.Ask(2, request::kGetFrame, {Uint(0), Uint(9)})), kBusy);
  CHECK_EQ(board.RunNext(), 0u);  // and goes on
  CHECK_EQ(board.engine.invocations, 0);
  CHECK(Is(board.Ask(3, request::kGetFrame, {Uint(0), Uint(9)}), 3, 14));
  board.RunNext();
  CHECK_EQ(board.engine.invocations, 1);
}

TEST(a_board_without_a_camera_or_without_room_gives_no_frame) {
  Board without;
  CHECK(!without.Hello()[bench::id::kCapabilities][8].truth());
  CHECK_EQ(ErrorOf(without.Ask(1, request::kGetFrame, {Uint(0), Uint(100)})), kUnsupported);
  Board small(SmallNetwork(), true, {kFrameBytes - 1, 200, 256});
  CHECK(!small.Hello()[bench::id::kCapabilities][8].truth());
  CHECK_EQ(ErrorOf(small.Ask(1, request::kGetFrame, {Uint(0), Uint(100)})), kUnsupported);
  CHECK_EQ(small.RunNext(), kIdle);
  CHECK_EQ(small.camera.captures, 0);
}

TEST(a_network_that_takes_no_frames_is_not_run_on_one) {
  Board board(
      builder::PlainNetwork({{builder::kInt8, {1, 64, 96, 1}, 6144}}, {{builder::kInt8, {1}, 1}}),
      true);  // nobody said what pixels become
  board.Hello();
  board.Ask(2, request::kGetFrame, {Uint(0), Uint(9)});
  board.RunNext();
  const cbor::Value page = board.Ask(3, request::kGetFrame, {Uint(0), Uint(9)});
  CHECK(Is(page, 3, 14));
  CHECK_EQ(ErrorOf(board.AskInfer(4, static_cast<uint32_t>(page[field::kCrc].number))),
           kUnsupported);
}
