"""The bytes of samples that a run names by their CRC-32."""

from __future__ import annotations

import zlib

from hil.facts.packing import unpack_bytes
from hil.facts.run import Run
from hil.network.contract import Contract
from hil.samples.seeded import sample_names, seeded_sample

_SEEDED = 64  # samples that a run is expected to have asked for


def known_samples(run: Run, contract: Contract) -> dict[int, bytes]:
    """By CRC-32: the samples that the run keeps, and those that the default seed makes."""
    wanted = {record.asked.image_crc for record in run.inferences}
    kept = (unpack_bytes(one.sample, where=one.name) for one in run.samples if one.sample)
    found = {zlib.crc32(data): data for data in kept}
    for name in sample_names(_SEEDED):
        if wanted <= found.keys():
            break
        sample = seeded_sample(contract, name)
        found[sample.crc] = sample.data
    return found
