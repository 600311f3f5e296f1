"""The Event; its body is fixed when it happens and kept compressed."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.world import World

Json = dict[str, Any]


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
        """Return the stored bytes: the whole event but for the closing `pending_webhooks`."""
        return world.packer.unpack(self.packed)

    def render(self, world: World) -> Json:
        """Show the object as the API does."""
        shown: Json = json.loads(self.body(world))
        shown["pending_webhooks"] = self.pending_webhooks
        return shown


class Packer:
    """Compresses bodies against a typical one, so that a million of them fit in memory."""

    def __init__(self, sample: bytes = b"") -> None:
        """Start with a typical body as the dictionary."""
        self.sample = sample

    def pack(self, data: bytes) -> bytes:
        """Compress."""
        press = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, self.sample)
        return press.compress(data) + press.flush()

    def unpack(self, data: bytes) -> bytes:
        """Expand what `pack` made."""
        return zlib.decompressobj(-15, zdict=self.sample).decompress(data)
