"""The Event; its body is fixed when it happens and kept compressed."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.world import World

Json = dict[str, Any]
# A window that holds sample and body; larger ones cost ten times the time to set up.
LEVEL, WINDOW, MEMORY = 1, 12, 4


@dataclass(slots=True)
class Event:
    """Something that happened, with the object as it was then."""

    id: str
    account: str
    created: int
    type: str
    packed: bytes
    pending_webhooks: int = 0
    undelivered: bool = False

    def body(self, world: World) -> bytes:
        """Return the stored bytes, as they were when it happened."""
        return world.packer.unpack(self.packed)

    def render(self, world: World) -> Json:
        """Show the object as the API does."""
        shown: Json = json.loads(self.body(world))
        shown["pending_webhooks"] = self.pending_webhooks
        return shown


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
