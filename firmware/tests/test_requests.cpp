// Requests that need no inference: identity, echo, memory, rates, reboot, and what the board
// does about damage and silence on the line.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::ErrorOf;
using bench::Is;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

const Blob kNoise = {0, 0xFF, 0xFE, 0xFD, 0};

}  // namespace

TEST(hello_is_answered_with_the_identity) {
  namespace id = bench::id;
  Board board;
  const cbor::Value got = board.Ask(7, request::kHello, {Uint(2), Uint(2)});
  CHECK(Is(got, 7, reply::kIdentity));
  CHECK_EQ(got.items.size(), size_t{id::kFields});
  CHECK_EQ(got[id::kProtocol].number, uint64_t{2});
  CHECK_EQ(got[id::kBootId].number, uint64_t{0xB001D});
  CHECK(got[id::kTarget].text() == "bench");
  CHECK(got[id::kVersion].text() == "9.8.7");
  CHECK_EQ(got[id::kBuildId].bytes.at(31), 31);
  CHECK_EQ(got[id::kAppSha].bytes.at(0), 100);
  CHECK_EQ(got[id::kModelState].number, uint64_t{0});
  CHECK_EQ(got[id::kNetworkSource].number, uint64_t{0});
  CHECK(got[id::kEngine].text() == "fake 1.0");
  CHECK(got[id::kKernels].text() == "none");
  CHECK_EQ(got[id::kImageSource].number, uint64_t{1});  // injected
  CHECK_EQ(got[id::kResetReason].number, uint64_t{3});
  CHECK_EQ(got[id::kBootCount].number, uint64_t{42});
  CHECK_EQ(got[id::kChunkBytes].number, uint64_t{1536});
  CHECK_EQ(got[id::kWindowChunks].number, uint64_t{8});
  CHECK_EQ(got[id::kMaxFrameBytes].number, uint64_t{2048});
  CHECK_EQ(got[id::kMaxSampleBytes].number, uint64_t{20000});
  CHECK_EQ(got[id::kBaud].number, uint64_t{115200});
  CHECK_EQ(got[id::kBaudFallbackMs].number, uint64_t{1000});
  CHECK_EQ(got[id::kIdleMs].number, uint64_t{10000});
  CHECK_EQ(got[id::kArenaBytes].number, uint64_t{70000});
  CHECK(got[id::kExtensions].type == cbor::Type::kMap);
  CHECK(got[id::kExtensions].items.empty());
}

TEST(identity_says_what_the_board_can_do) {
  Board board;
  const auto can = [&](size_t what) {
    return board.Hello()[bench::id::kCapabilities].items.at(what).truth();
  };
  CHECK(can(0));   // injection
  CHECK(!can(1));  // camera
  CHECK(can(2));   // frame_stage
  CHECK(can(3));   // trace
  CHECK(can(4));   // capture
  CHECK(can(5));   // baud
  CHECK(can(6));   // op_times
  CHECK(!can(7));  // cycles
  for (size_t later = 8; later < 11; ++later) CHECK(!can(later));
  CHECK_EQ(board.Hello()[bench::id::kCapabilities].items.size(), size_t{11});
  board.machine.mega_hertz = 240;
  board.line.takes_rates = false;
  CHECK(can(7));
  CHECK(!can(5));
  Board with_camera(builder::SmallNetwork(), true);
  CHECK(with_camera.Hello()[bench::id::kCapabilities][1].truth());
}

TEST(hello_takes_any_range_with_this_protocol_in_it) {
  Board board;
  CHECK(Is(board.Ask(7, request::kHello, {Uint(1), Uint(2)}), 7, reply::kIdentity));
  CHECK(Is(board.Ask(8, request::kHello, {Uint(2), Uint(9)}), 8, reply::kIdentity));
  CHECK(Is(board.Ask(9, request::kHello, {Uint(0), Uint(255)}), 9, reply::kIdentity));
}

TEST(hello_of_other_protocols_is_refused_with_both_numbers) {
  Board board;
  cbor::Value error = board.Ask(7, request::kHello, {Uint(3), Uint(4)});
  CHECK_EQ(ErrorOf(error), 2);
  CHECK_EQ(error[3][0].integer(), 2);
  CHECK_EQ(error[3][1].integer(), 4);
  error = board.Ask(7, request::kHello, {Uint(1), Uint(1)});
  CHECK_EQ(ErrorOf(error), 2);
  CHECK_EQ(ErrorOf(board.Ask(8, request::kHello, {Uint(1)})), 1);  // that of protocol 1
}

