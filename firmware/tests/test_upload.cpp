// Samples in chunks: order, repetition, damage, and the two buffers.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Crc;
using bench::ErrorOf;
using bench::Is;
using bench::Sample;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

// What an answer says of missing chunks: bit i of the set stands for chunk i.
uint64_t Missing(const cbor::Value& answer) {
  const size_t at = answer.items.size() - 2;
  return answer[at + 1].number << answer[at].number;
}

constexpr uint64_t kAllMissing = 0xF;  // 6144 bytes: 4 chunks

}  // namespace

TEST(chunks_may_come_in_any_order_and_twice) {
  Board board;
  const Blob sample = Sample(1);
  CHECK_EQ(Missing(board.AskUpload(1, sample)), kAllMissing);
  CHECK_EQ(Missing(board.AskChunk(2, sample, 3)), uint64_t{0x7});
  CHECK_EQ(Missing(board.AskChunk(3, sample, 0)), uint64_t{0x6});
  CHECK_EQ(Missing(board.AskChunk(3, sample, 0)), uint64_t{0x6});
  CHECK_EQ(Missing(board.AskChunk(4, sample, 2)), uint64_t{0x2});
  CHECK_EQ(Missing(board.AskChunk(5, sample, 1)), uint64_t{0});
  CHECK(Is(board.AskInfer(6, Crc(sample)), 6, reply::kAccepted));
  board.RunNext();
  CHECK(Is(board.Reply(), 6, reply::kResult));
  CHECK(board.last_input() == sample);
}

TEST(upload_resumes_and_repeats_without_losing_chunks) {
  Board board;
  const Blob sample = Sample(1);
  board.AskUpload(1, sample);
  board.AskChunk(2, sample, 0);
  CHECK_EQ(Missing(board.AskUpload(1, sample)), uint64_t{0xE});        // the same request again
  CHECK_EQ(Missing(board.AskUpload(3, sample, true)), uint64_t{0xE});  // resume
  CHECK_EQ(Missing(board.AskUpload(4, sample, false)), kAllMissing);   // anew
}

TEST(resume_of_an_unknown_sample_starts_empty) {
  Board board;
  CHECK_EQ(Missing(board.AskUpload(1, Sample(1), true)), kAllMissing);
}

TEST(upload_of_a_wrong_size_is_refused) {
  Board board;
  const cbor::Value error = board.AskUpload(1, Blob(100, 1));
  CHECK_EQ(ErrorOf(error), 4);
  CHECK_EQ(error[3][0].integer(), 6144);
  CHECK_EQ(error[3][1].integer(), 100);
}

TEST(chunk_has_to_fit_its_sample) {
  Board board;
  const Blob sample = Sample(1);
  board.AskUpload(1, sample);
  const auto ask = [&](uint64_t crc, uint64_t offset, size_t size) {
    return ErrorOf(
        board.Ask(2, request::kChunk, {Uint(crc), Uint(offset), cbor::Bytes(Blob(size, 1))}));
  };
  CHECK_EQ(ask(Crc(sample), 1, 1536), 9);
  CHECK_EQ(ask(Crc(sample), 6144, 1536), 9);
  CHECK_EQ(ask(Crc(sample), 0xFFFFFE00, 1536), 9);
  CHECK_EQ(ask(Crc(sample), 0, 1535), 9);
  CHECK_EQ(ask(12345, 0, 1536), 5);
}

TEST(last_chunk_may_be_shorter) {
  Board board(builder::PlainNetwork({{builder::kInt8, {1600}, 1600}}, {{builder::kInt8, {1}, 1}}));
  const Blob sample(1600, 3);
  board.AskUpload(1, sample);
  board.AskChunk(2, sample, 0);
  const cbor::Value ack = board.AskChunk(3, sample, 1);
  CHECK_EQ(ack[4].number, uint64_t{2});  // all before the second have arrived
  CHECK_EQ(ack[5].number, uint64_t{0});
}

