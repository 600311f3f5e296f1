"""What several objects have in common when shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]
encode = json.JSONEncoder(separators=(",", ":")).encode


def list_object(url: str, data: Iterable[Json], *, has_more: bool = False) -> Json:
    """Show a list the way Stripe does."""
    return {"object": "list", "data": list(data), "has_more": has_more, "url": url}


def blank_billing() -> Json:
    """Show billing details that hold nothing."""
    return {
        "address": {
            "city": None,
            "country": None,
            "line1": None,
            "line2": None,
            "postal_code": None,
            "state": None,
        },
        "email": None,
        "name": None,
        "phone": None,
        "tax_id": None,
    }


def billing_details(given: Json | None) -> Json:
    """Show billing details, with null for whatever was not given."""
    details = blank_billing()
    for key, value in (given or {}).items():
        if key == "address" and isinstance(value, dict):
            details["address"] = details["address"] | value
        else:
            details[key] = value
    return details
