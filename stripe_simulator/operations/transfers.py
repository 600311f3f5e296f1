"""Transfers to connected accounts and their reversals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import balance_insufficient, missing, refused
from stripe_simulator.events import emit
from stripe_simulator.ledger import CLEARING, Entry
from stripe_simulator.money import shown
from stripe_simulator.objects.charge import Charge
from stripe_simulator.objects.refund import Refund
from stripe_simulator.objects.transfer import Transfer
from stripe_simulator.objects.transfer_reversal import TransferReversal
from stripe_simulator.words import words

if TYPE_CHECKING:
    from stripe_simulator.objects.account import Account
    from stripe_simulator.objects.balance_transaction import BalanceTransaction
    from stripe_simulator.state import State

RECEIVING = ("transfers", "crypto_transfers", "legacy_payments")
EEA = frozenset(
    words(
        "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IS IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE"
    )
)
CROSS_BORDER = EEA | {"US", "CA", "GB", "CH"}


@dataclass(slots=True)
class Order:
    """What somebody wants transferred, minor units."""

    amount: int | None
    currency: str
    destination: str
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    source_transaction: str | None = None
    source_type: str = "card"
    transfer_group: str | None = None


def transfer(world: State, order: Order) -> Transfer:
    """Move money from the platform to a connected account."""
    account = _destination(world, order.destination)
    charge = _source(world, order)
    amount = order.amount or 0
    ready, waits_for = _readiness(world, order, charge, amount)
    group = _group(world, order, charge)
    transfer_id = world.ids.make("tr_")
    payment = _destination_payment(world, order, account, transfer_id)
    both = {"ready": ready, "waits_for": waits_for}
    out = _post(world, world.platform, "transfer", -amount, order.currency, transfer_id, both)
    into = _post(world, account.id, "payment", amount, order.currency, payment.id, both)
    payment.balance_transaction = into.id
    row = world.store.transfers.add(
        Transfer(
            id=transfer_id,
            account=world.platform,
            created=world.clock.seconds(),
            amount=amount,
            currency=order.currency,
            destination=account.id,
            destination_payment=payment.id,
            balance_transaction=out.id,
            description=order.description,
            metadata=order.metadata,
            source_transaction=order.source_transaction,
            source_type=order.source_type,
            transfer_group=group,
        )
    )
    emit(world, "transfer.created", row.render(world))
    emit(world, "payment.created", payment.render(world), account.id)
    return row


def _destination(world: State, account_id: str) -> Account:
    account = world.store.accounts.get(account_id)
    if account is None or account_id == world.platform:
        raise missing("destination", account_id, "destination", 400)
    if account.deauthorized:
        raise missing("destination", account_id, "destination", 400)
    home = world.store.accounts[world.platform].country
    if account.country != home and not {account.country, home} <= CROSS_BORDER:
        raise refused(
            f"Cannot create transfers between {home} and {account.country} accounts: funds "
            "can't be sent to accounts in that region.",
            "destination",
            "transfers_not_allowed",
        )
    if not any(account.status(name) == "active" for name in RECEIVING):
        raise refused(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _source(world: State, order: Order) -> Charge | None:
    if order.source_transaction is None:
        return None
    charge = world.store.charges.get(order.source_transaction)
    if charge is None or charge.account != world.platform or charge.source_transfer:
        raise missing("charge", order.source_transaction, "source_transaction", 400)
    debit = charge.status == "pending"
    gone = charge.refunded and not world.config.transfer_from_refunded_charge
    if gone or charge.status == "failed" or not (charge.captured or debit):
        why = "refunded" if gone else charge.status if charge.captured else "uncaptured"
        raise refused(
            f"The charge {charge.id} cannot be used as a source_transaction: it is {why}.",
            "source_transaction",
        )
    _check_currency(world, order, charge)
    limit = charge.amount_captured if charge.captured else charge.amount
    if order.amount is None:
        order.amount = limit
    _check_sum(world, order.amount, limit, charge)
    return charge


def _check_currency(world: State, order: Order, charge: Charge) -> None:
    settled = world.store.balance_transactions.get(charge.balance_transaction)
    currency = settled.currency if settled else charge.currency
    if order.currency != currency:
        raise refused(
            f"The currency of source_transaction's balance transaction ({currency}) must be the "
            f"same as the transfer currency ({order.currency})",
            "currency",
            "transfer_source_balance_parameters_mismatch",
        )


def _check_sum(world: State, wanted: int, limit: int, charge: Charge) -> None:
    given = sum(row.amount for row in world.store.transfers.where("source_transaction", charge.id))
    if given + wanted > limit:
        already = (
            f" (There is already a transfer using this source, amounting to "
            f"{shown(given, charge.currency)}.)"
            if given
            else ""
        )
        raise refused(
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{shown(limit, charge.currency)}.{already}"
        )


def _readiness(
    world: State, order: Order, charge: Charge | None, amount: int
) -> tuple[int | None, str | None]:
    """Return when the money is available and which charge it waits for, or refuse."""
    if charge is not None:
        settled = world.store.balance_transactions.get(charge.balance_transaction)
        if settled is None:
            return world.ledger.settlement_date(), charge.id
        if settled.pending:
            return settled.available_on, None
    if world.ledger.balance(world.platform, order.currency) < amount:
        raise balance_insufficient()
    return None, None


def _group(world: State, order: Order, charge: Charge | None) -> str | None:
    """Copy the group between charge and transfer; a charge without one gets its intent's."""
    if charge is None or order.transfer_group is not None:
        return order.transfer_group
    if charge.transfer_group is None:
        charge.transfer_group = f"group_{charge.payment_intent or charge.id}"
        intent = world.store.payment_intents.get(charge.payment_intent)
        if intent is not None and intent.transfer_group is None:
            intent.transfer_group = charge.transfer_group
    return charge.transfer_group


