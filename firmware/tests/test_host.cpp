// The host library: two real threads behind a socket.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "board.h"
#include "camhil_host.h"
#include "check.h"
#include "frames.h"

namespace {

using bench::Blob;
using cbor::Uint;
namespace request = bench::request;
namespace reply = bench::reply;

// The C callbacks, and the host's end of the line.
class Host {
 public:
  Host() : partition_(bench::Partition(builder::Build(builder::SmallModel()))) {
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_), 0);
    config_.abi = CAMHIL_HOST_ABI;
    config_.uart_fd = sockets_[1];
    config_.baud = 115200;
    config_.model_partition = partition_.data();
    config_.model_partition_bytes = static_cast<uint32_t>(partition_.size());
    config_.reset_reason = 4;
    config_.boot_count = 7;
    config_.arena_bytes = 50000;
    config_.host_context = this;
    config_.set_baud = [](void* self, uint32_t baud) { static_cast<Host*>(self)->baud = baud; };
    config_.engine = {this, "host 1", Load, Invoke, Output};
  }

  ~Host() {
    Hang();
    if (thread_.joinable()) thread_.join();
    close(sockets_[1]);
  }

  void Start() {
    thread_ = std::thread([this] { outcome_ = camhil_host_run(&config_); });
  }

  int32_t Wait() {
    thread_.join();
    return outcome_;
  }

  void Hang() {
    if (sockets_[0] >= 0) close(sockets_[0]);
    sockets_[0] = -1;
  }

  void Send(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields = {}) {
    std::vector<cbor::Value> items = {Uint(seq), Uint(kind)};
    items.insert(items.end(), fields.begin(), fields.end());
    const Blob frame = bench::Frame(cbor::Encode(cbor::Array(items)));
    CHECK_EQ(write(sockets_[0], frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
  }

  // The next reply; blocks until it is there.
  cbor::Value Receive() {
    for (;;) {
      uint8_t byte = 0;
      if (read(sockets_[0], &byte, 1) != 1) {
        check::Fail(__FILE__, __LINE__, "the line was closed");
        return cbor::Array(std::vector<cbor::Value>(32));
      }
      if (!decoder_.Push(byte)) continue;
      const camhil::Bytes message = decoder_.message();
      cbor::Value value;
      CHECK(cbor::Decode(Blob(message.data, message.data + message.size), &value));
      return value;
    }
  }

  cbor::Value Ask(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields = {}) {
    Send(seq, kind, fields);
    return Receive();
  }

  void UploadAndInfer(uint32_t seq, const Blob& image, bool trace = false) {
    const uint32_t crc = bench::Crc(image);
    Ask(1000, request::kUpload, {Uint(0), Uint(crc), Uint(image.size()), cbor::Bool(false)});
    for (size_t at = 0; at < image.size(); at += 1536) {
      Ask(1001, request::kChunk,
          {Uint(crc), Uint(at),
           cbor::Bytes(Blob(image.begin() + static_cast<long>(at),
                            image.begin() + static_cast<long>(at + 1536)))});
    }
    const cbor::Value accepted =
        Ask(seq, request::kInfer,
            {Uint(crc), cbor::Bool(true), cbor::Bool(trace), cbor::Nil(), cbor::Nil()});
    CHECK(bench::Is(accepted, seq, reply::kAccepted));
  }

  // Makes the next inferences wait inside the engine.
  void Block() {
    const std::lock_guard<std::mutex> guard(mutex_);
    blocked_ = true;
  }
  void Unblock() {
    const std::lock_guard<std::mutex> guard(mutex_);
    blocked_ = false;
    changed_.notify_all();
  }

  camhil_host_config& config() { return config_; }

  std::atomic<uint32_t> baud{0};
  std::atomic<int32_t> load_code{0};
  std::atomic<int32_t> invoke_code{0};

 private:
  static int32_t Load(void* context, const uint8_t*, uint32_t, uint32_t* arena, uint32_t* used,
                      int64_t detail[2], char message[97]) {
    CHECK_EQ(*arena, 50000u);
    *arena = 40000;
    *used = 30000;
    detail[0] = 11;
    detail[1] = 22;
    std::strcpy(message, "no room");
    return static_cast<Host*>(context)->load_code;
  }

  static int32_t Invoke(void* context, const int8_t* input, uint32_t input_bytes,
                        camhil_on_op on_op, void* op_context, int64_t*, char*) {
    Host& self = *static_cast<Host*>(context);
    std::unique_lock<std::mutex> guard(self.mutex_);
    self.changed_.wait(guard, [&self] { return !self.blocked_; });
    self.last_input_.assign(input, input + input_bytes);
    for (uint16_t op = 0; on_op != nullptr && op < 4; ++op) {
      const uint8_t output[2] = {static_cast<uint8_t>(op), 1};
      on_op(op_context, op, output, sizeof output, -1);
    }
    return self.invoke_code;
  }

  static int32_t Output(void* context, uint8_t index, int8_t* data, uint32_t bytes) {
    CHECK_EQ(bytes, index == 0 ? 24u : 3u);
    std::memset(data, 100, bytes);
    return static_cast<Host*>(context)->last_input_.empty() ? 40 : 0;
  }

  int sockets_[2] = {-1, -1};
  Blob partition_;
  camhil_host_config config_ = {};
  std::thread thread_;
  int32_t outcome_ = -100;
  camhil::FrameDecoder decoder_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool blocked_ = false;
  std::vector<int8_t> last_input_;
};

}  // namespace

