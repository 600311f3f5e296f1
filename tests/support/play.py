"""A marketplace at play: everybody acts, anything fails, and after each step all must add up.

Every step is a name and a few whole numbers, so that a schedule is a list that can be kept and
played again. Whom a number means is decided by what there is at that moment.
"""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from app.database.inbox import describe
from stripe_simulator.operations import accounts, disputes, refunds
from tests.support import reference
from tests.support.reference import Facts
from tests.support.scenario import LEASE_SECONDS, Json, Scenario, payment_of, share
from tests.support.stripe_world import START_BALANCE, StripeWorld

Step = Generator[None, None, None]

AMOUNTS = (1000, 9_999, 10_000, 101, 100_003, 50)
CARDS = (
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_bypassPending",
    "pm_card_refundFail",
    "pm_card_pendingRefund",
    "pm_card_createDispute",
    "pm_card_visa_chargeDeclined",
)
FAULTS = (
    "lost_after",
    "error_500_after",
    "rate_limit",
    "lost_before",
    "bad_gateway_after",
    "late",
    "error_500_later",
    "error_500_before",
    "key_in_use",
    "lock_timeout",
    "garbage",
    "unavailable",
)
MOMENTS = (1, 10, LEASE_SECONDS + 5, 700, 6 * 3600, 25 * 3600)
LONGEST_OUTAGE = 2 * 86_400
"""Seconds without any worker; after three days M17 is right to tell of an event that waits."""
PAYEES = (("venue", "p0"), ("artist", "p1"), ("promoter", "p2"), ("seller", "p3"), ("venue", "p4"))
MOST_PAYMENTS = 3
EVENT = "gig"
LEASE_SHARE = 0.8
PLENTY = 1_000
DRAIN_ROUNDS = 60

COMPLETES, DIES_UNSENT, DIES_UNRECORDED = 0, 1, 2

PRIVATE_CLOCK = """
    CREATE OR REPLACE FUNCTION payments.clock() RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
    AS $$
    BEGIN
        RETURN timestamptz '2026-11-23 12:00:00Z'
             + (SELECT d.clock_offset FROM payments.deployment AS d);
    END
    $$
"""
"""Time passes where a schedule says so and nowhere else, so that the same steps do the same."""

