from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "cv2", "serial", "esptool", "ai_edge_litert", "cbor2", "zcbor")
PROGRAM = f"""
import importlib, pkgutil, sys, hil.link, hil.wire
for package in (hil.wire, hil.link):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_wire_and_link_import_nothing_heavy():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