TEST(host_refuses_a_config_of_another_abi) {
  camhil_host_config config = {};
  config.abi = CAMHIL_HOST_ABI + 1;
  CHECK_EQ(camhil_host_run(&config), CAMHIL_HOST_BAD_CONFIG);
  CHECK_EQ(camhil_host_run(nullptr), CAMHIL_HOST_BAD_CONFIG);
}

TEST(host_ends_when_the_line_closes) {
  Host host;
  host.Start();
  host.Hang();
  CHECK_EQ(host.Wait(), CAMHIL_HOST_UART_CLOSED);
}

TEST(host_identity_carries_the_config) {
  Host host;
  host.Start();
  const cbor::Value id = host.Ask(1, request::kHello, {Uint(1)});
  CHECK(id[3].text() == "sim");
  CHECK(id[4].text() == camhil_host_version());
  CHECK(id[10].text() == "host 1");
  CHECK_EQ(id[12].number, uint64_t{4});
  CHECK_EQ(id[13].number, uint64_t{7});
  CHECK_EQ(id[22].number, uint64_t{40000});
}

TEST(host_runs_inferences_and_reboots) {
  Host host;
  host.Start();
  host.UploadAndInfer(5, bench::Image(1), true);
  const cbor::Value result = host.Receive();
  CHECK(bench::Is(result, 5, reply::kResult));
  CHECK(result[3].bytes == Blob({100, 100, 100}));
  const cbor::Value page = host.Ask(6, request::kGetTrace, {Uint(0)});
  CHECK_EQ(page[5].items.size(), size_t{4});
  CHECK(page[5][0][3].nil());
  CHECK(bench::Is(host.Ask(7, request::kReboot, {Uint(0)}), 7, reply::kRebootAck));
  CHECK_EQ(host.Wait(), CAMHIL_HOST_REBOOT_TO_APP);
}

TEST(host_reboots_to_the_bootloader) {
  Host host;
  host.Start();
  host.Ask(7, request::kReboot, {Uint(1)});
  CHECK_EQ(host.Wait(), CAMHIL_HOST_REBOOT_TO_BOOTLOADER);
}

TEST(host_answers_while_an_inference_runs) {
  Host host;
  host.Start();
  host.Block();
  host.UploadAndInfer(5, bench::Image(1));
  CHECK(bench::Is(host.Ask(6, request::kEcho, {cbor::Bytes({1, 0})}), 6, reply::kEchoed));
  CHECK_EQ(bench::ErrorOf(host.Ask(7, request::kReadOutput, {Uint(0), Uint(0), Uint(1)})), 8);
  host.Unblock();
  CHECK(bench::Is(host.Receive(), 5, reply::kResult));
}

TEST(host_reboot_cuts_a_stretched_inference_short) {
  Host host;
  host.config().stretch_invoke_us = 3'600'000'000u;
  host.Start();
  host.UploadAndInfer(5, bench::Image(1));
  host.Ask(7, request::kReboot, {Uint(0)});
  CHECK_EQ(host.Wait(), CAMHIL_HOST_REBOOT_TO_APP);
}

TEST(host_tells_of_baud_changes) {
  Host host;
  host.Start();
  host.Ask(1, request::kSetBaud, {Uint(460800)});
  host.Ask(2, request::kGetMemory);
  CHECK_EQ(host.baud.load(), 460800u);
}

TEST(host_passes_the_engines_errors_on) {
  Host host;
  host.load_code = 29;
  host.Start();
  const cbor::Value id = host.Ask(1, request::kHello, {Uint(1)});
  CHECK_EQ(id[8].number, uint64_t{29});
  CHECK(id[9].text() == "no room");
}

TEST(host_takes_an_unknown_code_as_an_engine_error) {
  Host host;
  host.invoke_code = -5;
  host.Start();
  host.UploadAndInfer(5, bench::Image(1));
  const cbor::Value error = host.Receive();
  CHECK_EQ(bench::ErrorOf(error), 40);
  CHECK_EQ(error[3][0].integer(), -5);
}
