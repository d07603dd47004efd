// Answers the requests of the wire protocol.
#pragma once

#include <cstdint>

#include "engine.h"
#include "images.h"
#include "inference.h"
#include "link.h"
#include "messages.h"
#include "model.h"
#include "port.h"

namespace camhil {

class Dispatcher {
 public:
  // static_bytes: the firmware's static RAM, for the memory report.
  Dispatcher(Port& port, Engine& engine, bool has_camera, const Model& model, ImageStore& images,
             Link& link, Inferences& inferences, uint32_t static_bytes)
      : port_(port),
        engine_(engine),
        has_camera_(has_camera),
        model_(model),
        images_(images),
        link_(link),
        inferences_(inferences),
        static_bytes_(static_bytes) {}

  // Answers the message of one frame. The caller holds the port's lock.
  void Handle(Bytes message);

 private:
  void Handle(uint32_t seq, const Hello& hello);
  void Handle(uint32_t seq, const GetOps& get);
  void Handle(uint32_t seq, const Upload& upload);
  void Handle(uint32_t seq, const Chunk& chunk);
  void HandleInjection(const Request& request);
  void Handle(uint32_t seq, const ReadOutput& read);
  void Handle(uint32_t seq, const GetTrace& get);
  void Handle(uint32_t seq, const SetBaud& set);
  void Handle(uint32_t seq, const Reboot& reboot);
  void HandleGetMemory(uint32_t seq);
  Capabilities capabilities() const;

  Port& port_;
  Engine& engine_;
  const bool has_camera_;
  const Model& model_;
  ImageStore& images_;
  Link& link_;
  Inferences& inferences_;
  const uint32_t static_bytes_;
};

}  // namespace camhil