TEST(sample_of_many_chunks_is_tracked_behind_the_first_that_is_missing) {
  constexpr uint32_t kBytes = 100 * 1536;
  Board board(
      builder::PlainNetwork({{builder::kInt8, {kBytes}, kBytes}}, {{builder::kInt8, {1}, 1}}),
      false, {kBytes, 200, 0});
  Blob sample(kBytes);
  for (size_t i = 0; i < kBytes; ++i) sample[i] = static_cast<uint8_t>(i / 1536 + i);
  const cbor::Value begun = board.AskUpload(1, sample);
  CHECK_EQ(begun[3].number, uint64_t{0});
  CHECK_EQ(begun[4].number, uint64_t{0xFFFFFFFF});
  // Beyond the 32 that are tracked: not kept, and not said to be.
  CHECK_EQ(board.AskChunk(2, sample, 32)[5].number, uint64_t{0xFFFFFFFF});
  CHECK_EQ(board.AskChunk(3, sample, 31)[5].number, uint64_t{0x7FFFFFFF});
  const cbor::Value next = board.AskChunk(4, sample, 0);
  CHECK_EQ(next[4].number, uint64_t{1});
  CHECK_EQ(next[5].number, uint64_t{0xBFFFFFFF});  // 31 is there, 32 is not
  for (uint32_t i = 0; i < 67; ++i) board.AskChunk(5, sample, i);
  const cbor::Value late = board.AskChunk(6, sample, 3);
  CHECK_EQ(late[4].number, uint64_t{67});
  CHECK_EQ(late[5].number, uint64_t{0xFFFFFFFF});
  CHECK_EQ(board.AskChunk(7, sample, 67)[5].number, uint64_t{0xFFFFFFFF});  // 68 to 99
  CHECK_EQ(board.AskChunk(7, sample, 68)[5].number, uint64_t{0x7FFFFFFF});
  for (uint32_t i = 69; i < 100; ++i) board.AskChunk(8, sample, i);
  CHECK(Is(board.AskInfer(9, Crc(sample)), 9, reply::kAccepted));
  board.RunNext();
  CHECK(Is(board.Reply(), 9, reply::kResult));
  CHECK(board.last_input() == sample);
}

TEST(incomplete_sample_is_not_run) {
  Board board;
  const Blob sample = Sample(1);
  board.AskUpload(1, sample);
  board.AskChunk(2, sample, 1);
  const cbor::Value error = board.AskInfer(3, Crc(sample));
  CHECK_EQ(ErrorOf(error), 6);
  CHECK_EQ(error[3][0].integer(), 0);
  CHECK_EQ(error[3][1].integer(), 0xD);
  CHECK_EQ(ErrorOf(board.AskInfer(4, 999)), 5);
}

TEST(corrupted_sample_is_refused_and_dropped) {
  Board board;
  Blob sample = Sample(1);
  const uint32_t announced = Crc(sample);
  board.AskUpload(1, sample);
  sample[2000] ^= 1;
  for (size_t i = 0; i < 4; ++i) {
    const Blob part(sample.begin() + static_cast<long>(i * 1536),
                    sample.begin() + static_cast<long>((i + 1) * 1536));
    board.Ask(2, request::kChunk, {Uint(announced), Uint(i * 1536), cbor::Bytes(part)});
  }
  const cbor::Value error = board.AskInfer(3, announced);
  CHECK_EQ(ErrorOf(error), 7);
  CHECK_EQ(error[3][0].integer(), int64_t{announced});
  CHECK_EQ(error[3][1].integer(), int64_t{Crc(sample)});
  CHECK_EQ(ErrorOf(board.AskInfer(4, announced)), 5);
  CHECK_EQ(board.engine.invocations, 0);
}

TEST(sample_uploaded_anew_is_checked_anew) {
  Board board;
  Blob sample = Sample(1);
  const uint32_t crc = Crc(sample);
  board.RunSample(sample, 1);
  CHECK_EQ(Missing(board.AskUpload(2, sample)), kAllMissing);
  for (size_t i = 1; i < 4; ++i) board.AskChunk(3, sample, i);
  board.Ask(4, request::kChunk, {Uint(crc), Uint(0), cbor::Bytes(Blob(1536, 0xEE))});
  CHECK_EQ(ErrorOf(board.AskInfer(5, crc)), 7);
}

TEST(sample_in_use_is_never_overwritten) {
  Board board;
  const Blob sample = Sample(1);
  const uint32_t crc = board.UploadSample(sample, 10);
  board.AskInfer(1, crc);
  board.engine.during_invoke = [&] {
    // The same sample anew goes to the other buffer, and so do its chunks.
    CHECK_EQ(Missing(board.AskUpload(2, sample)), kAllMissing);
    CHECK_EQ(Missing(board.AskChunk(3, sample, 0)), uint64_t{0xE});
    CHECK_EQ(ErrorOf(board.AskInfer(4, crc)), 6);
    CHECK_EQ(ErrorOf(board.AskUpload(3, Sample(2))), -1);
    CHECK(board.last_input() == sample);
  };
  board.RunNext();
  CHECK(Is(board.Reply(), 1, reply::kResult));
}

TEST(next_sample_can_be_uploaded_while_one_runs) {
  Board board;
  const uint32_t first = board.UploadSample(Sample(1), 10);
  board.AskInfer(1, first);
  board.engine.during_invoke = [&] {
    const uint32_t second = board.UploadSample(Sample(2), 20);
    CHECK(Is(board.AskInfer(2, second), 2, reply::kAccepted));
  };
  CHECK_EQ(board.RunNext(), 0u);
  CHECK(Is(board.Reply(), 1, reply::kResult));
  board.engine.during_invoke = nullptr;
  board.RunNext();
  CHECK(Is(board.Reply(), 2, reply::kResult));
  CHECK(board.last_input() == Sample(2));
}
