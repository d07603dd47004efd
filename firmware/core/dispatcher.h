// Answers the requests of the wire protocol.
#pragma once

#include <cstdint>

#include "camera_frames.h"
#include "engine.h"
#include "inference.h"
#include "line.h"
#include "link.h"
#include "machine.h"
#include "memory.h"
#include "messages.h"
#include "network.h"
#include "samples.h"

namespace camhil {

class Dispatcher {
 public:
  // static_bytes: the firmware's static RAM, for the memory report.
  Dispatcher(Machine& machine, Line& line, Engine& engine, CameraFrames& camera,
             const Network& network, SampleStore& samples, const Memory& memory, Link& link,
             Inferences& inferences, uint32_t static_bytes)
      : machine_(machine),
        line_(line),
        engine_(engine),
        camera_(camera),
        network_(network),
        samples_(samples),
        max_sample_bytes_(memory.sample_bytes),
        buffer_bytes_(memory.bytes()),
        link_(link),
        inferences_(inferences),
        static_bytes_(static_bytes) {}

  // Answers the message of one frame. The caller is the receive task and holds the state.
  void Handle(Bytes message);

 private:
  void Handle(uint32_t seq, const Hello& hello);
  void Handle(uint32_t seq, const GetContract& get);
  void Handle(uint32_t seq, const Upload& upload);
  void Handle(uint32_t seq, const Chunk& chunk);
  void HandleInjection(const Request& request);
  void Handle(uint32_t seq, const ReadTensor& read);
  void Handle(uint32_t seq, const GetTrace& get);
  void Handle(uint32_t seq, const GetFrame& get);
  void Handle(uint32_t seq, const SetBaud& set);
  void Handle(uint32_t seq, const Reboot& reboot);
  void HandleGetMemory(uint32_t seq);
  Status FindTensor(const ReadTensor& read, Bytes* tensor) const;
  bool takes_frames() const;
  Capabilities capabilities() const;

  Machine& machine_;
  Line& line_;
  Engine& engine_;
  CameraFrames& camera_;
  const Network& network_;
  SampleStore& samples_;
  const uint32_t max_sample_bytes_;
  const uint32_t buffer_bytes_;
  Link& link_;
  Inferences& inferences_;
  const uint32_t static_bytes_;
};

}  // namespace camhil