FACTS = """
    SELECT p.id, p.amount, p.status, p.amount_captured AS captured, p.amount_refunded,
           p.amount_refund_pending, p.amount_disputed, p.settled_at IS NOT NULL AS settled,
           i.stripe_payment_intent_id AS intent,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'amount', r.amount,
                       'status', r.status, 'accepted', r.accepted_at IS NOT NULL,
                       'stripe', r.stripe_refund_id) ORDER BY r.created_at, r.id), '[]')
              FROM payments.payment_refunds AS r
             WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id) AS refunds,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.stripe_dispute_id,
                       'amount', d.amount, 'status', d.status) ORDER BY d.id), '[]')
              FROM payments.disputes AS d
             WHERE d.tenant_id = p.tenant_id AND d.payment_id = p.id) AS disputes,
           (SELECT coalesce(jsonb_object_agg(s.recipient_id, s.amount), '{}')
              FROM payments.payment_splits AS s
             WHERE s.tenant_id = p.tenant_id AND s.payment_id = p.id) AS splits,
           (SELECT coalesce(jsonb_object_agg(g.recipient_id, g.amount), '{}')
              FROM (SELECT g.recipient_id, sum(g.amount) AS amount
                      FROM payments.clawback_shares AS g
                     WHERE g.tenant_id = p.tenant_id AND g.payment_id = p.id
                     GROUP BY 1) AS g) AS given,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'recipient', e.recipient_id,
                       'held', e.held_amount, 'released', e.released_amount,
                       'refunded', e.refunded_amount, 'status', e.status)), '[]')
              FROM payments.escrows AS e
             WHERE e.tenant_id = p.tenant_id AND e.payment_id = p.id) AS escrows,
           (SELECT coalesce(jsonb_object_agg(t.name, t.amount), '{}')
              FROM (SELECT x.name, sum(x.amount) AS amount
                      FROM (SELECT t.recipient_id, t.amount FROM payments.stripe_transfers AS t
                             WHERE t.tenant_id = p.tenant_id AND t.payment_id = p.id
                               AND t.status <> 'canceled'
                            UNION ALL
                            SELECT t.recipient_id, -r.amount
                              FROM payments.transfer_reversals AS r
                              JOIN payments.stripe_transfers AS t
                                ON t.tenant_id = p.tenant_id AND t.id = r.transfer_id
                             WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id
                               AND r.status NOT IN ('failed', 'canceled')
                               AND r.cause_type <> 'receivable'
                            UNION ALL
                            SELECT d.recipient_id, n.amount
                              FROM payments.receivable_nettings AS n
                              JOIN payments.receivables AS d
                                ON d.tenant_id = p.tenant_id AND d.id = n.receivable_id
                             WHERE n.tenant_id = p.tenant_id AND n.payment_id = p.id
                            UNION ALL
                            SELECT d.recipient_id, -d.amount FROM payments.receivables AS d
                             WHERE d.tenant_id = p.tenant_id AND d.payment_id = p.id
                           ) AS x (name, amount)
                     GROUP BY 1) AS t) AS planned
      FROM payments.payment_transactions AS p
      JOIN payments.payment_intents AS i ON i.tenant_id = p.tenant_id AND i.id = p.id
     WHERE p.tenant_id = %s
     ORDER BY p.created_at, p.id
"""
PAID = """
    SELECT t.recipient_id AS name, sum(t.amount - t.amount_reversed)::bigint AS amount
      FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = %s AND t.paid_at IS NOT NULL GROUP BY 1
"""
OWED_US = """
    SELECT d.recipient_id AS name,
           sum(d.amount - d.amount_netted - d.amount_reversed)::bigint AS amount
      FROM payments.receivables AS d WHERE d.tenant_id = %s GROUP BY 1
"""
LEDGER = """
    SELECT a.kind, a.recipient_id AS name, sum(x.amount)::bigint AS amount
      FROM payments.ledger_accounts AS a
      JOIN (SELECT p.debit_account_id AS account_id, -p.amount AS amount
              FROM payments.ledger_postings AS p WHERE p.tenant_id = %s
            UNION ALL
            SELECT p.credit_account_id, p.amount
              FROM payments.ledger_postings AS p WHERE p.tenant_id = %s) AS x
        ON x.account_id = a.id
     WHERE a.tenant_id = %s
     GROUP BY 1, 2
"""
UNDONE = """
    SELECT o.id, o.kind, o.state, o.holds, o.last_error_code, o.failures,
           extract(epoch FROM o.next_run_at - payments.clock())::float8 AS wait
      FROM payments.stripe_operations AS o
     WHERE o.tenant_id = %s AND (o.outcome IS NULL OR o.state = 'failed' AND o.kind = 'fetch')
     ORDER BY o.created_at, o.id
"""
INBOX = """
    SELECT event_id, event_type, state, reason, attempts,
           extract(epoch FROM next_run_at - payments.clock())::float8 AS wait
      FROM payments.webhook_inbox WHERE state IN ('received', 'waiting', 'dead', 'quarantined')
"""
UNREFUNDED = """
    SELECT id, state, error, extract(epoch FROM next_run_at - payments.clock())::float8 AS wait
      FROM payments.refund_batch_items WHERE state = 'pending'
"""


@dataclass
class _Worker:
    name: str
    steps: Step | None = None


