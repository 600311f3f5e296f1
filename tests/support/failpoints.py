"""Failpoints of the source, sorted by who meets them and for what kind of work."""

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "app"
NAMED = re.compile(r"""failpoint\(\s*["']([a-z_.]+)["']""")

ASKED = frozenset({"request.before_ask", "request.after_ask"})
"""Met by the web for every function that decides."""

BY_WEB = frozenset(
    {
        "request.before_carry",
        "stripe.before_send",
        "stripe.after_send",
        "request.before_finish",
        "request.after_finish",
    }
)
"""Met by the web for every kind of call it carries itself."""

OF_DELIVERIES = frozenset({"webhook.before_store", "webhook.after_store"})
"""Met by the web for deliveries."""

BY_WORKER = frozenset(
    {
        "worker.after_claim",
        "worker.after_fence",
        "stripe.before_send",
        "stripe.after_send",
        "worker.before_finish",
        "worker.after_finish",
    }
)
"""Met by the worker for every kind of operation."""

OF_LOOKS = frozenset({"stripe.before_look", "worker.after_look"})
"""Met by the worker for operations that were sent before."""

OF_CLAIMED_EVENTS = frozenset({"webhooks.after_claim"})
OF_EVENTS = frozenset({"webhooks.before_apply", "webhooks.after_apply", "webhooks.after_finish"})
"""Met by the worker for every type of event."""

BY_DUE_WORK = frozenset(
    {
        "due_work.before_advance",
        "due_work.after_advance",
        "due_work.before_release",
        "due_work.after_release",
        "ledger_rollup.before_rollup",
        "ledger_rollup.after_rollup",
    }
)
"""Met by the worker's due work and its ledger rollup."""

OF_LISTS = frozenset({"lists.after_page"})
"""Met by the worker between the pages of a list of Stripe's."""

ALL = ASKED | BY_WEB | OF_DELIVERIES | BY_WORKER | OF_LOOKS
ALL |= OF_CLAIMED_EVENTS | OF_EVENTS | OF_LISTS | BY_DUE_WORK


def failpoints_of_the_source() -> set[str]:
    """Every name that app/ passes to failpoint()."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        found.update(NAMED.findall(text))
        if path.name != "failpoints.py":
            assert text.count("failpoint(") == len(NAMED.findall(text)), (
                f"{path}: a failpoint's name must be written out"
            )
    return found
