// The model partition: what the board says about each kind of content.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using builder::kFloat32;
using builder::kInt32;
using builder::kInt8;
using builder::NetworkSpec;
using builder::Partition;
using builder::PlainNetwork;
using builder::SmallNetwork;
namespace id = bench::id;

// The network's state, and the error that requests which need a network get; they have to
// agree.
int64_t StateOf(Board board) {
  const cbor::Value identity = board.Hello();
  CHECK(bench::Is(identity, 1, bench::reply::kIdentity));
  const int64_t state = identity[id::kModelState].integer();
  CHECK(state == 0 || bench::ErrorOf(board.AskInfer(2, 3)) == state);
  CHECK(state == 0 || bench::ErrorOf(board.AskUpload(3, bench::Sample(1))) == state);
  CHECK(state == 0 || !identity[id::kModelMessage].bytes.empty());
  return state;
}
int64_t StateOf(const NetworkSpec& spec) {
  return StateOf(Board(spec));
}
int64_t StateOf(const Blob& partition) {
  return StateOf(Board(partition));
}

}  // namespace

TEST(empty_partition_means_no_model) {
  CHECK_EQ(StateOf(Blob()), 20);
  CHECK_EQ(StateOf(Blob(8192, 0xFF)), 20);
}

TEST(partition_that_cannot_be_read_is_not_taken_for_an_empty_one) {
  Board board(Blob(), 0x105);
  const cbor::Value identity = board.Hello();
  CHECK_EQ(identity[id::kModelState].number, uint64_t{24});
  const cbor::Value error = board.AskInfer(2, 3);
  CHECK_EQ(bench::ErrorOf(error), 24);
  CHECK_EQ(error[3][0].integer(), 0x105);
}

TEST(network_is_loaded_from_its_header) {
  Board board;
  const cbor::Value identity = board.Hello();
  CHECK_EQ(identity[id::kModelState].number, uint64_t{0});
  CHECK(identity[id::kModelSha].bytes == Blob(32, 0xAB));
  CHECK_EQ(identity[id::kContractBytes].number, uint64_t{4096});
}

TEST(contract_can_be_read_back_in_pages) {
  Board board;
  const Blob partition = Partition(SmallNetwork());
  const Blob header(partition.begin(), partition.begin() + 4096);
  Blob read;
  while (read.size() < 4096) {
    const cbor::Value page = board.Ask(5, bench::request::kGetContract, {cbor::Uint(read.size())});
    CHECK(bench::Is(page, 5, bench::reply::kContractPage));
    CHECK_EQ(page[2].number, uint64_t{4096});
    CHECK_EQ(page[3].number, uint64_t{read.size()});
    if (page[4].bytes.empty()) break;
    read.insert(read.end(), page[4].bytes.begin(), page[4].bytes.end());
  }
  CHECK(read == header);
  const Blob covered(header.begin(), header.end() - 4);
  CHECK_EQ(board.Hello()[id::kContractCrc].number, uint64_t{builder::Crc(covered)});
  CHECK(board.Ask(6, bench::request::kGetContract, {cbor::Uint(4096)})[4].bytes.empty());
  CHECK_EQ(bench::ErrorOf(board.Ask(7, bench::request::kGetContract, {cbor::Uint(4097)})), 9);
}

TEST(board_without_a_contract_says_so) {
  Board board{Blob()};
  const cbor::Value identity = board.Hello();
  CHECK_EQ(identity[id::kContractCrc].number, uint64_t{0});
  CHECK_EQ(identity[id::kContractBytes].number, uint64_t{0});
  CHECK(identity[id::kModelSha].bytes == Blob(32, 0));
  const cbor::Value page = board.Ask(5, bench::request::kGetContract, {cbor::Uint(0)});
  CHECK_EQ(page[2].number, uint64_t{0});
}

TEST(contract_of_a_damaged_model_can_still_be_read) {
  Blob bad = Partition(SmallNetwork());
  bad[4096 + 50] ^= 0x10;
  Board board(bad);
  CHECK_EQ(board.Hello()[id::kModelState].number, uint64_t{22});
  CHECK_EQ(board.Hello()[id::kContractBytes].number, uint64_t{4096});
}

TEST(flipped_bit_anywhere_in_the_header_is_noticed) {
  const Blob good = Partition(SmallNetwork());
  const camhil::Memory nothing;
  bench::FakeMachine machine;
  bench::FakeEngine engine(machine);
  for (size_t bit = 0; bit < 8 * builder::kHeaderBytes; bit += 7) {
    Blob bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    camhil::Network network;
    network.Load({bad.data(), bad.size()}, 0, nothing, engine);
    CHECK_EQ(static_cast<int>(network.status().code), 21);
    CHECK_EQ(network.contract().size, size_t{0});
  }
  CHECK_EQ(engine.loads, 0);
}

