// Requests that need no inference: identity, pages, echo, memory, baud, reboot,
// and what the board does about damage on the line.
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
  Board board;
  const cbor::Value id = board.Ask(7, request::kHello, {Uint(1)});
  CHECK(Is(id, 7, reply::kIdentity));
  CHECK_EQ(id.items.size(), size_t{25});
  CHECK_EQ(id[2].number, uint64_t{1});
  CHECK(id[3].text() == "bench");
  CHECK(id[4].text() == "9.8.7");
  CHECK_EQ(id[5].bytes.at(31), 31);
  CHECK_EQ(id[6].bytes.at(0), 100);
  CHECK_EQ(id[7].bytes.size(), size_t{32});
  CHECK_EQ(id[8].number, uint64_t{0});
  CHECK(id[10].text() == "fake 1.0");
  CHECK_EQ(id[11].number, uint64_t{1});  // injected
  CHECK_EQ(id[12].number, uint64_t{3});
  CHECK_EQ(id[13].number, uint64_t{42});
  CHECK_EQ(id[14].items.size(), size_t{8});
  CHECK_EQ(id[15].number, uint64_t{1536});
  CHECK_EQ(id[17].number, uint64_t{2048});
  CHECK_EQ(id[18].number, uint64_t{115200});
  CHECK_EQ(id[19].number, uint64_t{60});
  CHECK_EQ(id[20].number, uint64_t{1});
  CHECK_EQ(id[21].number, uint64_t{3});
  CHECK_EQ(id[22].number, uint64_t{70000});
  CHECK_EQ(id[23].number, uint64_t{4});
}

TEST(identity_lists_input_score_features_and_frame) {
  Board board;
  const cbor::Value id = board.Ask(7, request::kHello, {Uint(1)});
  const cbor::Value& tensors = id.items.back();
  CHECK_EQ(tensors.items.size(), size_t{4});
  CHECK_EQ(tensors[0][0].number, uint64_t{0});
  CHECK(tensors[0][1].nil());
  CHECK_EQ(tensors[0][2].number, uint64_t{9});
  CHECK_EQ(tensors[0][6].number, uint64_t{64 * 96});
  CHECK_EQ(tensors[1][0].number, uint64_t{1});
  CHECK_EQ(tensors[1][1].number, uint64_t{1});           // second output of the graph
  CHECK_EQ(tensors[1][4].number, uint64_t{0x3B800000});  // 1/256
  CHECK_EQ(tensors[1][5].integer(), int64_t{-128});
  CHECK_EQ(tensors[2][0].number, uint64_t{2});
  CHECK_EQ(tensors[2][1].number, uint64_t{0});
  CHECK_EQ(tensors[2][3].items.size(), size_t{4});
}

TEST(hello_of_another_protocol_is_refused_with_both_numbers) {
  Board board;
  const cbor::Value error = board.Ask(7, request::kHello, {Uint(2)});
  CHECK_EQ(ErrorOf(error), 2);
  CHECK_EQ(error[3][0].integer(), 1);
  CHECK_EQ(error[3][1].integer(), 2);
}

TEST(operators_are_paged) {
  Board board;
  const cbor::Value page = board.Ask(1, request::kGetOps, {Uint(1)});
  CHECK(Is(page, 1, reply::kOpPage));
  CHECK_EQ(page[2].number, uint64_t{4});
  CHECK_EQ(page[3].number, uint64_t{1});
  CHECK_EQ(page[4].items.size(), size_t{3});
  CHECK_EQ(page[4][0].number, uint64_t{40});
  CHECK_EQ(board.Ask(2, request::kGetOps, {Uint(4)})[4].items.size(), size_t{0});
  CHECK_EQ(ErrorOf(board.Ask(3, request::kGetOps, {Uint(5)})), 9);
}

