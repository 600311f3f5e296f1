"""What must hold about money after every call; a breach is a bug of the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.errors import InvariantError
from stripe_simulator.operations import refunds

if TYPE_CHECKING:
    from stripe_simulator.objects.charge import Charge
    from stripe_simulator.objects.transfer import Transfer
    from stripe_simulator.state import State

GONE = frozenset({"failed", "canceled"})


def settle_pending_refunds(world: State) -> None:
    """Carry out refunds that waited for money, where the balance has risen."""
    while world.ledger.grown:
        grown = world.ledger.grown
        world.ledger.grown = set()
        refunds.retry_short(world, grown)


def check(world: State) -> None:
    """Check the ledger and whatever this call looked at."""
    world.ledger.check()
    for charge_id in tuple(world.store.charges.touched):
        charge = world.store.charges.get(charge_id)
        if charge is not None and charge.amount_refunded:
            check_charge(world, charge)
    for transfer_id in tuple(world.store.transfers.touched):
        check_transfer(world, world.store.transfers[transfer_id])


def check_charge(world: State, charge: Charge) -> None:
    """Check that a charge gave back no more than it took."""
    if charge.captured:
        back = sum(
            refund.amount
            for refund in world.store.refunds.where("charge", charge.id)
            if refund.status not in GONE
        )
        if charge.source_transfer is None and back != charge.amount_refunded:
            raise InvariantError(f"{charge.id}: refunds {back}, noted {charge.amount_refunded}")
        if charge.amount_refunded > charge.amount_captured:
            raise InvariantError(f"{charge.id} refunded more than it captured")


def check_transfer(world: State, transfer: Transfer) -> None:
    """Check the sums over and under a transfer."""
    back = sum(row.amount for row in world.store.reversals.where("transfer", transfer.id))
    if back != transfer.amount_reversed or back > transfer.amount:
        raise InvariantError(f"{transfer.id}: reversed {back} of {transfer.amount}")
    if transfer.source_transaction is None:
        return
    charge = world.store.charges[transfer.source_transaction]
    given = sum(row.amount for row in world.store.transfers.where("source_transaction", charge.id))
    if given > max(charge.amount_captured, 0 if charge.captured else charge.amount):
        raise InvariantError(f"transfers of {given} exceed their source {charge.id}")


def audit(world: State) -> list[str]:
    """Check everything from scratch; return what is wrong, empty when sound."""
    faults = world.ledger.audit()
    for charge in world.store.charges.oldest():
        try:
            check_charge(world, charge)
        except InvariantError as error:
            faults.append(str(error))
    for transfer in world.store.transfers.oldest():
        try:
            check_transfer(world, transfer)
        except InvariantError as error:
            faults.append(str(error))
    return faults