TEST(header_has_to_be_whole_and_of_this_version) {
  const Blob good = Partition(SmallNetwork());
  CHECK_EQ(StateOf(Blob(good.begin(), good.begin() + 4095)), 21);
  CHECK_EQ(StateOf(Blob(good.begin(), good.begin() + 4096)), 21);  // no room for the model
  NetworkSpec spec = SmallNetwork();
  spec.version = 3;
  CHECK_EQ(StateOf(spec), 21);
  CHECK_EQ(StateOf(builder::Sealed({})), 21);
  Blob padded = builder::Contract(SmallNetwork());
  padded.push_back(0);  // not erased
  CHECK_EQ(StateOf(builder::Sealed(padded)), 21);
}

TEST(damaged_model_is_refused_by_its_crc) {
  Blob bad = Partition(SmallNetwork());
  bad[4096 + 50] ^= 0x10;
  CHECK_EQ(StateOf(bad), 22);
}

TEST(model_of_another_format_is_refused) {
  NetworkSpec spec = SmallNetwork();
  spec.model = Blob(100, 7);
  CHECK_EQ(StateOf(spec), 23);
}

TEST(size_of_a_tensor_has_to_be_that_of_its_type_and_shape) {
  const auto state_of = [](uint8_t type, std::vector<uint32_t> shape, uint32_t size) {
    return StateOf(PlainNetwork({{type, shape, size}}, {{kInt8, {1}, 1}}));
  };
  CHECK_EQ(state_of(kFloat32, {2, 3}, 24), 0);
  CHECK_EQ(state_of(1, {2, 3}, 12), 0);  // FLOAT16
  CHECK_EQ(state_of(kInt32, {2, 3}, 24), 0);
  CHECK_EQ(state_of(3, {2, 3}, 6), 0);    // UINT8
  CHECK_EQ(state_of(4, {2, 3}, 48), 0);   // INT64
  CHECK_EQ(state_of(6, {2, 3}, 6), 0);    // BOOL
  CHECK_EQ(state_of(7, {2, 3}, 12), 0);   // INT16
  CHECK_EQ(state_of(8, {2, 3}, 48), 0);   // COMPLEX64
  CHECK_EQ(state_of(9, {2, 3}, 6), 0);    // INT8
  CHECK_EQ(state_of(10, {2, 3}, 48), 0);  // FLOAT64
  CHECK_EQ(state_of(12, {2, 3}, 48), 0);  // UINT64
  CHECK_EQ(state_of(15, {2, 3}, 24), 0);  // UINT32
  CHECK_EQ(state_of(16, {2, 3}, 12), 0);  // UINT16
  CHECK_EQ(state_of(kInt8, {}, 1), 0);
  CHECK_EQ(state_of(kInt8, {1, 2, 3, 4, 5, 6}, 720), 0);
  CHECK_EQ(state_of(kInt8, {2, 3}, 7), 21);
  CHECK_EQ(state_of(kInt8, {2, 0}, 0), 21);
  CHECK_EQ(state_of(kInt8, {65536, 65537}, 65536), 21);  // 2^32 more
  CHECK_EQ(state_of(5, {2, 3}, 6), 21);                  // STRING
  CHECK_EQ(state_of(13, {1}, 1), 21);                    // RESOURCE
  CHECK_EQ(state_of(17, {2}, 1), 21);                    // INT4
  CHECK_EQ(state_of(200, {2}, 2), 21);
}

TEST(head_has_to_fit_the_outputs_and_the_model) {
  const auto state_of = [](void (*change)(NetworkSpec*)) {
    NetworkSpec spec = SmallNetwork();
    change(&spec);
    const Blob partition = Partition(spec);
    return StateOf(partition);
  };
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.score_output = 2; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.features_output = 2; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.score_output = 0; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.classes = 4; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.positive_class = 3; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.threshold = 101; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.channels = 5; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.rows = 0; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.weights = 97; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->head.weights = 0xFFFFFFFF; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->outputs[1] = {3, {1, 3}, 3}; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) { spec->outputs[0] = {3, {1, 2, 3, 4}, 24}; }), 21);
  CHECK_EQ(state_of([](NetworkSpec* spec) {
             spec->outputs[0] = {kInt8, {1, 17, 16, 4}, 1088};  // 272 cells
             spec->head.rows = 17;
             spec->head.columns = 16;
           }),
           21);
  CHECK_EQ(state_of([](NetworkSpec* spec) {
             spec->outputs[0] = {kInt8, {1, 1, 1, 32769}, 32769};
             spec->head.rows = 1;
             spec->head.columns = 1;
             spec->head.channels = 32769;
             spec->model.resize(40000, 1);
           }),
           21);
  // What the map lies over.
  CHECK_EQ(state_of([](NetworkSpec* spec) {
             spec->has_image = false;
             spec->inputs[0].shape = {6144};
           }),
           21);
  CHECK_EQ(state_of([](NetworkSpec* spec) {
             spec->has_image = false;
             spec->inputs[0] = {kInt8, {1, 65536, 1, 1}, 65536};
           }),
           21);
}

