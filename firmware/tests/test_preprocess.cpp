// From frame to tensor: against the definition, in place and out of place.
#include <cstdlib>
#include <random>
#include <vector>

#include "board.h"
#include "check.h"
#include "preprocess.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Crc;
using bench::ErrorOf;
using bench::Is;
using camhil::CanPreprocess;
using camhil::FindRegion;
using camhil::FrameFormat;
using camhil::ImageSize;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

constexpr ImageSize kFrame = {160, 120};
constexpr uint64_t kFrameChunks = 13;  // of 19200 bytes

Blob Noise(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  Blob bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

// The definition in small steps: both axes are cut into cells so fine that each
// lies in one pixel of the frame and in one of the input. One axis after the other: the
// sum over both in one would be the same, in a hundred times as many steps.
Blob ByDefinition(const Blob& frame, ImageSize frame_size, ImageSize input) {
  uint32_t columns = frame_size.columns;
  uint32_t rows = frame_size.rows;
  if (columns * input.rows > rows * input.columns) {
    columns = rows * input.columns / input.rows;
  } else {
    rows = columns * input.rows / input.columns;
  }
  const uint32_t left = (frame_size.columns - columns) / 2;
  const uint32_t top = (frame_size.rows - rows) / 2;
  std::vector<uint64_t> strips(columns * input.rows);
  for (uint32_t v = 0; v < rows * input.rows; ++v) {
    const uint32_t y = top + v / input.rows;
    for (uint32_t x = 0; x < columns; ++x) {
      strips[v / rows * columns + x] += frame[y * frame_size.columns + left + x];
    }
  }
  std::vector<uint64_t> sums(input.columns * input.rows);
  for (uint32_t v = 0; v < input.rows; ++v) {
    for (uint32_t u = 0; u < columns * input.columns; ++u) {
      sums[v * input.columns + u / columns] += strips[v * columns + u / input.columns];
    }
  }
  Blob tensor;
  for (const uint64_t sum : sums) {
    const uint64_t cells = uint64_t{columns} * rows;
    const uint64_t rounded = sum / cells + (sum % cells * 2 >= cells ? 1 : 0);
    tensor.push_back(static_cast<uint8_t>(rounded));
  }
  return tensor;
}

// Pixels become themselves.
Blob Identity() {
  Blob table(256);
  for (size_t pixel = 0; pixel < 256; ++pixel) table[pixel] = static_cast<uint8_t>(pixel);
  return table;
}

Blob Preprocessed(const Blob& frame, ImageSize frame_size, ImageSize input,
                  const Blob& table = Identity()) {
  Blob tensor(input.columns * input.rows);
  Blob line(input.columns);
  const uint8_t* const tables[] = {table.data()};
  camhil::Preprocess(frame.data(), frame_size, FrameFormat::kGray8, tables, tensor.data(), input,
                     line.data());
  return tensor;
}

Blob PreprocessedInPlace(Blob frame, ImageSize frame_size, ImageSize input) {
  const Blob table = Identity();
  Blob line(input.columns);
  const uint8_t* const tables[] = {table.data()};
  camhil::Preprocess(frame.data(), frame_size, FrameFormat::kGray8, tables, frame.data(), input,
                     line.data());
  frame.resize(input.columns * input.rows);
  return frame;
}

// One channel of an RGB565 frame: 0 is red. The upper bits are repeated below them.
Blob Plane(const Blob& frame, size_t channel) {
  Blob plane;
  for (size_t i = 0; i < frame.size(); i += 2) {
    const uint32_t word = frame[i] * 256u + frame[i + 1];
    const uint32_t bits[] = {word / 2048, word / 32 % 64, word % 32};
    const uint32_t value = bits[channel];
    plane.push_back(
        static_cast<uint8_t>(channel == 1 ? value * 4 + value / 16 : value * 8 + value / 4));
  }
  return plane;
}

Blob ColourByDefinition(const Blob& frame, ImageSize frame_size, ImageSize input) {
  Blob tensor(input.columns * input.rows * 3);
  for (size_t channel = 0; channel < 3; ++channel) {
    const Blob plane = ByDefinition(Plane(frame, channel), frame_size, input);
    for (size_t i = 0; i < plane.size(); ++i) tensor[3 * i + channel] = plane[i];
  }
  return tensor;
}

// In a buffer that holds the larger of frame and tensor; where there is no other, in place.
Blob ColourPreprocessed(Blob frame, ImageSize frame_size, ImageSize input, bool in_place) {
  const Blob table = Identity();
  Blob line(input.columns * 3);
  const uint8_t* const tables[] = {table.data(), table.data(), table.data()};
  const size_t size = input.columns * input.rows * 3;
  Blob other(size);
  if (in_place && frame.size() < size) frame.resize(size);
  camhil::Preprocess(frame.data(), frame_size, FrameFormat::kRgb565, tables,
                     in_place ? frame.data() : other.data(), input, line.data());
  if (!in_place) return other;
  frame.resize(size);
  return frame;
}

// What the small network sees of a frame.
Blob SmallNetworksInput(const Blob& frame) {
  Blob tensor = ByDefinition(frame, kFrame, {builder::kWidth, builder::kHeight});
  for (uint8_t& value : tensor) value = static_cast<uint8_t>(value - 128);
  return tensor;
}

uint32_t UploadFrame(Board* board, const Blob& frame, uint32_t seq) {
  CHECK(Is(board->AskUpload(seq, frame, false, 1), seq, reply::kUploading));
  const size_t chunks = (frame.size() + 1535) / 1536;
  for (size_t i = 0; i < chunks; ++i) board->AskChunk(++seq, frame, i);
  return Crc(frame);
}

// Each channel's table adds another number.
builder::NetworkSpec ColourNetwork(uint32_t rows, uint32_t columns) {
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.inputs[0] = {builder::kInt8, {1, rows, columns, 3}, rows * columns * 3};
  spec.image = {rows, columns, {}};
  for (uint8_t channel = 0; channel < 3; ++channel) {
    Blob table = Identity();
    for (uint8_t& value : table) value = static_cast<uint8_t>(value + 1 + channel);
    spec.image.tables.push_back(table);
  }
  return spec;
}

}  // namespace

