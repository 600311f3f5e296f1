"""What can be chosen about a world, at its start or later by `POST /_sim/config`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

API_VERSION = "2026-10-28.endive"
CHOICES = {"settle": ("now", "standard", "never"), "onboarding": ("manual", "auto")}
KINDS: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "bool": bool,
    "int": int,
    "float": (int, float),
    "list[float]": list,
}
LIVE_RETRIES = [300, 1_800, 7_200, 18_000, 36_000, *[43_200] * 5]  # seconds; about three days


@dataclass(slots=True)
class Config:
    """Every setting, with its default; times in seconds of the simulated clock."""

    secret_key: str = "sk_test_simulator"  # noqa: S105 - opens nothing but a simulator
    publishable_key: str = "pk_test_simulator"
    api_version: str = API_VERSION
    livemode: bool = False
    country: str = "US"
    settle: str = "standard"  # now | standard | never
    settlement_days: int = 2  # business days until a charge settles under `standard`
    balance_transaction_seconds: float = 0  # for automatic_async; 0 is right after the answer
    fee_basis_points: int = 290
    fee_fixed: int = 30  # minor units
    dispute_fee: int = 1_500  # minor units, for receiving and again for countering
    hold_seconds: int = 7 * 86_400
    hold_seconds_off_session: int = 4 * 86_400 + 18 * 3_600
    refund_seconds: int = 3_600  # until a pending refund succeeds, or one fails that will
    bank_seconds: int = 4 * 86_400  # until a bank debit succeeds or fails
    payout_days: int = 2  # business days until a payout arrives under `standard`
    inquiry_seconds: int = 120 * 86_400
    response_seconds: int = 14 * 86_400
    review_seconds: int = 65 * 86_400
    account_link_seconds: int = 300
    key_seconds: int = 86_400
    event_seconds: int = 30 * 86_400
    onboarding: str = "manual"  # manual | auto: capabilities become active when requested
    cancel_emits_charge_refunded: bool = True
    transfer_from_refunded_charge: bool = True
    object_locks: bool = False
    webhook_concurrency: int = 16
    webhook_hold: bool = False
    webhook_timeout: float = 10
    webhook_retries: list[float] = field(default_factory=lambda: list(LIVE_RETRIES))
    rate_global: float = 0  # calls a second of the simulated clock; 0 is no limit
    rate_endpoint: float = 0

    def change(self, given: dict[str, Any]) -> None:
        """Set these fields, all or, with a ValueError, none."""
        kinds = {field.name: str(field.type) for field in fields(self)}
        for name, value in given.items():
            _check(name, kinds[name], value)
        for name, value in given.items():
            setattr(self, name, value)


def _check(name: str, kind: str, value: object) -> None:
    if not isinstance(value, KINDS[kind]) or isinstance(value, bool) != (kind == "bool"):
        raise ValueError(f"{name} must be {kind}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
    least = 1 if name == "webhook_concurrency" else 0
    numbers = value if isinstance(value, list) else [value]
    if kind != "str" and not all(isinstance(n, (int, float)) and n >= least for n in numbers):
        raise ValueError(f"{name} must be {least} or more")