def _destination_payment(world: State, order: Order, account: Account, transfer_id: str) -> Charge:
    amount = order.amount or 0
    return world.store.charges.add(
        Charge(
            id=world.ids.make("py_"),
            account=account.id,
            created=world.clock.seconds(),
            amount=amount,
            amount_captured=amount,
            captured=True,
            currency=order.currency,
            description=order.description,
            paid=True,
            source_transfer=transfer_id,
            status="succeeded",
        )
    )


def _post(
    world: State,
    account: str,
    kind: str,
    amount: int,
    currency: str,
    source: str,
    when: dict[str, Any],
) -> BalanceTransaction:
    return world.ledger.post(Entry(account, kind, amount, currency, source, CLEARING, **when))


@dataclass(slots=True)
class ReversalOrder:
    """What somebody wants back, minor units; None for all that remains."""

    amount: int | None = None
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


def reverse(world: State, row: Transfer, order: ReversalOrder) -> TransferReversal:
    """Take money of a transfer back from its destination."""
    remaining = row.amount - row.amount_reversed
    amount = remaining if order.amount is None else order.amount
    if remaining == 0:
        raise refused(f"Transfer {row.id} is already fully reversed.", "id")
    if amount > remaining:
        raise refused(
            f"Reversal amount ({shown(amount, row.currency)}) is greater than unreversed amount "
            f"on transfer ({shown(remaining, row.currency)})",
            "amount",
        )
    sent = world.store.balance_transactions[row.balance_transaction]
    _check_cover(world, row, amount, pending=sent.pending)
    both: dict[str, Any] = {"ready": sent.available_on if sent.pending else None}
    both["waits_for"] = sent.waits_for
    reversal = _reversal(world, row, amount, order, both)
    row.amount_reversed += amount
    emit(world, "transfer.reversed", row.render(world))
    return reversal


def _check_cover(world: State, row: Transfer, amount: int, *, pending: bool) -> None:
    """Refuse unless the destination can pay: from what is on its way, or its balance."""
    account = world.store.accounts[row.destination]
    balance = world.ledger.balance(row.destination, row.currency)
    if not pending and not account.reserves and balance < amount:
        raise balance_insufficient()


def _reversal(
    world: State, row: Transfer, amount: int, order: ReversalOrder, both: dict[str, Any]
) -> TransferReversal:
    reversal_id, refund_id = world.ids.make("trr_"), world.ids.make("pyr_")
    currency = row.currency
    back = _post(world, world.platform, "transfer_refund", amount, currency, reversal_id, both)
    out = _post(world, row.destination, "payment_refund", -amount, currency, refund_id, both)
    payment = world.store.charges[row.destination_payment]
    payment.amount_refunded += amount
    payment.refunded = payment.amount_refunded == payment.amount
    world.store.refunds.add(
        Refund(
            id=refund_id,
            account=row.destination,
            created=world.clock.seconds(),
            amount=amount,
            currency=currency,
            charge=payment.id,
            status="succeeded",
            balance_transaction=out.id,
            source_transfer_reversal=reversal_id,
        )
    )
    return world.store.reversals.add(
        TransferReversal(
            id=reversal_id,
            account=world.platform,
            created=world.clock.seconds(),
            amount=amount,
            currency=currency,
            transfer=row.id,
            balance_transaction=back.id,
            destination_payment_refund=refund_id,
            description=order.description,
            metadata=order.metadata,
        )
    )
