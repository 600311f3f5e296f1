"""What web and worker write to stdout about one order, as real processes."""

from pathlib import Path
from typing import Any

import aiohttp
import orjson

from tests.support.database import Database
from tests.support.service import Service, settings_for
from tests.support.stack import running_stack

FIELDS = {"level", "time", "traceId", "component", "message"}


async def test_an_order_s_lines_have_one_trace(database: Database, tmp_path: Path) -> None:
    """From the request over Stripe's events to the transfer; every line has every field."""
    log = tmp_path / "log"
    with log.open("wb") as out, running_stack(database, out) as stack:
        stack.start_web(LOG_LEVEL="debug")
        stack.start_worker(LOG_LEVEL="debug")
        urls = (f"http://127.0.0.1:{port}" for port in (stack.web_port, stack.stripe_port))
        async with aiohttp.ClientSession() as http:
            web, stripe = urls
            service = Service(database, web, stripe, settings_for(database, stripe), http)
            await service.payee()
            payment = await service.paid()
            (transfer,) = payment["transfers"]
            await service.until(f"/api/v1/transfers/{transfer['id']}", status="paid")
    lines = _lines(log)
    assert all(line.keys() >= FIELDS for line in lines)
    (asked,) = (line for line in lines if line.get("route") == "/api/v1/payments/intents")
    trace = [line for line in lines if line["traceId"] == asked["traceId"]]
    assert {line["type"] for line in trace if line["message"] == "event"} >= {
        "payment_intent.succeeded"
    }
    (paid,) = (line for line in trace if line.get("kind") == "transfer")
    assert (paid["level"], paid["outcome"]) == ("info", "succeeded")
    assert (paid["paymentId"], paid["amount"], paid["currency"]) == (payment["id"], 9000, "usd")


def _lines(log: Path) -> list[dict[str, Any]]:
    # The simulator, and the servers that the stack starts, write there as well.
    return [orjson.loads(line) for line in log.read_bytes().splitlines() if b'"component":' in line]
