"""The Event; its body is fixed when it happens and kept compressed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

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

    def body(self, world: View) -> bytes:
        """Return the stored bytes, as they were when it happened."""
        return world.packer.unpack(self.packed)

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        shown: Json = json.loads(self.body(world))
        shown["pending_webhooks"] = self.pending_webhooks
        return shown
