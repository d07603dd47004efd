// Sends what ESP-IDF and libraries print through the firmware's queue, so that text and
// frames share the line without mixing.
#pragma once

#include "app.h"

namespace camhil {

// From now on what all tasks write to stdout and stderr is queued between frames. Nothing
// waits for the line; text for which there is no room is dropped.
void StartLogOutput(App& app);

}  // namespace camhil
