"""Crash matrix: killed at every failpoint, for every kind of work, and all is done exactly once.

The names come from the source (tests/support/failpoints.py), the kinds from the database. One web
and one simulator serve a whole row of crashes; only the process that died is started again, and
what it had claimed is taken over by the next one, which dies a step further on.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial

import pytest
from _pytest.mark import ParameterSet

from tests.support import stories
from tests.support.failpoints import (
    ASKED,
    BY_DUE_WORK,
    BY_WEB,
    BY_WORKER,
    OF_EVENTS,
    OF_LOOKS,
    SOURCE,
)
from tests.support.stack import FINAL, NoAnswerError, Stack, killed
from tests.support.stories import Story, left_to_the_worker

LOOKED_FOR = {
    "transfer": "/v1/transfers",
    "refund": "/v1/refunds",
    "reversal": "/v1/transfers/*/reversals",
}
"""Kinds that are looked for before they are sent again; the others repeat under their key."""

BY_THE_WORKER = {
    "transfer": Story(stories.resold, stories.release),
    "refund": Story(stories.resold, stories.call_off),
    "reversal": Story(stories.sold, stories.refund),
    "fetch": Story(stories.nothing, stories.sell),
    "evidence": Story(stories.disputed, left_to_the_worker(stories.argue, "/v1/disputes/*")),
    "capture": Story(
        stories.kept, left_to_the_worker(stories.capture, "/v1/payment_intents/*/capture")
    ),
    "cancel": Story(
        stories.kept, left_to_the_worker(stories.cancel, "/v1/payment_intents/*/cancel")
    ),
    "intent": Story(stories.nothing, left_to_the_worker(stories.buy, "/v1/payment_intents")),
    "account": Story(stories.nothing, left_to_the_worker(stories.welcome, "/v1/accounts")),
    "account_link": Story(stories.nothing, left_to_the_worker(stories.welcome, "/v1/accounts")),
}


def quick(rows: Iterable[str], chosen: AbstractSet[str]) -> list[ParameterSet]:
    """All rows; those not chosen are part of `make test-full` only."""
    return [pytest.param(row, marks=[] if row in chosen else pytest.mark.full) for row in rows]


@pytest.fixture
def shop(stack: Stack) -> Iterator[Stack]:
    """The stack with a sound worker; afterwards no worker and no fault is left."""
    stack.start_worker()
    yield stack
    send_home(stack)
    stack.control("DELETE", "faults")


def send_home(stack: Stack) -> None:
    """Kill every worker."""
    for child in stack.children:
        if child.name == "worker":
            child.kill()
    stack.leases_end()


def test_every_kind_of_operation_has_its_row(stack: Stack) -> None:
    """A new kind of call to Stripe without crashes fails the suite."""
    [(check,)] = stack.database.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'operation_kind_known'"
    )
    kinds = {part for part in check.split("'") if part.replace("_", "").isalpha()}
    assert kinds == BY_THE_WORKER.keys()


@pytest.mark.parametrize(
    "kind", quick(BY_THE_WORKER, {"transfer", "refund", "reversal", "evidence"})
)
def test_a_worker_killed_at_every_step_does_each_thing_once(shop: Stack, kind: str) -> None:
    """F06 to F10: claimed, looked for, fenced, sent, answered, recorded; a crash at each."""
    story = BY_THE_WORKER[kind]
    points = sorted(BY_WORKER | (OF_LOOKS if kind in LOOKED_FOR else frozenset()))
    subjects = story.prepare(shop, len(points))
    send_home(shop)
    for point, subject in zip(points, subjects, strict=True):
        dying = shop.start_worker(f"{point}[{kind}]=exit")
        if point in OF_LOOKS:
            shop.fault("bad_gateway_before", LOOKED_FOR[kind], times=1)
        story.tell(shop, subject)
        killed(dying, f"{point}[{kind}]")
        shop.leases_end()
    shop.start_worker()
    shop.check_even()


@pytest.mark.full
@pytest.mark.parametrize("kind", ["intent", "capture", "cancel", "account", "evidence"])
def test_a_worker_killed_when_stripe_has_forgotten_the_key_looks_first(
    shop: Stack, kind: str
) -> None:
    """F19: sent and died, a day passes; the next two die looking, the last adopts what it finds."""
    story = BY_THE_WORKER[kind]
    [subject] = story.prepare(shop, 1)
    send_home(shop)
    for point in ("stripe.after_send", *sorted(OF_LOOKS)):
        dying = shop.start_worker(f"{point}[{kind}]=exit")
        if point == "stripe.after_send":
            story.tell(shop, subject)
        killed(dying, f"{point}[{kind}]")
        if point == "stripe.after_send":
            stories.pass_time(shop, 25 * stories.HOUR)
        shop.leases_end()
    shop.start_worker()
    shop.check_even()


# ── the web ───────────────────────────────────────────────────────────────────────────────────

BY_THE_WEB = {
    "payments_create": ("intent", Story(stories.nothing, stories.buy)),
    "refund_create": ("refund", Story(stories.sold, stories.refund)),
    "escrow_release": (None, Story(stories.resold, stories.release)),
    "escrow_cancel": (None, Story(stories.resold, stories.call_off)),
    "escrow_condition_confirm": (None, Story(stories.resold_on_condition, stories.confirm)),
    "show_cancel": (None, Story(stories.events_sold, stories.cancel_event)),
    "dispute_evidence_submit": ("evidence", Story(stories.disputed, stories.argue)),
    "payment_capture": ("capture", Story(stories.kept, stories.capture)),
    "payment_cancel": ("cancel", Story(stories.kept, stories.cancel)),
    "review_decide": (None, Story(stories.doubtful, stories.approve)),
    "distribution_create": (None, Story(stories.sold_for_the_platform, stories.distribute)),
    "connected_account_create": ("account", Story(stories.nothing, stories.welcome)),
    "onboarding_link_create": ("account_link", Story(stories.payees, stories.invite)),
}
"""The functions that decide, the kind of call each has its request carry, and its story."""

MONEY_BACK = {
    "refund_create",
    "escrow_release",
    "escrow_cancel",
    "show_cancel",
    "dispute_evidence_submit",
}


def test_every_deciding_function_has_its_row() -> None:
    """A new POST without crashes fails the suite."""
    sources = "".join(path.read_text() for path in (SOURCE / "http" / "routes").rglob("*.py"))
    asked = set(re.findall(r'\bask\(\s*\w+,\s*"([a-z_]+)"', sources))
    assert asked | {"payments_create"} == BY_THE_WEB.keys()


@pytest.mark.parametrize("function", quick(BY_THE_WEB, MONEY_BACK))
def test_a_web_killed_at_every_step_answers_the_next_time(shop: Stack, function: str) -> None:
    """F01 to F04, F09, F83: asked again with its key, each request has its one effect."""
    kind, story = BY_THE_WEB[function]
    carried = [f"{point}[{kind}]" for point in sorted(BY_WEB)] if kind else []
    points = [f"{point}[{function}]" for point in sorted(ASKED)] + carried
    subjects = story.prepare(shop, len(points))
    send_home(shop)
    asked = []
    for point, subject in zip(points, subjects, strict=True):
        web, key = shop.start_web(f"{point}=exit"), str(uuid.uuid4())
        with pytest.raises(NoAnswerError):
            story.tell(shop, subject, key)
        killed(web, point)
        asked.append((subject, key))
    shop.start_web()
    shop.start_worker()
    shop.leases_end()
    final = {202} if function == "show_cancel" else FINAL
    again = [partial(story.tell, shop, subject, key) for subject, key in asked]
    named = [shop.until_answered(one, final).body["id"] for one in again]
    shop.check_even()
    for one, name in zip(again, named, strict=True):
        reply = one()
        assert (reply.status, reply.body["id"]) in {(status, name) for status in final}
        assert one().body == reply.body


# ── events ────────────────────────────────────────────────────────────────────────────────────

EVENTS = {
    "payment_intent.succeeded": Story(stories.nothing, stories.sell),
    "charge.succeeded": Story(stories.nothing, stories.sell),
    "charge.updated": Story(stories.nothing, stories.sell),
    "transfer.created": Story(stories.nothing, stories.sell),
    "transfer.reversed": Story(stories.sold, stories.refund),
    "refund.created": Story(stories.sold, stories.refund),
    "refund.updated": Story(stories.given_back, stories.bounce),
    "refund.failed": Story(stories.given_back, stories.bounce),
    "charge.dispute.created": Story(stories.sold, stories.contest),
    "charge.dispute.updated": Story(stories.disputed, stories.argue),
    "charge.dispute.funds_withdrawn": Story(stories.sold, stories.contest),
    "charge.dispute.funds_reinstated": Story(stories.sold, stories.win),
    "charge.dispute.closed": Story(stories.sold, stories.lose),
}


OFTEN = {"charge.dispute.created", "charge.dispute.closed", "refund.failed"}
OFTEN |= {"charge.dispute.funds_reinstated"}


@pytest.mark.parametrize("kind", quick(EVENTS, OFTEN))
def test_a_worker_killed_over_an_event_applies_it_once(shop: Stack, kind: str) -> None:
    """F05, F38, F39: before it is applied, before and after it is marked; its money moves once."""
    story = EVENTS[kind]
    subjects = story.prepare(shop, len(OF_EVENTS))
    send_home(shop)
    for point, subject in zip(sorted(OF_EVENTS), subjects, strict=True):
        dying = shop.start_worker(f"{point}[{kind}]=exit")
        story.tell(shop, subject)
        killed(dying, f"{point}[{kind}]")
        shop.leases_end()
    shop.start_worker()
    shop.check_even()


# ── periodic work ────────────────────────────────────────────────────────────────────────────────

BY_PERIODIC_WORK = {
    "due_work.before_advance": Story(stories.events_sold, stories.cancel_event),
    "due_work.after_advance": Story(stories.events_sold, stories.cancel_event),
    "due_work.before_release": Story(stories.resold_for_a_while, stories.wait),
    "due_work.after_release": Story(stories.resold_for_a_while, stories.wait),
    "ledger_rollup.before_rollup": Story(stories.nothing, stories.sell),
    "ledger_rollup.after_rollup": Story(stories.nothing, stories.sell),
}


def test_all_periodic_work_has_its_row() -> None:
    """New periodic work without crashes fails the suite."""
    assert BY_PERIODIC_WORK.keys() == BY_DUE_WORK


@pytest.mark.parametrize("point", BY_PERIODIC_WORK)
def test_a_worker_killed_over_periodic_work_does_it_once(shop: Stack, point: str) -> None:
    """An item of a canceled event, a hold that ends, a rollup: killed around each."""
    story = BY_PERIODIC_WORK[point]
    [subject] = story.prepare(shop, 1)
    send_home(shop)
    dying = shop.start_worker(f"{point}=exit")
    story.tell(shop, subject)
    killed(dying, point)
    shop.leases_end()
    shop.start_worker()
    shop.check_even()