TEST(region_is_the_largest_of_the_inputs_shape_in_the_middle) {
  const camhil::Region square = FindRegion(kFrame, {96, 96});
  CHECK_EQ(square.left, 20u);
  CHECK_EQ(square.top, 0u);
  CHECK_EQ(square.size.columns, 120u);
  CHECK_EQ(square.size.rows, 120u);
  const camhil::Region wide = FindRegion(kFrame, {96, 64});  // 160 * 64 / 96 = 106.7
  CHECK_EQ(wide.left, 0u);
  CHECK_EQ(wide.top, 7u);
  CHECK_EQ(wide.size.columns, 160u);
  CHECK_EQ(wide.size.rows, 106u);
  const camhil::Region odd = FindRegion({9, 4}, {1, 1});
  CHECK_EQ(odd.left, 2u);  // the half pixel is left out
  CHECK_EQ(odd.size.columns, 4u);
}

TEST(frame_is_never_enlarged) {
  CHECK(CanPreprocess(kFrame, {96, 96}));
  CHECK(CanPreprocess(kFrame, {160, 120}));
  CHECK(CanPreprocess(kFrame, {1, 1}));
  CHECK(!CanPreprocess(kFrame, {121, 121}));
  CHECK(!CanPreprocess(kFrame, {161, 120}));
  CHECK(!CanPreprocess(kFrame, {120, 121}));
  CHECK(!CanPreprocess(kFrame, {0, 96}));
  CHECK(!CanPreprocess({0, 0}, {1, 1}));
  CHECK(!CanPreprocess(kFrame, {UINT32_MAX, UINT32_MAX}));
  CHECK(!CanPreprocess({UINT32_MAX, UINT32_MAX}, {96, 96}));
}

TEST(averages_are_rounded_half_up) {
  const auto average = [](Blob frame) { return int{Preprocessed(frame, {2, 2}, {1, 1})[0]}; };
  CHECK_EQ(average({0, 0, 0, 1}), 0);
  CHECK_EQ(average({0, 0, 1, 1}), 1);
  CHECK_EQ(average({1, 1, 1, 2}), 1);
  CHECK_EQ(average({255, 255, 255, 255}), 255);
  CHECK_EQ(average({255, 255, 254, 254}), 255);
  CHECK_EQ(average({0, 0, 0, 0}), 0);
}