@dataclass
class Play:
    """One schedule.

    Attributes:
        scenario: a tenant of its own.
        stripe: a Stripe of its own.
        story: the steps so far.
    """

    scenario: Scenario
    stripe: StripeWorld
    story: list[list[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for connection in (self.scenario.service, self.scenario.owner):
            connection.execute("SELECT setseed(0.5)")
        [row] = self.scenario.read("SELECT extract(epoch FROM payments.clock())::float8 AS now")
        self.stripe.begin(row["now"])
        self.shares: dict[Any, list[Json]] = {}
        self.accounts: dict[str, str] = {}
        self.mail: list[tuple[str, Json, bytes]] = []
        self.workers = [_Worker("w0"), _Worker("w1")]
        self.spent: Counter[str] = Counter()
        self.keys = 0
        self.unattended = 0
        self.sound = True
        self.rows: list[Json] = []

    # ── steps ─────────────────────────────────────────────────────────────────────────────────

    def do(self, name: str, *numbers: int) -> None:
        """Play one step, then check everything.

        Raises:
            AssertionError: something does not add up.
        """
        self.story.append([name, *numbers])
        self.sound = False
        self._pass(1)
        STEPS[name](self, *numbers)
        self.check()
        self.sound = True

    def sell(self, amount: int, parts: int, how: int, card: int, end: int) -> None:
        """An order for 1 to 5 payees; `how` says manual capture and whose share is held."""
        if len(self.rows) >= MOST_PAYMENTS:
            return
        total = AMOUNTS[amount % len(AMOUNTS)]
        shares = self._shares(total, parts)
        request: Json = {"amount": total, "currency": "usd", "orderId": f"o{len(self.rows)}"}
        request |= {"splits": shares, "eventId": EVENT}
        if how % 4 == 1:
            request["captureMethod"] = "manual"
        if how % 3 == 1:
            kept = shares[how % len(shares)]
            request["escrow"] = {name: kept[name] for name in ("recipientType", "recipientId")}
            if how % 2:
                request["escrow"]["holdUntil"] = self._in(3 * 86_400)
        answer = self._ask("payments_create", request, end, keep=shares)
        if answer is not None:
            self._look_around()
            self._confirm(self.rows[-1], card)

    def pay(self, which: int, card: int) -> None:
        """A buyer tries (again)."""
        if row := self._some(which):
            self._confirm(row, card)

    def capture(self, which: int, amount: int, end: int) -> None:
        """Capture a hold, or a part of it."""
        if row := self._some(which):
            part = {"amount": 50 + amount % row["amount"]} if amount % 2 else {}
            self._try("payment_capture", part, end, payment_id=row["id"])

    def refund(self, which: int, amount: int, end: int) -> None:
        """Ask for money back; the answer must be the one that follows from the facts."""
        if not (row := self._some(which)):
            return
        part = None if amount % 5 == 0 else 1 + amount % (max(Facts(row).remaining, 1) + 1)
        if amount % 7 == 1:
            part = max(Facts(row).remaining, 1)
        refused = Facts(row).refund_refused(part)
        request: Json = {"paymentId": str(row["id"])} | ({"amount": part} if part else {})
        answered = self._try("refund_create", request, end)
        assert answered == refused, (answered, refused, part, row)

    def refund_at_dashboard(self, which: int, amount: int) -> None:
        """Somebody refunds at Stripe without us."""
        if (row := self._some(which)) and row["intent"]:
            part = {} if amount % 4 == 0 else {"amount": 1 + amount % row["amount"]}
            self.stripe.post("refunds", payment_intent=row["intent"], **part)

    def refund_comes_back(self, which: int) -> None:
        """A bank refuses a refund, at once or after it had succeeded."""
        rows = self.refunds_to_return()
        if rows:
            world, row = self.stripe.world, rows[which % len(rows)]
            self.stripe.act(lambda: refunds.fail(world, row, "lost_or_stolen_card"))

    def dispute(self, which: int, amount: int, kind: int) -> None:
        """A bank takes money: for all, a part or more, as a question first, or for good."""
        charges = self.charges()
        if charges:
            charge = charges[which % len(charges)]
            taken = (charge.amount_captured, 1 + amount % charge.amount, charge.amount + 7)
            claim = disputes.Claim(taken[amount % 3], inquiry=kind % 4 == 1, lost=kind % 4 == 2)
            world = self.stripe.world
            self.stripe.act(lambda: disputes.open_dispute(world, charge, claim))

    def decide(self, which: int, outcome: int) -> None:
        """A bank decides, or decides again: what was lost may be won on appeal."""
        found = self.disputes_to_decide()
        if not found:
            return
        row, world = found[which % len(found)], self.stripe.world
        if row.inquiry:
            verb = (disputes.escalate, disputes.lose)[outcome % 2]
        elif row.status == "lost":
            verb = disputes.win
        else:
            verb = (disputes.win, disputes.lose, disputes.prevent)[outcome % 3]
        self.stripe.act(lambda: verb(world, row))

    def release(self, which: int, amount: int) -> None:
        """Release a hold, or a part of it."""
        holds = [hold for row in self.rows for hold in row["escrows"]]
        if holds:
            hold = holds[which % len(holds)]
            part = {} if amount % 3 == 0 else {"amount": 1 + amount % (hold["held"] + 1)}
            body = part | {"reason": "the fan is in"}
            self._try("escrow_release", body, escrow_id=hold["id"])

    def call_off(self, which: int) -> None:
        """Call a held sale off."""
        holds = [hold for row in self.rows for hold in row["escrows"]]
        if holds:
            hold = holds[which % len(holds)]
            self._try("escrow_cancel", {"reason": "no show"}, escrow_id=hold["id"])

    def cancel_event(self, moves: int) -> None:
        """Cancel the event; a worker gets at some of its payments."""
        self._ask("show_cancel", {"reason": "storm"}, COMPLETES, show_id=EVENT)
        for _ in range(moves % 3):
            self.scenario.call("refund_batch_advance")

    def block(self, which: int) -> None:
        """Stripe takes a payee's right to receive away."""
        self._capability(which, "inactive")

    def enable(self, which: int) -> None:
        """Stripe gives it (back)."""
        self._capability(which, "active")

    def spend(self, which: int) -> None:
        """A payee pays its whole balance out: what comes back later is not covered."""
        names = sorted(self.accounts)
        if names:
            name = names[which % len(names)]
            account, world = self.accounts[name], self.stripe.world
            balance = world.ledger.balance(account, "usd")
            if balance > 0:
                self.spent[name] += balance
                self.stripe.act(lambda: world.adjust(account, "usd", -balance, "spent"))

    def fault(self, which: int, only: int) -> None:
        """The next call to Stripe goes wrong, or the next of one kind."""
        path = ("*", "/v1/transfers", "/v1/refunds", "*/reversals")[only % 4]
        self.stripe.world.faults.add(
            {
                "fault": FAULTS[which % len(FAULTS)],
                "match": {"method": "POST", "path": path},
                "times": 1,
                "seconds": 30,
            }
        )

    def deliver(self, order: int, count: int, end: int) -> None:
        """Stripe delivers some events, in any order, some twice; a worker applies what is due."""
        self.mail += self.stripe.events()
        for _ in range(1 + count % 6):
            if not self.mail:
                break
            order, place = divmod(order, len(self.mail))
            source, told, body = self.mail[place]
            self._receive([(source, body)] * (1 + order % 2))
            if order % 5:
                self.mail.remove((source, told, body))
        self._inbox(end)

    def work(self, which: int, moves: int) -> None:
        """A worker goes on for some steps of the protocol."""
        worker = self.workers[which % len(self.workers)]
        for _ in range(1 + moves % 12):
            if worker.steps is None:
                worker.steps = self._worker(worker.name)
            if next(worker.steps, PLENTY) == PLENTY:
                worker.steps = None

    def kill(self, which: int) -> None:
        """A worker dies where it stands."""
        worker = self.workers[which % len(self.workers)]
        if worker.steps is not None:
            worker.steps.close()
            worker.steps = None

    def advance(self, which: int) -> None:
        """Time passes; escrows fall due, and payees are asked again for what they owe."""
        seconds = MOMENTS[which % len(MOMENTS)]
        if self.unattended + seconds > LONGEST_OUTAGE:
            self.quiet()
        self.unattended += seconds
        self._pass(seconds)
        self.scenario.call("escrows_release_due", limit=10)
        while self.scenario.call("receivable_retry"):
            pass
        self._refund_batches()

    def quiet(self) -> None:
        """All news is told and all that is due now is done."""
        self.unattended = 0
        for _ in range(6):
            told = self._tell_everything() + self._refund_batches()
            if not self._work_off() and not told:
                return

    # ── what a step can be about ──────────────────────────────────────────────────────────────

    def charges(self) -> list[Any]:
        """Charges at Stripe that a bank can dispute and a person can refund."""
        world = self.stripe.world
        return [c for c in world.store.charges.oldest() if c.captured and c.source_transfer is None]

    def refunds_to_return(self) -> list[Any]:
        """Refunds at Stripe that a bank can still send back."""
        return [r for r in self._refunds() if r.status in {"pending", "succeeded"}]

    def disputes_to_decide(self) -> list[Any]:
        """Disputes at Stripe that a bank has not given up."""
        given_up = {"won", "warning_closed", "prevented"}
        return [d for d in self.stripe.world.store.disputes.oldest() if d.status not in given_up]

    def at_work(self) -> bool:
        """Whether a worker stands between two steps of the protocol."""
        return any(worker.steps is not None for worker in self.workers)

    # ── checks ────────────────────────────────────────────────────────────────────────────────

    def check(self) -> None:
        """Assert that everything adds up at this moment.

        Raises:
            AssertionError: it does not.
        """
        assert self.scenario.violations() == []
        self._look_around()
        assert self.stripe.world.bugs == []
        made = self._made_for_us()
        for row in self.rows:
            assert list(reference.breaches(row)) == [], row
            for one in row["refunds"]:
                at_stripe = made.get(one["stripe"])
                assert not one["accepted"] or at_stripe is not None, one
                assert at_stripe is None or at_stripe.amount == one["amount"], one
        operations = [r.metadata.get("operation_id") for r in made.values() if r.metadata]
        assert len(operations) == len(set(operations)), "one operation, two refunds"

    def finish(self) -> None:
        """No more faults: everything is told and done; then all three books must agree.

        Raises:
            AssertionError: they do not, or something is never done.
        """
        self.story.append(["finish"])
        self.stripe.world.faults.remove()
        for number in range(len(self.accounts)):
            self._capability(number, "active")
        for number in range(len(self.workers)):
            self.work(number, 11)
            self.kill(number)
        self._drain()
        self.check()
        self._compare_with_stripe()

    def _drain(self) -> None:
        for round_ in range(DRAIN_ROUNDS):
            told = self._tell_everything() + self._refund_batches()
            if self._work_off() or told:
                continue
            left = self._undone()
            if not left:
                self.mail += self.stripe.events()
                if not self.mail:
                    return
                continue
            self._revive(left)
            # Due or not: what shares its object with an unresolved call waits for that one.
            self._pass(int(min(61.0 * 1.5**round_, 6 * 3600.0)))
        raise AssertionError(f"never done: {self._undone()}")

    def _undone(self) -> list[Json]:
        self._look_around()
        frozen = any(Facts(row).frozen for row in self.rows)
        operations = [
            row
            for row in self.scenario.read(UNDONE, self.scenario.tenant)
            if not (frozen and row["holds"] == ["dispute"])
        ]
        return operations + self.scenario.read(INBOX) + self.scenario.read(UNREFUNDED)

    def _revive(self, left: Sequence[Json]) -> None:
        for row in left:
            assert row["state"] != "quarantined", row
            if row["state"] == "dead" or row["state"] == "failed":
                assert "event_id" not in row, row
                self.scenario.owner.execute(
                    "SELECT ops.operation_retry(%s, %s)", [self.scenario.tenant, row["id"]]
                )

    def _compare_with_stripe(self) -> None:
        """Model, database and simulator: the same refunds, disputes and balances."""
        world, tenant = self.stripe.world, self.scenario.tenant
        for row in self.rows:
            ours = sorted(
                (r["stripe"], r["amount"], r["status"]) for r in row["refunds"] if r["accepted"]
            )
            theirs = sorted(
                (r.id, r.amount, r.status)
                for r in self._refunds()
                if r.payment_intent == row["intent"]
            )
            assert ours == theirs, (ours, theirs)
            assert Facts(row).reserved == 0, row
            assert sorted((d["id"], d["status"]) for d in row["disputes"]) == sorted(
                (d.id, d.status)
                for d in world.store.disputes.oldest()
                if d.payment_intent == row["intent"]
            ), row
        arrived = Counter[str]()
        names = {account: name for name, account in self.accounts.items()}
        for transfer in world.store.transfers.oldest():
            arrived[names[transfer.destination]] += transfer.amount - transfer.amount_reversed
        paid = self._amounts(PAID, tenant)
        assert +arrived == +paid, (arrived, paid)
        for name, account in self.accounts.items():
            assert world.ledger.balance(account, "usd") == arrived[name] - self.spent[name]
        self._compare_ledger(paid)

    def _compare_ledger(self, paid: Counter[str]) -> None:
        tenant = self.scenario.tenant
        owed = reference.payable(self.rows, paid)
        owing = self._amounts(OWED_US, tenant)
        held_up = Counter(
            {row["name"]: int(row["amount"]) for row in self.scenario.read(HELD_UP, tenant)}
        )
        for name in self.accounts:
            assert owed[name] + owing[name] == held_up[name], (name, owed, owing, held_up)
        books = self.scenario.read(LEDGER, tenant, tenant, tenant)
        kept = {(row["kind"], row["name"]): row["amount"] for row in books}
        for name in self.accounts:
            assert kept.get(("payee_payable", name), 0) == held_up[name], (name, kept)
            assert kept.get(("payee_receivable", name), 0) == -owing[name], (name, kept)
        world = self.stripe.world
        platform = world.ledger.totals[world.platform, "usd"] - START_BALANCE
        assert -kept.get(("provider_clearing", ""), 0) == platform, (kept, platform)
        assert self._cash() == platform, (self._cash(), platform)

    def _cash(self) -> int:
        """What the platform has by the facts alone, Stripe's fees as Stripe says them."""
        world = self.stripe.world
        taken = sum(Facts(row).captured - Facts(row).accepted for row in self.rows)
        out = sum(t.amount - t.amount_reversed for t in world.store.transfers.oldest())
        entries = [
            e for e in world.store.balance_transactions.oldest() if e.account == world.platform
        ]
        bank = sum(e.amount for e in entries if e.category in {"dispute", "dispute_reversal"})
        return taken - out + bank - sum(e.fee for e in entries)

    def _amounts(self, query: str, *values: Any) -> Counter[str]:
        return Counter(
            {row["name"]: int(row["amount"]) for row in self.scenario.read(query, *values)}
        )

    # ── our service ───────────────────────────────────────────────────────────────────────────

    def _ask(self, function: str, request: Json, end: int, keep: Any = None, **args: Any) -> Any:
        """A request as the API carries it, which may die on its way; its last answer."""
        self.keys += 1
        started = self.stripe.now
        answer = self.scenario.ask(function, request, f"key-{self.keys}", **args)
        if keep is not None:
            self.shares[payment_of(answer["operation"]).id] = keep
        while answer["operation"] is not None:
            if end % 4 == DIES_UNSENT:
                return None
            result = self.stripe.send(answer["operation"], started + LEASE_SECONDS * LEASE_SHARE)
            if end % 4 == DIES_UNRECORDED:
                return None
            answer = self.scenario.finish(answer["operation"], result)
        return answer

    def _try(self, function: str, request: Json, end: int = COMPLETES, **args: Any) -> str | None:
        """A request that may well be refused, for a reason of ours; its SQLSTATE."""
        try:
            self._ask(function, request, end, **args)
        except psycopg.DatabaseError as error:
            if not (error.sqlstate or "").startswith("PY"):
                raise
            return error.sqlstate
        return None

    def _worker(self, name: str) -> Step:
        """As app/worker/operations.py; stops between any two steps."""
        claimed = self.scenario.claim(4)
        yield
        for operation in claimed:
            result = self.stripe.look(operation) if operation["evidence"] else None
            if result is None:
                started = self.stripe.now
                if not self.scenario.fence([operation]):
                    continue
                yield
                result = self.stripe.send(operation, started + LEASE_SECONDS * LEASE_SHARE)
            yield
            self._record(operation, result)
            yield

    def _record(self, operation: Json, result: Json) -> None:
        self.scenario.finish_all([(operation, result)])

    def _work_off(self) -> int:
        """Carry all that is due, at once; return how many calls were."""
        done = 0
        while claimed := self.scenario.claim(20):
            done += len(claimed)
            for operation in claimed:
                result = self.stripe.look(operation) if operation["evidence"] else None
                if result is None:
                    if not self.scenario.fence([operation]):
                        continue
                    result = self.stripe.send(operation, self.stripe.now + LEASE_SECONDS)
                self._record(operation, result)
        return done

    def _receive(self, deliveries: Sequence[tuple[str, bytes]]) -> None:
        found = {one.event_id: one for one in (describe(*delivery) for delivery in deliveries)}
        self.scenario.service.execute(
            "SELECT api.inbox_receive(%s, %s, %s, %s, %s)",
            [
                [d.source for d in found.values()],
                [d.event_id for d in found.values()],
                [d.event_type for d in found.values()],
                [Jsonb(d.object_ids) for d in found.values()],
                [d.payload for d in found.values()],
            ],
        )

    def _inbox(self, end: int) -> int:
        """A worker applies what is due; may die before it does, or before it says so."""
        query = "SELECT * FROM api.inbox_claim('w', 50, %s)"
        claimed = self.scenario.service.execute(query.encode(), [LEASE_SECONDS]).fetchall()
        if end % 4 == DIES_UNSENT:
            return len(claimed)
        results = [self._applied(*row) for row in claimed if row[5] is not None]
        if end % 4 != DIES_UNRECORDED and results:
            self.scenario.service.execute("SELECT api.inbox_finish(%s)", [Jsonb(results)])
        return len(claimed)

    def _applied(
        self, source: str, event_id: str, epoch: int, _attempts: int, _tenant: Any, payload: bytes
    ) -> Json:
        state, reason = "error", None
        try:
            row = self.scenario.call(
                "inbox_apply", source=source, event_id=event_id, payload=payload
            )[0]
            state, reason = row["state"], row["reason"]
        except psycopg.DatabaseError as error:
            reason = f"{error.sqlstate} {error}"
        return {
            "source": source,
            "eventId": event_id,
            "leaseEpoch": epoch,
            "state": state,
            "reason": reason,
        }

    def _tell_everything(self) -> int:
        self.mail += self.stripe.events()
        told = len(self.mail)
        if told:
            self._receive([(source, body) for source, _, body in self.mail])
            self.mail = []
        return told + self._inbox(COMPLETES)

    def _refund_batches(self) -> int:
        done = 0
        while self.scenario.call("refund_batch_advance"):
            done += 1
        return done

    # ── the world ─────────────────────────────────────────────────────────────────────────────

    def _pass(self, seconds: int) -> None:
        self.scenario.owner.execute("SELECT ops.clock_advance(%s)", [seconds])
        self.stripe.world.advance(seconds)

    def _look_around(self) -> None:
        rows = self.scenario.read(FACTS, self.scenario.tenant)
        for row in rows:
            row["shares"] = self.shares[row["id"]]
            row["held"] = Counter({hold["recipient"]: hold["held"] for hold in row["escrows"]})
        self.rows = rows

    def _confirm(self, row: Json, card: int) -> None:
        if row["intent"]:
            self.stripe.post(
                f"payment_intents/{row['intent']}/confirm",
                payment_method=CARDS[card % len(CARDS)],
                return_url="https://shop.example/",
            )

    def _shares(self, total: int, parts: int) -> list[Json]:
        """1 to 5 payees, fixed and in basis points, that fit together."""
        parts, fewer = divmod(parts, len(PAYEES))
        count = fewer + 1
        made = []
        for kind, name in PAYEES[:count]:
            self._payee(kind, name)
            parts, fixed = divmod(parts, 2)
            parts, size = divmod(parts, 5)
            most = (total if fixed else 10_000) // count
            value = (most, most // 2, most // 3, 1, most * 9 // 10)[size]
            made.append(share(kind, name, **{"amount" if fixed else "basisPoints": value}))
        return made

    def _payee(self, kind: str, name: str) -> None:
        if name in self.accounts:
            return
        request = {
            "recipientType": kind,
            "recipientId": name,
            "email": "payee@example.com",
            "country": "US",
        }
        rules, self.stripe.world.faults.rules = self.stripe.world.faults.rules, []
        answer = self._ask("connected_account_create", request, COMPLETES)
        self.stripe.world.faults.rules = rules
        self.accounts[name] = answer["body"]["stripeAccountId"]

    def _capability(self, which: int, status: str) -> None:
        names = sorted(self.accounts)
        if names:
            world = self.stripe.world
            account = world.store.accounts[self.accounts[names[which % len(names)]]]
            if account.status("transfers") != status:
                before = accounts.snapshot(account)

                def change() -> None:
                    accounts.set_status(world, account, "transfers", status)
                    accounts.refresh(world, account)
                    accounts.announce(world, account, before)

                self.stripe.act(change)

    def _some(self, which: int) -> Json | None:
        return self.rows[which % len(self.rows)] if self.rows else None

    def _refunds(self) -> list[Any]:
        store = self.stripe.world.store.refunds
        return [r for r in store.oldest() if r.source_transfer_reversal is None]

    def _made_for_us(self) -> dict[str, Any]:
        return {row.id: row for row in self._refunds()}

    def _in(self, seconds: int) -> str:
        [row] = self.scenario.read(
            "SELECT payments.rfc3339(payments.clock() + make_interval(secs => %s)) AS at", seconds
        )
        return str(row["at"])


HELD_UP = """
    SELECT t.recipient_id AS name, sum(t.amount - t.amount_reversal_pending)::bigint AS amount
      FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = %s AND t.status IN ('pending', 'blocked', 'failed') GROUP BY 1
"""
"""What a dispute that nobody decided still holds."""

STEPS: dict[str, Callable[..., None]] = {
    "sell": Play.sell,
    "pay": Play.pay,
    "capture": Play.capture,
    "refund": Play.refund,
    "refund_at_dashboard": Play.refund_at_dashboard,
    "refund_comes_back": Play.refund_comes_back,
    "dispute": Play.dispute,
    "decide": Play.decide,
    "release": Play.release,
    "call_off": Play.call_off,
    "cancel_event": Play.cancel_event,
    "block": Play.block,
    "enable": Play.enable,
    "spend": Play.spend,
    "fault": Play.fault,
    "deliver": Play.deliver,
    "work": Play.work,
    "kill": Play.kill,
    "advance": Play.advance,
    "quiet": Play.quiet,
    "finish": Play.finish,
}
