// Images in chunks: order, repetition, damage, and the two buffers.
#include "board.h"
#include "check.h"

namespace {

using bench::Blob;
using bench::Board;
using bench::Crc;
using bench::ErrorOf;
using bench::Image;
using bench::Is;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

constexpr uint64_t kAllMissing = 0xF;  // 6144 bytes: 4 chunks

}  // namespace

TEST(chunks_may_come_in_any_order_and_twice) {
  Board board;
  const Blob image = Image(1);
  CHECK_EQ(board.AskUpload(1, image)[3].number, kAllMissing);
  CHECK_EQ(board.AskChunk(2, image, 3)[4].number, uint64_t{0x7});
  CHECK_EQ(board.AskChunk(3, image, 0)[4].number, uint64_t{0x6});
  CHECK_EQ(board.AskChunk(3, image, 0)[4].number, uint64_t{0x6});
  CHECK_EQ(board.AskChunk(4, image, 2)[4].number, uint64_t{0x2});
  CHECK_EQ(board.AskChunk(5, image, 1)[4].number, uint64_t{0});
  CHECK(Is(board.AskInfer(6, Crc(image)), 6, reply::kAccepted));
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 6, reply::kResult));
  CHECK(board.engine.last_input == image);
}

TEST(upload_resumes_and_repeats_without_losing_chunks) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  board.AskChunk(2, image, 0);
  CHECK_EQ(board.AskUpload(1, image)[3].number, uint64_t{0xE});        // the same request again
  CHECK_EQ(board.AskUpload(3, image, true)[3].number, uint64_t{0xE});  // resume
  CHECK_EQ(board.AskUpload(4, image, false)[3].number, kAllMissing);   // anew
}

TEST(resume_of_an_unknown_image_starts_empty) {
  Board board;
  CHECK_EQ(board.AskUpload(1, Image(1), true)[3].number, kAllMissing);
}

TEST(upload_of_a_wrong_size_is_refused) {
  Board board;
  const cbor::Value error = board.AskUpload(1, Blob(100, 1));
  CHECK_EQ(ErrorOf(error), 4);
  CHECK_EQ(error[3][0].integer(), 6144);
  CHECK_EQ(error[3][1].integer(), 100);
}

TEST(chunk_has_to_fit_its_image) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  const auto ask = [&](uint64_t crc, uint64_t offset, size_t size) {
    return ErrorOf(
        board.Ask(2, request::kChunk, {Uint(crc), Uint(offset), cbor::Bytes(Blob(size, 1))}));
  };
  CHECK_EQ(ask(Crc(image), 1, 1536), 9);
  CHECK_EQ(ask(Crc(image), 6144, 1536), 9);
  CHECK_EQ(ask(Crc(image), 0xFFFFFE00, 1536), 9);
  CHECK_EQ(ask(Crc(image), 0, 1535), 9);
  CHECK_EQ(ask(12345, 0, 1536), 5);
}

TEST(last_chunk_may_be_shorter) {
  builder::ModelSpec spec = builder::SmallModel();
  spec.tensors[builder::kInput].shape = {1, 40, 40, 1};  // 1600 bytes
  Board board(bench::Partition(builder::Build(spec)));
  const Blob image(1600, 3);
  board.AskUpload(1, image);
  board.AskChunk(2, image, 0);
  CHECK_EQ(board.AskChunk(3, image, 1)[4].number, uint64_t{0});
}

TEST(incomplete_image_is_not_run) {
  Board board;
  const Blob image = Image(1);
  board.AskUpload(1, image);
  board.AskChunk(2, image, 1);
  const cbor::Value error = board.AskInfer(3, Crc(image));
  CHECK_EQ(ErrorOf(error), 6);
  CHECK_EQ(error[3][0].integer(), 0xD);
  CHECK_EQ(ErrorOf(board.AskInfer(4, 999)), 5);
}

TEST(corrupted_image_is_refused_and_dropped) {
  Board board;
  Blob image = Image(1);
  const uint32_t announced = Crc(image);
  board.AskUpload(1, image);
  image[2000] ^= 1;
  for (size_t i = 0; i < 4; ++i) {
    const Blob part(image.begin() + static_cast<long>(i * 1536),
                    image.begin() + static_cast<long>((i + 1) * 1536));
    board.Ask(2, request::kChunk, {Uint(announced), Uint(i * 1536), cbor::Bytes(part)});
  }
  const cbor::Value error = board.AskInfer(3, announced);
  CHECK_EQ(ErrorOf(error), 7);
  CHECK_EQ(error[3][0].integer(), int64_t{announced});
  CHECK_EQ(error[3][1].integer(), int64_t{Crc(image)});
  CHECK_EQ(ErrorOf(board.AskInfer(4, announced)), 5);
  CHECK_EQ(board.engine.invocations, 0);
}

TEST(image_uploaded_anew_is_checked_anew) {
  Board board;
  Blob image = Image(1);
  const uint32_t crc = Crc(image);
  board.RunImage(image, 1);
  CHECK_EQ(board.AskUpload(2, image)[3].number, kAllMissing);
  for (size_t i = 1; i < 4; ++i) board.AskChunk(3, image, i);
  board.Ask(4, request::kChunk, {Uint(crc), Uint(0), cbor::Bytes(Blob(1536, 0xEE))});
  CHECK_EQ(ErrorOf(board.AskInfer(5, crc)), 7);
}

TEST(image_in_use_is_never_overwritten) {
  Board board;
  const Blob image = Image(1);
  const uint32_t crc = board.UploadImage(image, 10);
  board.AskInfer(1, crc);
  board.engine.during_invoke = [&] {
    // The same image anew goes to the other buffer, and so do its chunks.
    CHECK_EQ(board.AskUpload(2, image)[3].number, kAllMissing);
    CHECK_EQ(board.AskChunk(3, image, 0)[4].number, uint64_t{0xE});
    CHECK_EQ(ErrorOf(board.AskInfer(4, crc)), 6);
    CHECK_EQ(ErrorOf(board.AskUpload(3, Image(2))), -1);
    CHECK(board.engine.last_input == image);
  };
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 1, reply::kResult));
}

TEST(next_image_can_be_uploaded_while_one_runs) {
  Board board;
  const uint32_t first = board.UploadImage(Image(1), 10);
  board.AskInfer(1, first);
  board.engine.during_invoke = [&] {
    const uint32_t second = board.UploadImage(Image(2), 20);
    CHECK(Is(board.AskInfer(2, second), 2, reply::kAccepted));
  };
  CHECK(board.app->RunNextInference());
  CHECK(Is(board.Reply(), 1, reply::kResult));
  board.engine.during_invoke = nullptr;
  board.app->RunNextInference();
  CHECK(Is(board.Reply(), 2, reply::kResult));
  CHECK(board.engine.last_input == Image(2));
}
