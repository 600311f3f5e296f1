"""The AccountLink: a page for one visit, where a person completes an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class AccountLink:
    """A link to the onboarding page of `subject`, good until `expires_at` and for one use."""

    id: str
    account: str
    created: int
    subject: str
    type: str
    expires_at: int
    refresh_url: str | None = None
    return_url: str | None = None
    used: bool = False

    def render(self, world: View) -> Json:
        """Show the object as the API does; the id never leaves the simulator but in the URL."""
        return {
            "object": "account_link",
            "created": self.created,
            "expires_at": self.expires_at,
            "url": f"{world.base_url}/onboarding/{self.id}",
        }
