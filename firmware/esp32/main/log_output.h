// Sends what ESP-IDF and libraries print through the port, so that text and frames
// share the line without mixing.
#pragma once

#include "port.h"

namespace camhil {

// From now on stdout and stderr of all tasks are written under the port's lock.
void StartLogOutput(Port& port);

}  // namespace camhil