TEST(requests_for_later_are_known_and_refused) {
  Board board;
  CHECK_EQ(ErrorOf(board.Ask(2, request::kLoadNetwork, {Uint(5)})), 3);
  CHECK_EQ(ErrorOf(board.Ask(3, request::kSelfTest)), 3);
  CHECK_EQ(ErrorOf(board.AskUpload(4, Blob(100, 1), false, 2)), 3);
  CHECK_EQ(ErrorOf(board.AskUpload(5, Blob(100, 1), false, 3)), 1);  // no such stage
}

TEST(echo_returns_every_byte_value_and_the_longest_payload) {
  Board board;
  Blob payload(1536);
  for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<uint8_t>(i);
  CHECK(board.Ask(1, request::kEcho, {cbor::Bytes(payload)})[2].bytes == payload);
  CHECK(board.Ask(2, request::kEcho, {cbor::Bytes({})})[2].bytes.empty());
  payload.push_back(0);
  CHECK_EQ(ErrorOf(board.Ask(3, request::kEcho, {cbor::Bytes(payload)})), 1);
}

TEST(memory_report_has_arena_ram_and_the_machines_figures) {
  Board board;
  const cbor::Value report = board.Ask(1, request::kGetMemory);
  CHECK(Is(report, 1, reply::kMemoryReport));
  CHECK_EQ(report[2].number, uint64_t{70000});
  CHECK_EQ(report[3].number, uint64_t{65000});
  CHECK_EQ(report[4].number, uint64_t{sizeof(camhil::App)});
  CHECK_EQ(report[5].number, 2 * 20000 + 200 * sizeof(camhil::TraceEntry) + 3 * 256 * 4);
  CHECK_EQ(report[6][2].number, uint64_t{800});
  CHECK(report[7].nil());
  CHECK_EQ(report[8].items.size(), size_t{1});
  CHECK(report[8][0][0].text() == "receive");
  CHECK_EQ(report[8][0][1].number, uint64_t{512});
}

TEST(bad_request_keeps_its_seq_where_that_is_readable) {
  Board board;
  cbor::Value error = board.Ask(77, 99);
  CHECK(Is(error, 77, reply::kError));
  CHECK_EQ(ErrorOf(error), 1);
  board.SendRaw(bench::Frame({0xFF, 0xFF}));
  error = board.Reply();
  CHECK(Is(error, 0, reply::kError));
  CHECK_EQ(ErrorOf(error), 1);
}

TEST(request_with_something_extra_is_refused) {
  Board board;
  CHECK_EQ(ErrorOf(board.Ask(1, request::kGetMemory, {Uint(0)})), 1);
  Blob message = cbor::Encode(cbor::Array({Uint(1), Uint(request::kGetMemory)}));
  message.push_back(0);
  board.SendRaw(bench::Frame(message));
  CHECK_EQ(ErrorOf(board.Reply()), 1);
}

TEST(request_that_is_not_deterministic_is_refused) {
  Board board;
  board.SendRaw(bench::Frame({0x82, 0x18, 0x01, 0x09}));  // seq 1 in two bytes
  CHECK_EQ(ErrorOf(board.Reply()), 1);
  board.SendRaw(bench::Frame({0x9F, 0x01, 0x09, 0xFF}));  // indefinite length
  CHECK_EQ(ErrorOf(board.Reply()), 1);
}

TEST(damage_is_reported_with_the_totals_since_reset) {
  Board board;
  board.SendRaw(kNoise);
  board.Tick();
  cbor::Value notice = board.Reply();
  CHECK(Is(notice, 0, reply::kLinkNotice));
  CHECK_EQ(notice[2].number, uint64_t{1});
  CHECK_EQ(notice[3].number, uint64_t{3});
  CHECK_EQ(notice[4].number, uint64_t{0});
  board.Tick();
  CHECK(board.Replies().empty());
}

