from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "cv2", "serial", "esptool", "ai_edge_litert", "cbor2", "zcbor")


def test_wire_and_link_import_nothing_heavy():
    program = f"import sys, hil.wire, hil.link; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