TEST(pixels_are_weighted_by_what_of_them_is_covered) {
  // 3 pixels to 2: each takes one whole pixel and half of the middle one.
  const Blob frame = {10, 40, 70, 10, 40, 70, 10, 40, 70};
  CHECK(Preprocessed(frame, {3, 3}, {2, 2}) == Blob({20, 60, 20, 60}));
}

TEST(preprocessing_is_as_defined_in_place_and_out_of_place) {
  struct Case {
    ImageSize frame, input;
  };
  const Case cases[] = {
      {{160, 120}, {96, 96}}, {{120, 160}, {96, 96}},   {{160, 120}, {96, 64}},
      {{160, 120}, {40, 40}}, {{160, 120}, {160, 120}}, {{160, 120}, {159, 119}},
      {{96, 96}, {96, 96}},   {{97, 96}, {96, 96}},     {{97, 97}, {96, 96}},
      {{31, 7}, {5, 7}},      {{7, 31}, {7, 1}},        {{13, 11}, {12, 10}},
      {{2, 2}, {1, 2}},       {{1, 1}, {1, 1}},         {{64, 48}, {1, 48}},
  };
  uint32_t seed = 0;
  for (const Case& one : cases) {
    CHECK(CanPreprocess(one.frame, one.input));
    const Blob frame = Noise(one.frame.columns * one.frame.rows, ++seed);
    const Blob expected = ByDefinition(frame, one.frame, one.input);
    CHECK(Preprocessed(frame, one.frame, one.input) == expected);
    CHECK(PreprocessedInPlace(frame, one.frame, one.input) == expected);
  }
}

TEST(every_small_size_is_as_defined_in_place) {
  for (uint32_t size = 0; size < 6 * 6 * 6 * 6; ++size) {
    const ImageSize frame_size = {size % 6 + 1, size / 6 % 6 + 1};
    const ImageSize input = {size / 36 % 6 + 1, size / 216 % 6 + 1};
    if (!CanPreprocess(frame_size, input)) continue;
    const Blob frame = Noise(frame_size.columns * frame_size.rows, size);
    CHECK(PreprocessedInPlace(frame, frame_size, input) == ByDefinition(frame, frame_size, input));
  }
}

TEST(brightest_frame_of_the_largest_size_does_not_overflow) {
  constexpr ImageSize kLargest = {4096, 2052};  // 8,404,992 pixels: just below the limit
  CHECK(CanPreprocess(kLargest, {1, 1}));
  CHECK(!CanPreprocess({4096, 2053}, {1, 1}));
  const Blob frame(size_t{kLargest.columns} * kLargest.rows, 255);
  CHECK_EQ(int{Preprocessed(frame, kLargest, {2, 1})[1]}, 255);
}

TEST(five_and_six_bits_of_a_colour_become_eight) {
  const auto pixel = [](uint8_t high, uint8_t low) {
    return ColourPreprocessed({high, low}, {1, 1}, {1, 1}, false);
  };
  CHECK(pixel(0x00, 0x00) == Blob({0, 0, 0}));
  CHECK(pixel(0xFF, 0xFF) == Blob({255, 255, 255}));
  CHECK(pixel(0xF8, 0x00) == Blob({255, 0, 0}));
  CHECK(pixel(0x07, 0xE0) == Blob({0, 255, 0}));
  CHECK(pixel(0x00, 0x1F) == Blob({0, 0, 255}));
  CHECK(pixel(0x08, 0x21) == Blob({8, 4, 8}));        // the lowest bit of each
  CHECK(pixel(0x84, 0x10) == Blob({132, 130, 132}));  // the highest: 10000, 100000, 10000
  CHECK(pixel(0x7B, 0xEF) == Blob({123, 125, 123}));  // 01111, 011111, 01111
}

