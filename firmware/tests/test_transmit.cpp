// What is sent: order, room, and that nobody but the transmit task waits for the line.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Is;
using bench::Sample;
using cbor::Nil;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

camhil::Bytes View(const Blob& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

TEST(echo_during_a_long_capture_waits_for_one_frame_at_most) {
  Board board;
  board.engine.op_reports[2].data = Blob(150'000, 0x55);
  const uint32_t crc = board.UploadSample(Sample(1), 10);
  board.AskInfer(1, crc, false, false, Nil(), bench::OpOutput(1, 1));
  // Asked for while the 20th of the bytes goes out, at a line that takes them slowly.
  board.pumps = false;
  board.line.most_at_once = 100;
  int waits = 0;
  size_t asked_at = 0;
  board.machine.on_wait_for_room = [&] {
    if (++waits == 300) {
      asked_at = board.line.written.size();
      board.Send(2, request::kEcho, {cbor::Bytes({7})});
    }
    board.app->Transmit(0);
  };
  board.app->RunNextInference();
  CHECK(asked_at > 0);
  board.Pump();
  const Blob all = board.line.written;
  const Blob echoed =
      bench::Frame(cbor::Encode(cbor::Array({Uint(2), Uint(reply::kEchoed), cbor::Bytes({7})})));
  const auto found = std::search(all.begin(), all.end(), echoed.begin(), echoed.end());
  CHECK(found != all.end());
  const auto answered_at = static_cast<size_t>(found - all.begin());
  CHECK(answered_at - asked_at <= camhil::kMaxSentFrameBytes);
  board.pumps = true;
  const std::vector<cbor::Value> replies = board.Replies();
  CHECK_EQ(replies.size(), size_t{98 + 2});  // 150,000 bytes in parts of 1536
  CHECK(Is(replies.back(), 1, reply::kResult));
}

TEST(waiting_for_the_line_feeds_the_watchdog) {
  Board board;
  board.engine.op_reports[2].data = Blob(10'000, 0x55);
  board.AskInfer(1, board.UploadSample(Sample(1), 10), false, false, Nil(), bench::OpOutput(1, 1));
  board.pumps = false;
  int waits = 0;
  int fed = board.machine.fed;
  board.machine.on_wait_for_room = [&] {
    ++waits;
    CHECK(board.machine.fed > fed);
    fed = board.machine.fed;
    if (waits % 5 == 0) board.app->Transmit(0);
  };
  board.app->RunNextInference();
  CHECK(waits > 20);
}

TEST(line_that_takes_no_bytes_is_asked_again) {
  Board board;
  board.line.busy_writes = 3;
  CHECK(Is(board.Ask(1, request::kEcho, {cbor::Bytes({1})}), 1, reply::kEchoed));
}

TEST(answers_survive_a_line_that_takes_a_byte_at_a_time) {
  Board board;
  board.line.most_at_once = 1;
  const Blob payload(1536, 0);
  for (uint32_t seq = 1; seq < 10; ++seq) {  // several times round the queue
    CHECK(board.Ask(seq, request::kEcho, {cbor::Bytes(payload)})[2].bytes == payload);
  }
}

TEST(requests_wait_for_room_for_their_answers) {
  Board board;
  board.pumps = false;
  const auto room = static_cast<size_t>(camhil::Event::kRoomForReplies);
  uint32_t seq = 0;
  while (board.machine.waited[room] == 0) {
    board.Send(++seq, request::kEcho, {cbor::Bytes(Blob(1536, 1))});
    CHECK(seq < 10);
  }
  board.pumps = true;
  CHECK_EQ(board.Replies().size(), size_t{seq});
}

TEST(receive_task_ends_when_it_waits_for_room_at_the_end) {
  Board board;
  board.pumps = false;
  board.machine.ended = true;
  const Blob ask = bench::Frame(
      cbor::Encode(cbor::Array({Uint(1), Uint(request::kEcho), cbor::Bytes(Blob(1536, 1))})));
  board.machine.on_wait_for_room = nullptr;
  bool going_on = true;
  for (int i = 0; i < 10 && going_on; ++i) going_on = board.app->Receive(View(ask));
  CHECK(!going_on);
}

TEST(transmit_task_ends_with_the_line) {
  Board board;
  board.pumps = false;
  board.Send(1, request::kEcho, {cbor::Bytes({1})});
  board.line.gone = true;
  board.app->RunTransmitTask();  // returns
  CHECK(board.line.written.empty());
}

TEST(transmit_and_inference_task_end_with_the_machine) {
  Board board;
  board.machine.ended = true;
  board.app->RunTransmitTask();
  board.app->RunInferenceTask();
  CHECK(board.machine.waited[static_cast<size_t>(camhil::Event::kTransmit)] > 0);
}

TEST(text_of_others_stands_between_frames_without_its_zeros) {
  Board board;
  board.pumps = false;
  board.Send(1, request::kEcho, {cbor::Bytes({1})});
  const Blob text = {'a', 0, 'b', 0, 0, '\n'};
  board.app->Print(View(text));
  board.Send(2, request::kEcho, {cbor::Bytes({2})});
  board.pumps = true;
  board.console.clear();
  CHECK_EQ(board.Replies().size(), size_t{2});
  CHECK(board.console == "ab\n");
}

TEST(text_without_room_is_dropped_and_answers_still_fit) {
  Board board;
  board.pumps = false;
  const Blob line(160, 'x');
  for (int i = 0; i < 100; ++i) board.app->Print(View(line));
  const auto room = static_cast<size_t>(camhil::Event::kRoomForReplies);
  board.Send(1, request::kEcho, {cbor::Bytes(Blob(1536, 1))});
  CHECK_EQ(board.machine.waited[room], 0);
  board.pumps = true;
  board.console.clear();
  CHECK(Is(board.Reply(), 1, reply::kEchoed));
  CHECK(!board.console.empty());
  CHECK_EQ(board.console.size() % 160, size_t{0});  // whole lines
}

TEST(text_may_be_printed_while_the_state_is_locked) {
  Board board;
  const camhil::LockGuard guard(board.machine);
  const Blob line = {'x', '\n'};
  board.app->Print(View(line));
  CHECK(board.machine.notified[static_cast<size_t>(camhil::Event::kTransmit)] > 0);
}

TEST(too_many_changes_of_the_rate_at_once_are_refused) {
  Board board;
  board.pumps = false;
  for (uint32_t seq = 1; seq <= 5; ++seq) board.Send(seq, request::kSetBaud, {Uint(460800)});
  board.pumps = true;
  const std::vector<cbor::Value> replies = board.Replies();
  CHECK_EQ(replies.size(), size_t{5});
  CHECK(Is(replies.at(3), 4, reply::kBaudAck));
  CHECK_EQ(bench::ErrorOf(replies.at(4)), 8);
}
