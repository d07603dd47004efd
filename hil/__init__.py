"""camhil: hardware-in-the-loop tests for neural networks on ESP32 boards.

Importing this package does no work and loads no third-party module: the pytest
plugin is imported by every pytest run of an environment that has it installed.
"""

from __future__ import annotations

__version__ = "0.1.0"