TEST(colour_frames_are_averaged_in_each_channel_by_itself) {
  struct Case {
    ImageSize frame, input;
    bool in_place;
  };
  const Case cases[] = {
      {{160, 120}, {96, 96}, true},    {{160, 120}, {32, 32}, true}, {{160, 120}, {96, 64}, true},
      {{160, 120}, {106, 106}, true},  {{160, 120}, {1, 1}, true},   {{13, 11}, {7, 7}, true},
      {{160, 120}, {120, 120}, false}, {{2, 2}, {2, 2}, false},      {{97, 96}, {96, 96}, false},
      {{160, 120}, {160, 60}, true},  // its rows are longer, but begin 30 rows further up
      {{160, 120}, {160, 119}, false},
  };
  uint32_t seed = 100;
  for (const Case& one : cases) {
    CHECK(CanPreprocess(one.frame, one.input));
    CHECK(camhil::CanPreprocessInPlace(one.frame, FrameFormat::kGray8, one.input));
    CHECK_EQ(camhil::CanPreprocessInPlace(one.frame, FrameFormat::kRgb565, one.input),
             one.in_place);
    const Blob frame = Noise(one.frame.columns * one.frame.rows * 2, ++seed);
    const Blob expected = ColourByDefinition(frame, one.frame, one.input);
    CHECK(ColourPreprocessed(frame, one.frame, one.input, false) == expected);
    CHECK_EQ(ColourPreprocessed(frame, one.frame, one.input, true) == expected, one.in_place);
  }
}

TEST(every_small_colour_frame_is_as_defined_and_in_place_where_that_is_said) {
  for (uint32_t size = 0; size < 6 * 6 * 6 * 6; ++size) {
    const ImageSize frame_size = {size % 6 + 1, size / 6 % 6 + 1};
    const ImageSize input = {size / 36 % 6 + 1, size / 216 % 6 + 1};
    if (!CanPreprocess(frame_size, input)) continue;
    const Blob frame = Noise(frame_size.columns * frame_size.rows * 2, size);
    const Blob expected = ColourByDefinition(frame, frame_size, input);
    CHECK(ColourPreprocessed(frame, frame_size, input, false) == expected);
    if (!camhil::CanPreprocessInPlace(frame_size, FrameFormat::kRgb565, input)) continue;
    CHECK(ColourPreprocessed(frame, frame_size, input, true) == expected);
  }
}

TEST(table_of_the_contract_says_what_a_pixel_becomes) {
  Blob table(256);
  for (size_t pixel = 0; pixel < 256; ++pixel) table[pixel] = static_cast<uint8_t>(pixel * 37 + 5);
  const Blob frame = Noise(160 * 120, 11);
  Blob expected = ByDefinition(frame, kFrame, {96, 96});
  for (uint8_t& value : expected) value = static_cast<uint8_t>(value * 37 + 5);
  CHECK(Preprocessed(frame, kFrame, {96, 96}, table) == expected);
}

TEST(identity_has_the_size_of_the_frames_that_the_board_takes) {
  Board board;
  const cbor::Value identity = board.Hello();
  CHECK(identity[bench::id::kCapabilities][2].truth());  // frame_stage
  const cbor::Value& frame = identity[bench::id::kFrame];
  CHECK_EQ(frame[0].number, uint64_t{120});
  CHECK_EQ(frame[1].number, uint64_t{160});
  CHECK_EQ(frame[2].number, uint64_t{0});  // gray
}

TEST(colour_network_takes_colour_frames) {
  Board board(ColourNetwork(32, 32), false, {38400, 200, 256});
  const cbor::Value identity = board.Hello();
  CHECK(identity[bench::id::kCapabilities][2].truth());
  CHECK_EQ(identity[bench::id::kFrame][2].number, uint64_t{1});  // RGB565
  CHECK_EQ(ErrorOf(board.AskUpload(2, Blob(19200, 1), false, 1)), 4);

  const Blob frame = Noise(2 * camhil::kFramePixels, 8);
  const uint32_t crc = UploadFrame(&board, frame, 10);
  CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));
  board.RunNext();
  CHECK(Is(board.Reply(), 1, reply::kResult));
  Blob expected = ColourByDefinition(frame, kFrame, {32, 32});
  for (size_t i = 0; i < expected.size(); ++i) {  // each channel by a table of its own
    expected[i] = static_cast<uint8_t>(expected[i] + 1 + i % 3);
  }
  CHECK(board.last_input() == expected);
}

