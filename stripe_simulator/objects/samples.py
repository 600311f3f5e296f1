"""Typical bodies of events, which all others are compressed against."""

from __future__ import annotations

from typing import Any

from stripe_simulator.objects.charge import Charge
from stripe_simulator.objects.payment_intent import PaymentIntent
from stripe_simulator.objects.shared import encode
from stripe_simulator.objects.view import View

Json = dict[str, Any]


def typical(world: View) -> list[bytes]:
    """Return what most bodies resemble: one of a payment intent, then one of a charge."""
    now = world.clock.seconds()
    intent = PaymentIntent("pi_", "", now, 10_000, "usd", "succeeded", "automatic_async", "")
    intent.automatic_payment_methods = {"allow_redirects": "never", "enabled": True}
    charge = Charge("ch_", "", now, 10_000, "usd", "succeeded", card="pm_card_visa", paid=True)
    body: Json = {
        "id": "evt_",
        "object": "event",
        "api_version": world.config.api_version,
        "created": now,
        "request": {"id": "req_", "idempotency_key": None},
        "data": {"object": intent.render(world)},
        "livemode": world.config.livemode,
        "type": "payment_intent.succeeded",
        "pending_webhooks": 0,
    }
    first = encode(body)
    body["data"] = {"object": charge.render(world)}
    return [first.encode(), encode(body).encode()]
