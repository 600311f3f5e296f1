"""`payment-service doctor`: what it finds when all is well, and when one thing is not."""

import psycopg
from psycopg import sql
from pydantic import SecretStr

from app.commands.doctor.examination import examine
from app.commands.doctor.findings import Finding
from app.config import Settings
from tests.support.collector import running_collector
from tests.support.database import Database
from tests.support.service import STRIPE_KEY, Service, running_service, settings_for


async def findings(settings: Settings) -> dict[str, Finding]:
    """All findings by what was looked at."""
    return {finding.check: finding async for finding in examine(settings)}


async def test_a_sound_deployment(database: Database, redis_url: str) -> None:
    """Nothing to do, and every part was looked at."""
    async with running_service(database, REDIS_URL=redis_url) as service:
        found = await findings(service.settings)
        assert {name: one.says for name, one in found.items() if one.verdict != "ok"} == {}
        assert set(found) == {
            *("postgresql", "postgresql clock", "extensions", "row security", "indexes"),
            *("login", "login power", "migrations", "environment", "listen", "pooler", "redis"),
            *("redis memory", "stripe", "stripe clock", "webhooks platform", "webhooks connect"),
        }


async def test_a_collector_is_looked_at_when_there_is_one(service: Service) -> None:
    """Its silence costs spans and nothing else: a warning."""
    async with running_collector() as collector:
        there = {"otel_exporter_otlp_endpoint": collector.url}
        found = await findings(service.settings.model_copy(update=there))
        assert (found["traces"].verdict, found["traces"].says) == ("ok", "127.0.0.1 answers 200")
    away = {"otel_exporter_otlp_endpoint": "http://user:secret-word@127.0.0.1:9"}
    found = await findings(service.settings.model_copy(update=away))
    assert found["traces"].verdict == "warning"
    assert "secret-word" not in str(found["traces"])


async def test_nothing_is_there(database: Database) -> None:
    """Each part that does not answer is a fault of its own, and the next one is still looked at."""
    settings = settings_for(
        database,
        "http://127.0.0.1:9",
        REDIS_URL="redis://127.0.0.1:9",
        DATABASE_URL="postgresql://nobody:secret-word@127.0.0.1:9/nothing",
    )
    found = await findings(settings)
    assert {name for name, one in found.items() if one.verdict == "fault"} == set(found)
    assert {"postgresql", "listen", "redis", "stripe", "webhooks"} <= set(found)
    assert all(one.todo for one in found.values())
    assert "secret-word" not in str(found)


async def test_row_security_switched_off(service: Service) -> None:
    """Named with its table."""
    service.database.execute("ALTER TABLE payments.payouts NO FORCE ROW LEVEL SECURITY")
    finding = (await findings(service.settings))["row security"]
    assert (finding.verdict, "payouts" in finding.says) == ("fault", True)


async def test_a_migration_is_missing(service: Service) -> None:
    """Named, with the command that applies it."""
    service.database.execute(
        "DELETE FROM migrations._yoyo_migration WHERE migration_id = '001_baseline_payment'"
    )
    finding = (await findings(service.settings))["migrations"]
    assert finding.verdict == "fault"
    assert "001_baseline_payment" in finding.says
    assert "payment-service migrate" in finding.todo


async def test_an_extension_is_missing(service: Service) -> None:
    """Named, with who brings it."""
    service.database.execute("DROP EXTENSION fuzzystrmatch CASCADE")
    finding = (await findings(service.settings))["extensions"]
    assert (finding.verdict, finding.says) == ("fault", "without fuzzystrmatch")
    assert "payment-service migrate" in finding.todo


async def test_another_kind_of_database(service: Service) -> None:
    """Production never works on anything else; the other way round is worth a question."""
    production = {"app_env": "production"}
    finding = (await findings(service.settings.model_copy(update=production)))["environment"]
    assert (finding.verdict, "production" in finding.says) == ("fault", True)
    service.database.execute("UPDATE payments.deployment SET environment = 'production'")
    assert (await findings(service.settings))["environment"].verdict == "warning"


async def test_an_invalid_index(service: Service) -> None:
    """A broken concurrent build is a warning."""
    service.database.execute(
        "UPDATE pg_index SET indisvalid = false"
        " WHERE indexrelid = 'payments.stripe_operations_due'::regclass"
    )
    finding = (await findings(service.settings))["indexes"]
    assert (finding.verdict, "stripe_operations_due" in finding.says) == ("warning", True)


async def test_a_login_too_weak_and_one_too_mighty(service: Service) -> None:
    """Missing groups are granted, superuser is refused in production and warned of elsewhere."""
    role = f"doctor_{service.database.name}"
    with psycopg.connect(service.database.superuser_url, autocommit=True) as connection:
        name = sql.Identifier(role)
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x' IN ROLE payments_api").format(name)
        )
        weak = service.settings.model_copy(
            update={"database_url": SecretStr(service.database.login_url(role, "x"))}
        )
        try:
            assert "payments_worker" in (await findings(weak))["login"].todo
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(name))
    mighty: dict[str, object] = {"database_url": SecretStr(service.database.superuser_url)}
    found = await findings(service.settings.model_copy(update=mighty))
    assert found["login power"].verdict == "warning"
    mighty["app_env"] = "production"
    found = await findings(service.settings.model_copy(update=mighty))
    assert found["login power"].verdict == "fault"


async def test_listening_elsewhere(service: Service, empty_database: Database) -> None:
    """Notifications that go to another database are not heard."""
    elsewhere = {"listen_database_url": SecretStr(empty_database.superuser_url)}
    found = await findings(service.settings.model_copy(update=elsewhere))
    assert found["listen"].verdict == "fault"
    assert "LISTEN_DATABASE_URL" in found["listen"].todo


async def test_a_wrong_key(service: Service) -> None:
    """Stripe refuses; the key is not repeated."""
    wrong = {"stripe_secret_key": SecretStr("sk_test_of_somebody_else")}
    found = await findings(service.settings.model_copy(update=wrong))
    assert found["stripe"].verdict == "fault"
    assert found["webhooks"].verdict == "fault"
    assert "somebody_else" not in str(found)


async def test_webhook_endpoints(database: Database, redis_url: str) -> None:
    """Not registered, not sent everything, sent in another version: each is told."""
    async with running_service(database, REDIS_URL=redis_url) as service:
        endpoints = await _endpoints(service)
        await service.stripe(f"webhook_endpoints/{endpoints['platform']}", disabled="true")
        found = await findings(service.settings)
        assert "no enabled endpoint" in found["webhooks platform"].says
        await service.stripe(
            f"webhook_endpoints/{endpoints['connect']}", **{"enabled_events[]": "payout.paid"}
        )
        finding = (await findings(service.settings))["webhooks connect"]
        assert finding.verdict == "fault"
        assert "account.updated" in finding.says
        assert endpoints["connect"] in finding.todo
        assert "payout.paid" not in finding.says


async def _endpoints(service: Service) -> dict[str, str]:
    url = f"{service.stripe_url}/v1/webhook_endpoints"
    headers = {"Authorization": f"Bearer {STRIPE_KEY}"}
    async with service.http.get(url, headers=headers) as response:
        data = (await response.json())["data"]
    return {"connect" if one["url"].endswith("connect") else "platform": one["id"] for one in data}