TEST(camera_of_a_colour_network_is_asked_for_colour) {
  Board board(ColourNetwork(32, 32), true);  // its buffers need not hold a frame
  CHECK_EQ(board.RunNext(), 0u);
  CHECK(board.camera.format == FrameFormat::kRgb565);
  CHECK(board.last_input().size() == size_t{32 * 32 * 3});
}

TEST(colour_frame_that_would_be_in_its_tensors_way_is_not_taken_from_a_host) {
  Board board(ColourNetwork(120, 120), true, {43200, 200, 256});
  CHECK_EQ(board.RunNext(), 0u);  // the camera's lies elsewhere
  const cbor::Value identity = board.Hello();
  CHECK(!identity[bench::id::kCapabilities][2].truth());
  CHECK(identity[bench::id::kFrame].nil());
  CHECK_EQ(ErrorOf(board.AskUpload(1, Blob(38400, 1), false, 1)), 3);
}

TEST(frame_is_made_into_the_tensor_before_its_inference) {
  Board board;
  const Blob frame = Noise(camhil::kFramePixels, 1);
  const uint32_t crc = UploadFrame(&board, frame, 10);
  CHECK(Is(board.AskInfer(1, crc), 1, reply::kAccepted));
  board.RunNext();
  const cbor::Value result = board.Reply();
  CHECK(Is(result, 1, reply::kResult));
  CHECK_EQ(result[bench::field::kCrc].number, uint64_t{crc});  // of the frame
  CHECK(board.last_input() == SmallNetworksInput(frame));
}

TEST(repeated_inference_runs_on_the_tensor_that_the_frame_became) {
  Board board;
  const Blob frame = Noise(camhil::kFramePixels, 2);
  const uint32_t crc = UploadFrame(&board, frame, 10);
  for (uint32_t seq = 1; seq <= 3; ++seq) {
    CHECK(Is(board.AskInfer(seq, crc), seq, reply::kAccepted));
    board.engine.inputs.clear();
    board.RunNext();
    CHECK(Is(board.Reply(), seq, reply::kResult));
    CHECK(board.last_input() == SmallNetworksInput(frame));
  }
  // Resumed: everything is there already.
  CHECK_EQ(board.AskUpload(40, frame, true, 1)[4].number, uint64_t{0});
  board.AskChunk(41, frame, 0);  // late, and of no use: it must not touch the tensor
  board.AskInfer(4, crc);
  board.RunNext();
  board.Replies();
  CHECK(board.last_input() == SmallNetworksInput(frame));
}

TEST(frame_uploaded_anew_is_preprocessed_anew) {
  Board board;
  const Blob frame = Noise(camhil::kFramePixels, 3);
  for (uint32_t round = 0; round < 2; ++round) {
    const uint32_t crc = UploadFrame(&board, frame, 100 + 50 * round);
    board.AskInfer(round + 1, crc);
    board.engine.inputs.clear();
    board.RunNext();
    board.Replies();
    CHECK(board.last_input() == SmallNetworksInput(frame));
  }
}

TEST(frame_and_tensor_may_take_turns) {
  Board board;
  const Blob frame = Noise(camhil::kFramePixels, 4);
  const Blob tensor = bench::Sample(9);
  const uint32_t frame_crc = UploadFrame(&board, frame, 10);
  const uint32_t tensor_crc = board.UploadSample(tensor, 60);
  const uint32_t order[] = {frame_crc, tensor_crc, tensor_crc, frame_crc};
  for (uint32_t i = 0; i < 4; ++i) {
    board.AskInfer(i + 1, order[i]);
    board.RunNext();
    board.Replies();
    CHECK(board.last_input() == (order[i] == frame_crc ? SmallNetworksInput(frame) : tensor));
  }
}

TEST(frame_of_a_wrong_size_is_refused_with_both_sizes) {
  Board board;
  const cbor::Value error = board.AskUpload(1, Blob(19199, 1), false, 1);
  CHECK_EQ(ErrorOf(error), 4);
  CHECK_EQ(error[3][0].integer(), 19200);
  CHECK_EQ(error[3][1].integer(), 19199);
  // A tensor is no frame, and the other way round.
  CHECK_EQ(ErrorOf(board.AskUpload(2, bench::Sample(1), false, 1)), 4);
  CHECK_EQ(ErrorOf(board.AskUpload(3, Blob(19200, 1), false, 0)), 4);
}