TEST(damage_is_reported_at_most_every_5_ms) {
  Board board;
  board.SendRaw(kNoise);
  board.Tick();
  CHECK_EQ(board.Replies().size(), size_t{1});
  board.machine.now_us += 1000;
  board.SendRaw(kNoise);
  CHECK_EQ(board.app->Tick(), 4u);  // milliseconds until it is due
  CHECK(board.Replies().empty());
  board.machine.now_us += 4000;
  board.Tick();
  CHECK_EQ(board.Reply()[2].number, uint64_t{2});
}

TEST(bytes_that_nobody_took_in_time_are_reported_as_overruns) {
  Board board;
  board.line.overrun_count = 2;
  board.Tick();
  const cbor::Value notice = board.Reply();
  CHECK(Is(notice, 0, reply::kLinkNotice));
  CHECK_EQ(notice[2].number, uint64_t{0});
  CHECK_EQ(notice[4].number, uint64_t{2});
  board.Tick();
  CHECK(board.Replies().empty());
}

TEST(baud_change_is_acknowledged_at_the_old_rate) {
  Board board;
  board.line.busy_flushes = 2;
  board.Send(1, request::kSetBaud, {Uint(921600)});
  CHECK_EQ(board.line.current_baud, 921600u);
  CHECK(board.line.baud_changed_at == std::vector<size_t>({board.line.written.size()}));
  CHECK_EQ(board.line.flushed_at, board.line.written.size());
  const cbor::Value ack = board.Reply();
  CHECK(Is(ack, 1, reply::kBaudAck));
  CHECK_EQ(ack[2].number, uint64_t{921600});
}

TEST(rate_changes_behind_what_was_queued_before) {
  Board board;
  board.pumps = false;
  board.Send(1, request::kEcho, {cbor::Bytes({1})});
  board.Send(2, request::kSetBaud, {Uint(921600)});
  board.Send(3, request::kEcho, {cbor::Bytes({3})});
  CHECK_EQ(board.line.current_baud, 115200u);
  board.pumps = true;
  board.Pump();
  CHECK_EQ(board.line.baud_changed_at.size(), size_t{1});
  const Blob all = board.line.written;
  const auto change = static_cast<long>(board.line.baud_changed_at.at(0));
  board.line.written.assign(all.begin(), all.begin() + change);
  std::vector<cbor::Value> replies = board.Replies();
  CHECK_EQ(replies.size(), size_t{2});
  CHECK(Is(replies.at(1), 2, reply::kBaudAck));
  board.line.written.assign(all.begin() + change, all.end());
  CHECK(Is(board.Reply(), 3, reply::kEchoed));
}

TEST(rate_that_is_not_committed_is_given_up) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  CHECK_EQ(board.app->Tick(), 1000u);
  board.Ask(2, request::kEcho, {cbor::Bytes({1})});  // heard, and nothing more
  board.machine.now_us += 999'999;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 921600u);
  board.machine.now_us += 1;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 115200u);
}

TEST(trial_begins_when_the_acknowledgement_has_left) {
  Board board;
  board.pumps = false;
  board.Send(1, request::kSetBaud, {Uint(921600)});
  board.machine.now_us += 3'000'000;  // a slow line
  CHECK(board.app->Tick() <= 20u);
  board.pumps = true;
  board.Pump();
  CHECK_EQ(board.app->Tick(), 1000u);
  CHECK_EQ(board.line.current_baud, 921600u);
}

TEST(committed_rate_stays) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  const cbor::Value committed = board.Ask(2, request::kCommitBaud, {Uint(921600)});
  CHECK(Is(committed, 2, reply::kBaudCommitted));
  CHECK_EQ(committed[2].number, uint64_t{921600});
  board.machine.now_us += 5'000'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 921600u);
  // Asked again: the answer may have been lost.
  CHECK(Is(board.Ask(2, request::kCommitBaud, {Uint(921600)}), 2, reply::kBaudCommitted));
}

TEST(another_rate_than_the_boards_cannot_be_committed) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  const cbor::Value error = board.Ask(2, request::kCommitBaud, {Uint(460800)});
  CHECK_EQ(ErrorOf(error), 9);
  CHECK_EQ(error[3][0].integer(), 921600);
  board.machine.now_us += 1'000'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 115200u);
}

TEST(rate_that_is_about_to_change_cannot_be_committed) {
  Board board;
  board.pumps = false;
  board.Send(1, request::kSetBaud, {Uint(921600)});
  board.Send(2, request::kCommitBaud, {Uint(115200)});  // still that
  board.pumps = true;
  CHECK_EQ(ErrorOf(board.Replies().at(1)), 9);
  CHECK_EQ(board.line.current_baud, 921600u);
  board.machine.now_us += 1'000'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 115200u);  // the trial went on
}

