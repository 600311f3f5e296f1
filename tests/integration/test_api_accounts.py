"""Connected accounts over HTTP."""

import pytest

from tests.support.service import Service

ACCOUNTS = "/api/v1/connected-accounts"
GOOD = {"recipientType": "artist", "recipientId": "a-1", "email": "a@example.org", "country": "US"}


async def test_an_account_is_opened_with_its_onboarding_link(service: Service) -> None:
    """Two calls to Stripe, one answer."""
    reply = await service.ask("POST", ACCOUNTS, GOOD)
    assert reply.status == 201
    assert reply.headers["Location"] == f"{ACCOUNTS}/{reply.body['id']}"
    assert reply.body["stripeAccountId"].startswith("acct_")
    assert reply.body["onboardingUrl"].startswith("http")
    read = await service.get(reply.headers["Location"])
    assert read["recipientId"] == "a-1"


async def test_a_recipient_has_one_account(service: Service) -> None:
    """A second, under another key, is refused and changes nothing."""
    await service.ask("POST", ACCOUNTS, GOOD)
    reply = await service.ask("POST", ACCOUNTS, GOOD)
    assert (reply.status, reply.code) == (409, "account_exists")
    journal = await service.control("GET", "requests?method=POST&path=/v1/accounts")
    assert len(journal["requests"]) == 1


async def test_a_fresh_link(service: Service) -> None:
    """The old one was single use."""
    account = (await service.ask("POST", ACCOUNTS, GOOD)).body
    reply = await service.ask("POST", f"{ACCOUNTS}/{account['id']}/onboarding-links")
    assert reply.status == 201
    assert reply.body["onboardingUrl"] != account["onboardingUrl"]


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/account_links"])
async def test_a_lost_answer_is_completed_by_the_worker(service: Service, path: str) -> None:
    """202 now; the worker opens no second account; then the same key gives the whole answer."""
    fault = {"fault": "lost_after", "match": {"method": "POST", "path": path}, "times": 1}
    await service.control("POST", "faults", fault)
    headers = {"Idempotency-Key": "k"}
    reply = await service.ask("POST", ACCOUNTS, GOOD, headers=headers)
    assert reply.status == 202
    await service.start_worker()
    read = await service.until(f"{ACCOUNTS}/{reply.body['id']}", status="open")
    assert read["stripeAccountId"].startswith("acct_")
    executed = await service.control("GET", "requests?method=POST&path=/v1/accounts&executed=true")
    assert len(executed["requests"]) == 1


async def test_email_is_not_logged(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor is anything else of the body."""
    await service.ask("POST", ACCOUNTS, GOOD)
    out, err = capfd.readouterr()
    assert "example.org" not in out + err


async def test_a_country_that_stripe_does_not_serve_is_the_callers_fault(service: Service) -> None:
    """422 like any field that is wrong, not 502; the same payee may be asked for again."""
    body = {
        "recipientType": "venue",
        "recipientId": "venue-eu",
        "email": "v@example.org",
        "country": "EU",
    }
    reply = await service.ask("POST", "/api/v1/connected-accounts", body)
    assert (reply.status, reply.code) == (422, "validation_failed")
    reply = await service.ask("POST", "/api/v1/connected-accounts", body | {"country": "DE"})
    assert reply.status == 201