TEST(damaged_frame_is_never_preprocessed) {
  Board board;
  const Blob frame = Noise(camhil::kFramePixels, 5);
  board.AskUpload(1, frame, false, 1);
  for (size_t i = 0; i < kFrameChunks; ++i) {
    Blob damaged = frame;
    damaged[5000] ^= 1;
    const size_t begin = i * 1536;
    const Blob part(damaged.begin() + static_cast<long>(begin),
                    damaged.begin() + static_cast<long>(std::min(begin + 1536, frame.size())));
    board.Ask(2, request::kChunk, {Uint(Crc(frame)), Uint(begin), cbor::Bytes(part)});
  }
  CHECK_EQ(ErrorOf(board.AskInfer(3, Crc(frame))), 7);
  CHECK_EQ(board.engine.invocations, 0);
}

TEST(network_that_a_frame_does_not_fit_takes_tensors_only) {
  const auto refuses_frames = [](const builder::NetworkSpec& spec, bench::Room room) {
    Board board(spec, false, room);
    const cbor::Value identity = board.Hello();
    CHECK_EQ(identity[bench::id::kModelState].number, uint64_t{0});
    CHECK(!identity[bench::id::kCapabilities][2].truth());
    CHECK(identity[bench::id::kFrame].nil());
    CHECK_EQ(ErrorOf(board.AskUpload(1, Blob(19200, 1), false, 1)), 3);
    const Blob sample(spec.inputs[0].size, 1);
    CHECK(Is(board.AskUpload(2, sample), 2, reply::kUploading));
  };
  builder::NetworkSpec spec = builder::SmallNetwork();
  spec.has_image = false;  // nobody said what pixels become
  refuses_frames(spec, {});
  spec = builder::SmallNetwork();
  spec.inputs[0] = {builder::kInt8, {1, 32, 32, 2}, 2048};  // neither gray nor colour
  spec.image = {32, 32, std::vector<Blob>(2, builder::Centred())};
  refuses_frames(spec, {});
  refuses_frames(ColourNetwork(32, 32), {38399, 200, 256});
  spec = builder::SmallNetwork();
  spec.inputs[0] = {builder::kInt8, {1, 121, 96, 1}, 121 * 96};  // higher than a frame
  spec.image.rows = 121;
  refuses_frames(spec, {});
  refuses_frames(builder::SmallNetwork(), {19199, 200, 256});  // built without room for one
}

TEST(input_can_be_read_back) {
  Board board;
  const Blob frame = Noise(camhil::kFramePixels, 6);
  const auto read = [&](uint32_t seq, uint64_t offset) {
    return board.Ask(seq, request::kReadTensor, {Uint(0), Uint(0), Uint(offset), Uint(1536)});
  };
  CHECK_EQ(ErrorOf(read(1, 0)), 10);  // no inference yet
  const uint32_t crc = UploadFrame(&board, frame, 10);
  board.AskInfer(2, crc);
  board.RunNext();
  board.Replies();
  Blob input;
  for (uint32_t page = 0; page < 4; ++page) {
    const cbor::Value data = read(3 + page, page * 1536);
    CHECK(Is(data, 3 + page, reply::kTensorData));
    CHECK_EQ(data[2].number, uint64_t{crc});
    CHECK_EQ(data[3].number, uint64_t{0});
    CHECK_EQ(data[4].number, uint64_t{0});
    CHECK_EQ(data[5].number, uint64_t{6144});
    input.insert(input.end(), data[7].bytes.begin(), data[7].bytes.end());
  }
  CHECK(input == SmallNetworksInput(frame));
  CHECK_EQ(ErrorOf(read(8, 6145)), 9);

  // The same frame anew: what lies there is no tensor until it has run.
  board.AskUpload(20, frame, false, 1);
  CHECK_EQ(ErrorOf(read(21, 0)), 5);
  UploadFrame(&board, frame, 30);
  CHECK_EQ(ErrorOf(read(50, 0)), 5);
  // Replaced by others.
  board.UploadSample(bench::Sample(1), 60);
  board.UploadSample(bench::Sample(2), 70);
  CHECK_EQ(ErrorOf(read(80, 0)), 5);
}
