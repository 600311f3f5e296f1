"""The simulator's page in a real browser: Debian's chromium driven by playwright."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.full
PAY = (
    "amount=10000&currency=usd&payment_method=pm_card_visa&confirm=true"
    "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
)


@pytest.fixture
def simulator() -> Iterator[str]:
    """A simulator as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stripe_simulator", "--port", "0", "--settle", "now"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    with process, process.stdout:
        yield json.loads(process.stdout.readline())["stripe"]
        process.terminate()


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of chromium; the test fails, never skips, where browser or driver is missing."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("chromium is needed: apt-get install chromium")
    try:
        driver = importlib.import_module("playwright.sync_api")
    except ImportError:
        pytest.fail("playwright is needed: pip install playwright")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        shown = browser.new_page()
        yield shown
        browser.close()


def post(url: str, form: str) -> dict[str, Any]:
    """One API call from outside the browser."""
    request = urllib.request.Request(  # noqa: S310 - our own process
        url, form.encode(), {"Authorization": "Bearer sk_test_simulator"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        got: dict[str, Any] = json.load(answer)
        return got


def test_a_person_works_with_the_page(simulator: str, page: Any) -> None:
    """Balances and payments are shown; clock, account, dispute and fault can be changed."""
    account = post(
        f"{simulator}/v1/accounts", "type=express&capabilities[transfers][requested]=true"
    )
    payment = post(f"{simulator}/v1/payment_intents", PAY)
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(f"{simulator}/")
    page.wait_for_selector(f"text={payment['id']}")
    assert page.inner_text("#ledger") == "sums to zero"
    assert "9680 usd" in page.inner_text("#accounts")
    assert "charge.succeeded" in page.inner_text("#payments")

    before = page.inner_text("#clock")
    page.fill("#advance input[name=amount]", "2")
    page.click("#advance button")
    page.wait_for_selector("#message:has-text('Clock advanced')")
    page.wait_for_function("old => document.getElementById('clock').textContent > old", arg=before)

    page.click(f"tr:has-text('{account['id']}') button:has-text('Enable')")
    page.wait_for_selector(f"tr:has-text('{account['id']}') td:text-is('active')")

    page.click(f"tr:has-text('{payment['id']}') button:has-text('Open dispute')")
    page.wait_for_selector("#payments td:has-text('succeeded, disputed')")
    assert "charge.dispute.created" in page.inner_text("#payments")

    page.select_option("#fault select", "unavailable")
    page.fill("#fault input[name=path]", "/v1/customers")
    page.click("#fault button")
    page.wait_for_selector("#faults li:has-text('unavailable on /v1/customers')")
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(f"{simulator}/v1/customers", "")
    caught.value.close()
    assert caught.value.code == 503
    page.click("#faults button:has-text('Remove')")
    page.wait_for_selector("#faults li", state="detached")
    assert errors == []
    assert {url for url in asked if not url.startswith((simulator, "data:"))} == set()
