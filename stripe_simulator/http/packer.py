"""Compressing the bodies of events and answers."""

from __future__ import annotations

import zlib

# A window that holds sample and body; larger ones cost ten times the time to set up.
LEVEL, WINDOW, MEMORY = 1, 12, 4


class Packer:
    """Compresses bodies against a typical one, so that a million of them fit in memory."""

    def __init__(self, samples: list[bytes]) -> None:
        """Start with typical bodies as dictionaries: of a payment intent, of a charge."""
        self.samples = samples

    def pack(self, data: bytes, sample: int = 0) -> bytes:
        """Compress against one of the samples; the first byte says which."""
        press = zlib.compressobj(
            LEVEL, zlib.DEFLATED, -WINDOW, MEMORY, zlib.Z_DEFAULT_STRATEGY, self.samples[sample]
        )
        return bytes((sample,)) + press.compress(data) + press.flush()

    def unpack(self, data: bytes) -> bytes:
        """Expand what `pack` made."""
        return zlib.decompressobj(-WINDOW, zdict=self.samples[data[0]]).decompress(data[1:])
