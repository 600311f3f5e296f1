"""The WebhookEndpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class WebhookEndpoint:
    """A URL that receives signed events of the platform, or of connected accounts."""

    id: str
    account: str
    created: int
    url: str
    enabled_events: list[str]
    secret: str
    connect: bool = False
    api_version: str | None = None
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = "enabled"
    old_secret: str | None = None
    old_secret_until: float = 0.0

    def wants(self, kind: str) -> bool:
        """Tell whether this endpoint asked for events of this type."""
        return "*" in self.enabled_events or kind in self.enabled_events

    def secrets(self, now: float) -> list[str]:
        """Return the secrets that sign now: two while one is being rolled."""
        if self.old_secret is not None and now < self.old_secret_until:
            return [self.secret, self.old_secret]
        return [self.secret]

    def render(self, world: View) -> Json:
        """Show the object as the API does, without its secret."""
        return {
            "id": self.id,
            "object": "webhook_endpoint",
            "api_version": self.api_version,
            "application": None,
            "created": self.created,
            "description": self.description,
            "enabled_events": self.enabled_events,
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "status": self.status,
            "url": self.url,
        }
