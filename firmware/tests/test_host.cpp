// The host library: three real threads behind a socket.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
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
  Host() : partition_(Partition()) {
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_), 0);
    config_.abi = CAMHIL_HOST_ABI;
    config_.uart_fd = sockets_[1];
    config_.baud = 115200;
    config_.model_partition = partition_.data();
    config_.model_partition_bytes = static_cast<uint32_t>(partition_.size());
    config_.reset_reason = 4;
    config_.boot_count = 7;
    config_.boot_id = 0xCAFE;
    config_.arena_bytes = 50000;
    config_.max_sample_bytes = 20000;
    config_.trace_entries = 10;
    config_.host_context = this;
    config_.set_baud = [](void* self, uint32_t baud) { static_cast<Host*>(self)->baud = baud; };
    config_.engine = {this, "host 1", "reference", Load, Invoke, Output};
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

  // Waits for a line of console text that has this in it.
  void WaitForText(const std::string& wanted) {
    std::string line;
    while (line.find(wanted) == std::string::npos || line.back() != '\n') {
      if (!line.empty() && line.back() == '\n') line.clear();
      uint8_t byte = 0;
      if (read(sockets_[0], &byte, 1) != 1) {
        check::Fail(__FILE__, __LINE__, ("the line was closed before: " + wanted).c_str());
        return;
      }
      line.push_back(static_cast<char>(byte));
    }
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

  void UploadAndInfer(uint32_t seq, const Blob& sample, bool trace = false,
                      bool reset_state = false) {
    const uint32_t crc = bench::Crc(sample);
    Ask(1000, request::kUpload, {Uint(0), Uint(crc), Uint(sample.size()), cbor::Bool(false)});
    for (size_t at = 0; at < sample.size(); at += 1536) {
      Ask(1001, request::kChunk,
          {Uint(crc), Uint(at),
           cbor::Bytes(Blob(sample.begin() + static_cast<long>(at),
                            sample.begin() + static_cast<long>(at + 1536)))});
    }
    const cbor::Value accepted = Ask(seq, request::kInfer,
                                     {Uint(crc), cbor::Bool(true), cbor::Bool(trace),
                                      cbor::Bool(reset_state), cbor::Nil(), cbor::Nil()});
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

  // So many frames, of gray 200 and of another colour, as fast as they are asked for.
  camhil_host_chip& HaveCamera(uint32_t frames) {
    const size_t pixels = camhil::kFramePixels;
    frames_[0].assign(frames * pixels, 200);
    frames_[1].assign(frames * pixels * 2, 1);
    config_.camera_frames[0] = frames_[0].data();
    config_.camera_frames[1] = frames_[1].data();
    config_.camera_frame_count = frames;
    return HaveChip();
  }
  camhil_host_chip& HaveChip() {
    config_.chip = &chip_;
    return chip_;
  }

  std::atomic<uint32_t> baud{0};
  std::atomic<int32_t> load_code{0};
  std::atomic<int32_t> invoke_code{0};
  std::atomic<int32_t> resets{0};

 private:
  static Blob Partition() {
    builder::NetworkSpec spec = builder::SmallNetwork();
    spec.stateful = true;
    return builder::Partition(spec);
  }

  static int32_t Load(void* context, const uint8_t*, uint32_t, uint32_t* arena, uint32_t* used,
                      uint32_t output_bytes[CAMHIL_HOST_MAX_OUTPUTS], int64_t detail[2],
                      char message[97]) {
    CHECK_EQ(*arena, 50000u);
    *arena = 40000;
    *used = 30000;
    detail[0] = 11;
    detail[1] = 22;
    output_bytes[0] = 24;
    output_bytes[1] = 3;
    std::strcpy(message, "no room");
    return static_cast<Host*>(context)->load_code;
  }

  static int32_t Invoke(void* context, const uint8_t* sample, uint32_t sample_bytes,
                        int32_t reset_state, camhil_on_op on_op, void* op_context, int64_t*,
                        char*) {
    Host& self = *static_cast<Host*>(context);
    std::unique_lock<std::mutex> guard(self.mutex_);
    self.changed_.wait(guard, [&self] { return !self.blocked_; });
    self.last_sample_.assign(sample, sample + sample_bytes);
    self.resets += reset_state;
    for (uint16_t op = 0; on_op != nullptr && op < 5; ++op) {
      const uint8_t output[2] = {static_cast<uint8_t>(op), 1};
      on_op(op_context, op, 0, output, sizeof output, 7 + op);
    }
    return self.invoke_code;
  }

  static int32_t Output(void* context, uint8_t index, uint8_t* data, uint32_t bytes) {
    CHECK_EQ(bytes, index == 0 ? 24u : 3u);
    std::memset(data, 100, bytes);
    return static_cast<Host*>(context)->last_sample_.empty() ? 40 : 0;
  }

  int sockets_[2] = {-1, -1};
  Blob partition_;
  Blob frames_[2];
  camhil_host_chip chip_ = {};
  camhil_host_config config_ = {};
  std::thread thread_;
  int32_t outcome_ = -100;
  camhil::FrameDecoder decoder_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool blocked_ = false;
  Blob last_sample_;
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
  const cbor::Value id = host.Ask(1, request::kHello, {Uint(2), Uint(2)});
  CHECK(id[bench::id::kTarget].text() == "sim");
  CHECK(id[bench::id::kVersion].text() == camhil_host_version());
  CHECK(id[bench::id::kEngine].text() == "host 1");
  CHECK(id[bench::id::kKernels].text() == "reference");
  CHECK_EQ(id[bench::id::kModelState].number, uint64_t{0});
  CHECK_EQ(id[bench::id::kResetReason].number, uint64_t{4});
  CHECK_EQ(id[bench::id::kBootCount].number, uint64_t{7});
  CHECK_EQ(id[bench::id::kBootId].number, uint64_t{0xCAFE});
  CHECK_EQ(id[bench::id::kMaxSampleBytes].number, uint64_t{20000});
  CHECK_EQ(id[bench::id::kArenaBytes].number, uint64_t{40000});
}

TEST(host_tells_a_partition_that_cannot_be_read) {
  Host host;
  host.config().model_partition = nullptr;
  host.config().model_partition_bytes = 0;
  host.config().model_partition_status = 0x105;
  host.Start();
  const cbor::Value id = host.Ask(1, request::kHello, {Uint(2), Uint(2)});
  CHECK_EQ(id[bench::id::kModelState].number, uint64_t{24});
}

TEST(host_refuses_a_config_without_bounds) {
  Host host;
  host.config().max_sample_bytes = 0xFFFFFFFF;
  CHECK_EQ(camhil_host_run(&host.config()), CAMHIL_HOST_BAD_CONFIG);
  host.config().max_sample_bytes = 20000;
  host.config().trace_entries = 65536;
  CHECK_EQ(camhil_host_run(&host.config()), CAMHIL_HOST_BAD_CONFIG);
}

TEST(host_refuses_a_camera_without_frames) {
  Host host;
  host.config().camera_frame_count = 1;
  CHECK_EQ(camhil_host_run(&host.config()), CAMHIL_HOST_BAD_CONFIG);
}

TEST(host_works_on_its_camera_until_hello) {
  Host host;
  const camhil_host_chip& chip = host.HaveCamera(2);
  host.Start();
  host.WaitForText("samples come from the camera until a host says hello");
  while (__atomic_load_n(&chip.shown, __ATOMIC_RELAXED) < 3) std::this_thread::yield();
  const cbor::Value id = host.Ask(1, request::kHello, {Uint(2), Uint(2)});
  CHECK_EQ(id[bench::id::kImageSource].number, uint64_t{1});
  host.UploadAndInfer(5, bench::Sample(1));
  host.Receive();
  const uint32_t captures = __atomic_load_n(&chip.captures, __ATOMIC_RELAXED);
  host.UploadAndInfer(6, bench::Sample(2));
  host.Receive();
  CHECK_EQ(__atomic_load_n(&chip.captures, __ATOMIC_RELAXED), captures);
  CHECK_EQ(__atomic_load_n(&chip.led, __ATOMIC_RELAXED), 0u);
  host.Ask(7, request::kReboot, {Uint(0)});
  CHECK_EQ(host.Wait(), CAMHIL_HOST_REBOOT_TO_APP);
}

TEST(host_camera_fails_on_request_until_it_is_started_anew) {
  Host host;
  camhil_host_chip& chip = host.HaveCamera(1);
  chip.camera_fault = CAMHIL_HOST_CAMERA_ABSENT;
  chip.camera_faults = CAMHIL_HOST_UNTIL_RESTART;
  host.Start();
  host.WaitForText("camera: ESP_ERR_NOT_FOUND");
  // Through the pauses after the failures.
  for (uint64_t us = 0; __atomic_load_n(&chip.restarts, __ATOMIC_RELAXED) == 0; us += 10'000) {
    __atomic_store_n(&chip.skipped_us, us, __ATOMIC_RELAXED);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  host.WaitForText("the frames of the camera are answered again");
  host.Ask(7, request::kReboot, {Uint(0)});
  CHECK_EQ(host.Wait(), CAMHIL_HOST_REBOOT_TO_APP);
  CHECK_EQ(chip.restarts, 1u);
}

TEST(host_camera_loses_a_byte_of_a_frame_or_is_late) {
  for (const uint32_t fault : {CAMHIL_HOST_CAMERA_SHORT, CAMHIL_HOST_CAMERA_LATE}) {
    Host host;
    camhil_host_chip& chip = host.HaveCamera(1);
    chip.camera_fault = fault;
    chip.camera_faults = 1;
    host.Start();
    host.WaitForText(fault == CAMHIL_HOST_CAMERA_SHORT ? "camera frame of 19199 bytes, not 19200"
                                                       : "camera: no frame in time");
    host.Hang();
    CHECK_EQ(host.Wait(), CAMHIL_HOST_UART_CLOSED);
  }
}

TEST(host_reports_the_figures_of_its_chip) {
  Host host;
  camhil_host_chip& chip = host.HaveChip();
  host.Start();
  const cbor::Value nothing = host.Ask(1, request::kGetMemory);
  CHECK(nothing[6].nil());
  chip.has_heap = chip.has_psram = 1;
  chip.heap = {3, 2, 1};
  chip.psram = {6, 5, 4};
  chip.stack_count = CAMHIL_HOST_MAX_STACKS;
  for (uint32_t i = 0; i < CAMHIL_HOST_MAX_STACKS; ++i) {
    chip.stacks[i] = {"sixteen letters.", 100 + i};
  }
  const cbor::Value all = host.Ask(2, request::kGetMemory);
  CHECK_EQ(all[6][0].number, uint64_t{3});
  CHECK_EQ(all[6][2].number, uint64_t{1});
  CHECK_EQ(all[7][1].number, uint64_t{5});
  CHECK_EQ(all[8].items.size(), size_t{4});
  CHECK(all[8][3][0].text() == "sixteen letters.");
  CHECK_EQ(all[8][3][1].number, uint64_t{103});
}

TEST(host_counts_the_cycles_of_a_chip_that_has_a_counter) {
  Host host;
  host.HaveChip().cycles_per_us = 240;
  host.config().stretch_invoke_us = 2000;
  host.Start();
  host.UploadAndInfer(5, bench::Sample(1), true);
  const cbor::Value result = host.Receive();
  CHECK(result[bench::field::kCycles].number >= 2000 * 240);
  const cbor::Value page = host.Ask(6, request::kGetTrace, {Uint(0)});
  CHECK_EQ(page[5][2][4].number, uint64_t{9});
  CHECK_EQ(page[5][2][5].number, uint64_t{9 * 240});
}

TEST(host_runs_inferences_and_reboots) {
  Host host;
  host.Start();
  host.UploadAndInfer(5, bench::Sample(1), true, true);
  const cbor::Value result = host.Receive();
  CHECK(bench::Is(result, 5, reply::kResult));
  CHECK(result[bench::field::kOutputs][1][2].bytes == Blob({100, 100, 100}));
  CHECK_EQ(host.resets.load(), 1);
  const cbor::Value page = host.Ask(6, request::kGetTrace, {Uint(0)});
  CHECK_EQ(page[5].items.size(), size_t{5});
  CHECK(page[5][0][4].nil());
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
  host.UploadAndInfer(5, bench::Sample(1));
  CHECK(bench::Is(host.Ask(6, request::kEcho, {cbor::Bytes({1, 0})}), 6, reply::kEchoed));
  CHECK_EQ(bench::ErrorOf(host.Ask(7, request::kReadTensor, {Uint(1), Uint(0), Uint(0), Uint(1)})),
           8);
  host.Unblock();
  CHECK(bench::Is(host.Receive(), 5, reply::kResult));
}

TEST(host_reboot_cuts_a_stretched_inference_short) {
  Host host;
  host.config().stretch_invoke_us = 3'600'000'000u;
  host.Start();
  host.UploadAndInfer(5, bench::Sample(1));
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
  const cbor::Value id = host.Ask(1, request::kHello, {Uint(2), Uint(2)});
  CHECK_EQ(id[bench::id::kModelState].number, uint64_t{29});
  CHECK(id[bench::id::kModelMessage].text() == "no room");
}

TEST(host_takes_an_unknown_code_as_an_engine_error) {
  Host host;
  host.invoke_code = -5;
  host.Start();
  host.UploadAndInfer(5, bench::Sample(1));
  const cbor::Value error = host.Receive();
  CHECK_EQ(bench::ErrorOf(error), 40);
  CHECK_EQ(error[3][0].integer(), -5);
}
