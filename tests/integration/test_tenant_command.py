"""`payment-service tenant …` and `token`: who may use the service."""

import subprocess
from uuid import UUID

import jwt

from tests.support import forked
from tests.support.database import Database
from tests.unit.test_config import GOOD

ABSENT = "99999999-9999-4999-8999-999999999999"


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command with nothing but these variables."""
    return forked.run(*words, environ=environment)


def test_a_tenant_is_registered_listed_disabled_and_enabled(database: Database) -> None:
    """The id is printed; registering it again changes its name."""
    url = database.superuser_url
    tenant = run("tenant", "register", "--name", "Hall", DATABASE_URL=url).stdout.strip()
    assert str(UUID(tenant)) == tenant
    again = run("tenant", "register", tenant, "--name", "Opera", MIGRATION_DATABASE_URL=url)
    assert again.stdout.strip() == tenant
    for verb, status in (("disable", "disabled"), ("enable", "active")):
        done = run("tenant", verb, tenant, DATABASE_URL=url)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        listed = run("tenant", "list", DATABASE_URL=url).stdout.splitlines()
        (line,) = [line.split() for line in listed if line.startswith(tenant)]
        assert (line[1], line[-1]) == (status, "Opera")


def test_a_refusal_of_the_database_is_one_sentence(database: Database) -> None:
    """An unknown tenant: exit 1, and nothing about functions and lines."""
    done = run("tenant", "disable", ABSENT, DATABASE_URL=database.superuser_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "payment-service: database: no such tenant\n"


def test_a_token_is_made_in_development_only() -> None:
    """It speaks for the tenant with every scope; in production it is exit 2."""
    ask = ("token", "--tenant", ABSENT, "--subject", "me", "--ttl", "60")
    made = run(*ask, **GOOD, APP_ENV="development")
    claims = jwt.decode(made.stdout.strip(), GOOD["JWT_SECRET"], ["HS256"])
    assert (claims["tenant_id"], claims["sub"]) == (ABSENT, "me")
    assert claims["exp"] - claims["iat"] == 60
    refused = run(*ask, **GOOD)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("payment-service: APP_ENV: ")