TEST(weights_may_end_where_the_model_ends) {
  NetworkSpec spec = SmallNetwork();
  spec.head.weights = 96;
  CHECK_EQ(StateOf(spec), 0);
}

TEST(image_has_to_be_the_only_input) {
  NetworkSpec spec = SmallNetwork();
  spec.image.rows = 63;
  CHECK_EQ(StateOf(spec), 21);
  spec = SmallNetwork();
  spec.image.tables.push_back(builder::Centred());
  CHECK_EQ(StateOf(spec), 21);
  spec = SmallNetwork();
  spec.inputs.push_back({kInt8, {1}, 1});
  CHECK_EQ(StateOf(spec), 21);
  spec = SmallNetwork();
  spec.inputs[0] = {builder::kInt16, {1, 64, 48, 1}, 6144};
  CHECK_EQ(StateOf(spec), 21);
  spec = SmallNetwork();
  spec.inputs[0].type = builder::kUint8;
  CHECK_EQ(StateOf(spec), 0);
}

TEST(network_without_room_says_how_much_it_needs_of_what) {
  const auto refusal = [](bench::Room room) {
    Board board(SmallNetwork(), false, room);
    CHECK_EQ(board.engine.loads, 0);
    return board.AskInfer(1, 2);
  };
  cbor::Value error = refusal({6143, 5, 6});
  CHECK_EQ(bench::ErrorOf(error), 25);
  CHECK_EQ(error[3][0].integer(), 6144);
  CHECK_EQ(error[3][1].integer(), 6143);
  CHECK(error[4].text().find("sample") != std::string::npos);
  error = refusal({6144, 4, 6});
  CHECK_EQ(bench::ErrorOf(error), 25);
  CHECK_EQ(error[3][0].integer(), 5);
  CHECK(error[4].text().find("trace") != std::string::npos);
  error = refusal({6144, 5, 5});
  CHECK_EQ(bench::ErrorOf(error), 25);
  CHECK_EQ(error[3][1].integer(), 5);
  CHECK(error[4].text().find("map") != std::string::npos);
  CHECK_EQ(StateOf(Board(SmallNetwork(), false, {6144, 5, 6})), 0);
}

TEST(network_without_a_head_needs_no_room_for_maps) {
  NetworkSpec spec = SmallNetwork();
  spec.has_head = false;
  CHECK_EQ(StateOf(Board(spec, false, {6144, 5, 0})), 0);
}

TEST(engine_whose_outputs_are_not_those_of_the_header_is_refused) {
  // The engine of a board that is given bytes only has none at all.
  Board board(Partition(SmallNetwork()));
  CHECK_EQ(board.engine.loads, 1);
  const cbor::Value error = board.AskInfer(2, 3);
  CHECK_EQ(bench::ErrorOf(error), 23);
  CHECK_EQ(error[3][0].integer(), 24);
  CHECK_EQ(error[3][1].integer(), 0);
}

TEST(refusal_of_the_engine_reaches_the_host) {
  Board board;
  const Blob partition = Partition(SmallNetwork());
  uint8_t sample[2][20000];
  camhil::TraceEntry trace[5];
  int32_t maps[18];
  camhil::Memory memory;
  memory.samples[0] = sample[0];
  memory.samples[1] = sample[1];
  memory.sample_bytes = 20000;
  memory.trace = trace;
  memory.trace_entries = 5;
  memory.maps = maps;
  memory.map_cells = 6;
  board.engine.load_status =
      camhil::Failure(camhil::ErrorCode::kArenaTooSmall, 9000, 8000, "small");
  board.app =
      std::make_unique<camhil::App>(board.machine, board.line, board.engine, nullptr, memory);
  board.app->Start({partition.data(), partition.size()});
  board.Replies();
  const cbor::Value identity = board.Hello();
  CHECK_EQ(identity[id::kModelState].number, uint64_t{29});
  CHECK(identity[id::kModelMessage].text() == "small");
  const cbor::Value error = board.AskInfer(2, 3);
  CHECK_EQ(bench::ErrorOf(error), 29);
  CHECK_EQ(error[3][0].integer(), 9000);
  CHECK_EQ(error[3][1].integer(), 8000);
}

TEST(largest_header_is_read) {
  std::vector<builder::TensorSpec> inputs(8, {kInt8, {1, 1, 1, 1, 1, 2}, 2});
  std::vector<builder::TensorSpec> outputs(16, {kInt8, {1, 1, 1, 1, 1, 2}, 2});
  CHECK_EQ(StateOf(PlainNetwork(inputs, outputs)), 0);
  NetworkSpec spec = SmallNetwork();
  spec.inputs[0] = {kInt8, {1, 32, 32, 4}, 4096};
  spec.image = {32, 32, std::vector<Blob>(4, builder::Centred())};
  CHECK_EQ(StateOf(spec), 0);
}