TEST(long_operator_list_takes_several_pages) {
  builder::ModelSpec spec = builder::SmallModel();
  while (spec.ops.size() < 96) spec.ops.push_back({14, {builder::kInput}, {}});
  Board board(bench::Partition(builder::Build(spec)));
  CHECK_EQ(board.Ask(1, request::kGetOps, {Uint(0)})[4].items.size(), size_t{64});
  CHECK_EQ(board.Ask(2, request::kGetOps, {Uint(64)})[4].items.size(), size_t{32});
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

TEST(memory_report_has_arena_static_ram_and_the_ports_figures) {
  Board board;
  const cbor::Value report = board.Ask(1, request::kGetMemory);
  CHECK(Is(report, 1, reply::kMemoryReport));
  CHECK_EQ(report[2].number, uint64_t{70000});
  CHECK_EQ(report[3].number, uint64_t{65000});
  CHECK_EQ(report[4].number, uint64_t{sizeof(camhil::App)});
  CHECK_EQ(report[5][2].number, uint64_t{800});
  CHECK(report[6].nil());
  CHECK_EQ(report[7].items.size(), size_t{1});
  CHECK(report[7][0][0].text() == "uart");
  CHECK_EQ(report[7][0][1].number, uint64_t{512});
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
  board.app->Tick();
  cbor::Value notice = board.Reply();
  CHECK(Is(notice, 0, reply::kLinkNotice));
  CHECK_EQ(notice[2].number, uint64_t{1});
  CHECK_EQ(notice[3].number, uint64_t{3});
  board.app->Tick();
  CHECK(board.Replies().empty());
}

TEST(damage_is_reported_at_most_every_5_ms) {
  Board board;
  board.SendRaw(kNoise);
  board.app->Tick();
  CHECK_EQ(board.Replies().size(), size_t{1});
  board.port.now_us += 1000;
  board.SendRaw(kNoise);
  CHECK_EQ(board.app->Tick(), 4u);  // milliseconds until it is due
  CHECK(board.Replies().empty());
  board.port.now_us += 4000;
  board.app->Tick();
  CHECK_EQ(board.Reply()[2].number, uint64_t{2});
}

TEST(baud_change_is_acknowledged_at_the_old_rate) {
  Board board;
  board.Send(1, request::kSetBaud, {Uint(921600)});
  CHECK_EQ(board.port.current_baud, 921600u);
  CHECK(board.port.baud_changed_at == std::vector<size_t>({board.port.written.size()}));
  CHECK_EQ(board.port.flushed_at, board.port.written.size());
  const cbor::Value ack = board.Reply();
  CHECK(Is(ack, 1, reply::kBaudAck));
  CHECK_EQ(ack[2].number, uint64_t{921600});
  CHECK_EQ(ack[3].number, uint64_t{1000});
}

TEST(baud_rate_falls_back_when_no_request_follows) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  CHECK_EQ(board.app->Tick(), 1000u);
  board.port.now_us += 999'999;
  board.app->Tick();
  CHECK_EQ(board.port.current_baud, 921600u);
  board.port.now_us += 1;
  board.app->Tick();
  CHECK_EQ(board.port.current_baud, 115200u);
}

TEST(baud_rate_stays_when_a_request_follows) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  board.Ask(2, request::kGetMemory);
  board.port.now_us += 2'000'000;
  board.app->Tick();
  CHECK_EQ(board.port.current_baud, 921600u);
}

TEST(repeated_baud_request_does_not_prove_the_new_rate) {
  Board board;
  board.Ask(1, request::kSetBaud, {Uint(921600)});
  CHECK(Is(board.Ask(1, request::kSetBaud, {Uint(921600)}), 1, reply::kBaudAck));
  board.SendRaw(kNoise);
  board.port.now_us += 1'000'000;
  board.app->Tick();
  CHECK_EQ(board.port.current_baud, 115200u);
}

TEST(impossible_baud_rates_are_refused) {
  Board board;
  CHECK_EQ(ErrorOf(board.Ask(1, request::kSetBaud, {Uint(0)})), 9);
  CHECK_EQ(ErrorOf(board.Ask(2, request::kSetBaud, {Uint(10'000'000)})), 9);
  board.port.info.can_set_baud = false;
  CHECK_EQ(ErrorOf(board.Ask(3, request::kSetBaud, {Uint(230400)})), 3);
  CHECK_EQ(board.port.current_baud, 115200u);
}

TEST(reboot_is_acknowledged_before_it_happens) {
  Board board;
  board.Send(1, request::kReboot, {Uint(1)});
  CHECK_EQ(board.port.flushed_at, board.port.written.size());
  CHECK(Is(board.Reply(), 1, reply::kRebootAck));
  CHECK(board.port.resets ==
        std::vector<camhil::RebootTarget>({camhil::RebootTarget::kBootloader}));
}

TEST(a_chip_that_cannot_start_its_loader_says_so_and_stays) {
  Board board;
  board.port.has_loader_request = false;
  CHECK_EQ(ErrorOf(board.Ask(1, request::kReboot, {Uint(1)})), 3);
  CHECK(board.port.resets.empty());
}

TEST(uart_task_answers_what_it_reads_until_the_line_is_gone) {
  Board board;
  const Blob frame = bench::Frame(
      cbor::Encode(cbor::Array({Uint(9), Uint(request::kEcho), cbor::Bytes(Blob(1000, 5))})));
  board.port.to_read = frame;
  board.app->RunUartTask();
  CHECK(Is(board.Reply(), 9, reply::kEchoed));
}
