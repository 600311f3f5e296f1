"""Waiting on facts: nothing left to do in our queues, nothing left to deliver at Stripe."""

import asyncio

from local.demo.books import Books, Queues
from local.demo.progress import Progress
from local.demo.stripe import Stripe

POLL_SECONDS = 0.1


async def drained(
    books: Books, stripe: Stripe, *, lossy: bool = False, payees: bool = False
) -> Queues:
    """Wait until both sides are quiet, or stand still; return what is left.

    Our work makes events at Stripe and Stripe's events make work here: quiet means that a look at
    our queues, at Stripe's deliveries and at our queues again found nothing. Where deliveries get
    lost for good (lossy), the worker has looked for them in between; for those of the payees'
    accounts, too, if asked to.
    """
    wait = Progress(books.done).wait()
    while True:
        left = await books.queues()
        if left.idle and await _delivered(stripe):
            if lossy:
                await _fetched(books, payees=payees)
            left = await books.queues()
            if left.idle and await _delivered(stripe):
                return left
        if await wait.over():
            return left
        await asyncio.sleep(POLL_SECONDS)


async def _fetched(books: Books, *, payees: bool) -> None:
    """Wait until the worker has looked for missed webhooks, from now on, or stands still."""
    asked = await books.now()
    wait = Progress(books.event_cursors).wait()
    while await books.unfetched(asked, payees=payees):
        if await wait.over():
            return
        await asyncio.sleep(POLL_SECONDS)


async def _delivered(stripe: Stripe) -> bool:
    """Have Stripe deliver what is due; whether there was nothing, now or later."""
    try:
        counts = await stripe.control("POST", "drain")
    except TimeoutError:  # it is at it
        return False
    return not any(counts[name] for name in ("delivered", "failed", "scheduled"))
