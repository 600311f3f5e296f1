"""Inquiries: claims that have not moved money, and end without moving any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.events import emit
from stripe_simulator.objects.dispute import CLOSED

if TYPE_CHECKING:
    from stripe_simulator.objects.dispute import Dispute
    from stripe_simulator.state import State


def announce(world: State, row: Dispute) -> None:
    """Say that a dispute has changed, and its charge with it."""
    emit(world, "charge.dispute.updated", row.render(world), row.account)
    charge = world.store.charges[row.charge]
    emit(world, "charge.updated", charge.render(world), charge.account)


def close_inquiry(world: State, dispute_id: str) -> None:
    """Close an inquiry that became nothing, or was settled by a full refund."""
    row = world.store.disputes[dispute_id]
    if not row.inquiry or row.status in CLOSED:
        return
    row.status, row.due_by = "warning_closed", None
    announce(world, row)
    emit(world, "charge.dispute.closed", row.render(world), row.account)
