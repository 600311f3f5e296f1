"""Payouts to a bank account, and top-ups from one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stripe_simulator.clock import midnight_after_business_days
from stripe_simulator.errors import balance_insufficient, refused
from stripe_simulator.events import emit
from stripe_simulator.ledger import BANK, Entry
from stripe_simulator.objects.payout import Payout
from stripe_simulator.objects.topup import Topup

if TYPE_CHECKING:
    from stripe_simulator.state import State


@dataclass(slots=True)
class Order:
    """What somebody wants moved between a balance and a bank, minor units."""

    account: str
    amount: int
    currency: str
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    method: str = "standard"
    statement_descriptor: str | None = None
    transfer_group: str | None = None
    automatic: bool = False


def pay_out(world: State, order: Order) -> Payout:
    """Send part of the available balance to the bank."""
    account = world.store.accounts[order.account]
    if not account.payouts_enabled:
        raise refused(
            "Payouts are not enabled on this account: it still has requirements to fulfil.",
            code="payouts_not_allowed",
        )
    if world.ledger.balance(order.account, order.currency) < order.amount:
        raise balance_insufficient()
    arrival = _arrival(world, order.method)
    row = _payout(world, order, arrival)
    emit(world, "payout.created", row.render(world), row.account)
    if arrival > world.clock.seconds():
        world.clock.at(arrival, "payout_arrives", row.id)
        world.on_timer()
    else:
        world.after(lambda: arrive(world, row.id))
    return row


def _arrival(world: State, method: str) -> int:
    if world.config.settle == "now" or method == "instant":
        return world.clock.seconds()
    return midnight_after_business_days(world.clock.now(), world.config.payout_days)


def _payout(world: State, order: Order, arrival: int) -> Payout:
    payout_id = world.ids.make("po_")
    entry = Entry(order.account, "payout", -order.amount, order.currency, payout_id, BANK)
    entry.description = order.description or "STRIPE PAYOUT"
    bank = world.store.accounts[order.account].bank_account
    return world.store.payouts.add(
        Payout(
            id=payout_id,
            account=order.account,
            created=world.clock.seconds(),
            amount=order.amount,
            currency=order.currency,
            status="pending",
            arrival_date=arrival,
            destination=bank["id"] if bank else f"ba_{order.account.removeprefix('acct_')}",
            balance_transaction=world.ledger.post(entry).id,
            automatic=order.automatic,
            description=order.description,
            metadata=order.metadata,
            method=order.method,
            statement_descriptor=order.statement_descriptor,
        )
    )


def arrive(world: State, payout_id: str) -> None:
    """Let a payout arrive, or fail where the account's bank refuses."""
    row = world.store.payouts[payout_id]
    if row.status not in {"pending", "in_transit"}:
        return
    if world.store.accounts[row.account].payouts_fail:
        fail(world, row)
        return
    row.status = "paid"
    emit(world, "payout.updated", row.render(world), row.account)
    emit(world, "payout.paid", row.render(world), row.account)


def fail(world: State, row: Payout, code: str = "account_closed") -> None:
    """Return a payout the bank refused, even one that had been paid."""
    if row.status not in {"pending", "in_transit", "paid"}:
        raise refused("This payout can no longer fail")
    row.status, row.failure_code = "failed", code
    row.failure_message = "The bank account has been closed."
    _give_back(world, row, "payout_failure")
    emit(world, "payout.failed", row.render(world), row.account)


def cancel(world: State, row: Payout) -> None:
    """Cancel a payout that has not left yet."""
    if row.status != "pending":
        raise refused(
            f"Payouts that are {row.status} cannot be canceled", code="payouts_not_allowed"
        )
    row.status = "canceled"
    _give_back(world, row, "payout_cancel")
    emit(world, "payout.canceled", row.render(world), row.account)


def _give_back(world: State, row: Payout, kind: str) -> None:
    entry = Entry(row.account, kind, row.amount, row.currency, row.id, BANK)
    row.failure_balance_transaction = world.ledger.post(entry).id


def top_up(world: State, order: Order) -> Topup:
    """Bring money from the bank into the available balance."""
    topup_id = world.ids.make("tu_")
    entry = Entry(order.account, "topup", order.amount, order.currency, topup_id, BANK)
    entry.description = order.description
    row = world.store.topups.add(
        Topup(
            id=topup_id,
            account=order.account,
            created=world.clock.seconds(),
            amount=order.amount,
            currency=order.currency,
            status="succeeded",
            expected_availability_date=world.clock.seconds(),
            balance_transaction=world.ledger.post(entry).id,
            description=order.description,
            metadata=order.metadata,
            statement_descriptor=order.statement_descriptor,
            transfer_group=order.transfer_group,
        )
    )
    emit(world, "topup.created", row.render(world), row.account)
    emit(world, "topup.succeeded", row.render(world), row.account)
    return row