TEST(second_trial_falls_back_to_the_rate_before_the_first) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(460800)});
  board.Ask(2, request::kSetBaud, {Uint(921600)});
  board.machine.now_us += 1'000'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 115200u);
}

TEST(failed_trial_falls_back_to_the_committed_rate) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(460800)});
  board.Ask(2, request::kCommitBaud, {Uint(460800)});
  board.Ask(3, request::kSetBaud, {Uint(921600)});
  board.machine.now_us += 1'000'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 460800u);
}

TEST(silence_brings_the_boot_rate_back) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  board.Ask(2, request::kCommitBaud, {Uint(921600)});
  board.machine.now_us += 9'000'000;
  board.SendRaw(kNoise);  // is no request
  board.machine.now_us += 999'000;
  CHECK_EQ(board.app->Tick(), 1u);  // milliseconds until it is due
  board.Tick();
  CHECK_EQ(board.line.current_baud, 921600u);
  board.machine.now_us += 1'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 115200u);
  board.machine.now_us += 20'000'000;
  board.Tick();
  CHECK_EQ(board.line.baud_changed_at.size(), size_t{2});
}

TEST(every_valid_request_ends_the_silence) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  board.Ask(2, request::kCommitBaud, {Uint(921600)});
  for (uint32_t seq = 3; seq < 6; ++seq) {
    board.machine.now_us += 9'000'000;
    board.Ask(seq, request::kEcho, {cbor::Bytes({})});
    board.Tick();
  }
  CHECK_EQ(board.line.current_baud, 921600u);
}

TEST(silence_begins_when_an_inference_is_over) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  board.Ask(2, request::kCommitBaud, {Uint(921600)});
  board.AskInfer(3, board.UploadSample(bench::Sample(1), 10));
  board.engine.during_invoke = [&] {
    board.machine.now_us += 30'000'000;
    board.Tick();
  };
  board.RunNext();
  CHECK(Is(board.Reply(), 3, reply::kResult));
  board.machine.now_us += 9'999'000;  // the silence begins behind it
  board.Tick();
  CHECK_EQ(board.line.current_baud, 921600u);
  board.machine.now_us += 1'000;
  board.Tick();
  CHECK_EQ(board.line.current_baud, 115200u);
}

TEST(board_that_nobody_asked_anything_keeps_its_rate) {
  Board board;
  board.machine.now_us += 30'000'000;
  board.Tick();
  CHECK(board.line.baud_changed_at.empty());
}

TEST(impossible_baud_rates_are_refused) {
  Board board;
  CHECK_EQ(ErrorOf(board.Ask(1, request::kSetBaud, {Uint(0)})), 9);
  CHECK_EQ(ErrorOf(board.Ask(2, request::kSetBaud, {Uint(10'000'000)})), 9);
  board.line.takes_rates = false;
  CHECK_EQ(ErrorOf(board.Ask(3, request::kSetBaud, {Uint(230400)})), 3);
  CHECK_EQ(board.line.current_baud, 115200u);
}

TEST(reboot_is_acknowledged_before_it_happens) {
  Board board;
  board.Send(1, request::kReboot, {Uint(1)});
  CHECK_EQ(board.line.flushed_at, board.line.written.size());
  CHECK(Is(board.Reply(), 1, reply::kRebootAck));
  CHECK(board.machine.resets ==
        std::vector<camhil::RebootTarget>({camhil::RebootTarget::kBootloader}));
}

TEST(a_chip_that_cannot_start_its_loader_says_so_and_stays) {
  Board board;
  board.machine.has_loader_request = false;
  CHECK_EQ(ErrorOf(board.Ask(1, request::kReboot, {Uint(1)})), 3);
  CHECK(board.machine.resets.empty());
}

TEST(receive_task_answers_what_it_reads_until_the_line_is_gone) {
  Board board;
  const Blob frame = bench::Frame(
      cbor::Encode(cbor::Array({Uint(9), Uint(request::kEcho), cbor::Bytes(Blob(1000, 5))})));
  board.line.to_read = frame;
  board.app->RunReceiveTask();
  CHECK(Is(board.Reply(), 9, reply::kEchoed));
}
