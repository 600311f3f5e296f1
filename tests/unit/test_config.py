"""Configuration from the environment, and what is said about its faults."""

from decimal import Decimal

import pytest

from app.config import SettingsError, load_settings, unknown_variables
from tests.support.forked import run

GOOD = {
    "DATABASE_URL": "postgresql://service@localhost/payments",
    "REDIS_URL": "redis://localhost",
    "JWT_SECRET": "0123456789abcdef0123456789abcdef",
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef",
}


def faults_of(**changes: str) -> list[str]:
    """What is said about GOOD with changes; an empty value takes a variable away."""
    with pytest.raises(SettingsError) as caught:
        load_settings(GOOD | changes)
    return caught.value.faults


def test_defaults_are_those_of_the_contract() -> None:
    """Production, port 3003, rate 20: nobody has to say them."""
    settings = load_settings(GOOD)
    assert (settings.app_env, settings.port, settings.admin_port) == ("production", 3003, 9103)
    assert settings.worker_admin_port == 9104
    assert settings.stripe_rate == Decimal(20)
    assert settings.listen_url == GOOD["DATABASE_URL"]


@pytest.mark.parametrize("variable", sorted(GOOD))
def test_each_required_variable_is_named_when_missing(variable: str) -> None:
    """One sentence, starting with the variable."""
    assert faults_of(**{variable: ""}) == [f"{variable}: is required"]


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"PORT": "9103"}, "ADMIN_PORT"),
        ({"APP_ENV": "staging"}, "APP_ENV"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://host:port/x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://host/x?no_such_option=1"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://[::1/x"}, "DATABASE_URL"),
        ({"LISTEN_DATABASE_URL": "postgresql://host:99999/x"}, "LISTEN_DATABASE_URL"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://host:port"}, "REDIS_URL"),
        ({"JWT_SECRET": "short"}, "JWT_SECRET"),
        ({"JWT_SECRET": "0123" * 10}, "JWT_SECRET"),
        ({"JWT_JWKS": "https://x"}, "JWT_JWKS"),
        ({"JWT_SECRET": "", "JWT_JWKS": "http://id.example/keys"}, "JWT_JWKS"),
        ({"JWT_SECRET": "", "JWT_JWKS": "https:///keys"}, "JWT_JWKS"),
        ({"JWT_SECRET": "", "JWT_JWKS": "/nowhere/keys.json"}, "JWT_JWKS"),
        ({"JWT_SECRET": "", "JWT_JWKS": __file__}, "JWT_JWKS"),
        ({"JWT_MAX_LIFETIME_SECONDS": "0"}, "JWT_MAX_LIFETIME_SECONDS"),
        ({"STRIPE_SECRET_KEY": "sk test"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "pk_test_1"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef,x"}, "STRIPE_WEBHOOK_SECRET"),
        (
            {"STRIPE_CONNECT_WEBHOOK_SECRET": GOOD["STRIPE_WEBHOOK_SECRET"]},
            "STRIPE_CONNECT_WEBHOOK_SECRET",
        ),
        ({"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "STRIPE_API_BASE"),
        (
            {"STRIPE_API_BASE": "http://stripe.test", "STRIPE_API_BASE_ALLOW_LOOPBACK": "true"},
            "STRIPE_API_BASE",
        ),
        ({"STRIPE_API_BASE": "ftp://x"}, "STRIPE_API_BASE"),
        ({"STRIPE_RATE": "0"}, "STRIPE_RATE"),
        ({"STRIPE_TIMEOUT_SECONDS": "40"}, "STRIPE_TIMEOUT_SECONDS"),
        ({"TRUSTED_PROXY_IPS": "0.0.0.0/0"}, "TRUSTED_PROXY_IPS"),
        ({"TRUSTED_PROXY_IPS": "*"}, "TRUSTED_PROXY_IPS"),
        ({"INTERNAL_HMAC_KEYS": "orders"}, "INTERNAL_HMAC_KEYS"),
        ({"INTERNAL_HMAC_KEYS": "orders:short"}, "INTERNAL_HMAC_KEYS"),
        ({"DATABASE_PREPARE": "maybe"}, "DATABASE_PREPARE"),
        ({"DATABASE_ENGINE": "oracle"}, "DATABASE_ENGINE"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ),
    ],
)
def test_a_bad_value_is_refused_by_name(changes: dict[str, str], variable: str) -> None:
    """One fault gives one sentence, about that variable."""
    (fault,) = faults_of(**changes)
    assert fault.startswith(f"{variable}: ")


def test_exporting_without_the_sdk_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; without tracing nobody misses it."""
    monkeypatch.setattr("app.config.find_spec", lambda _package: None)
    (fault,) = faults_of(OTEL_TRACES_EXPORTER="otlp")
    assert fault.startswith("OTEL_TRACES_EXPORTER: ")
    assert "payment-service[otel]" in fault
    load_settings(GOOD)


def test_all_faults_are_told_at_once() -> None:
    """Nobody has to start the service five times to find five faults."""
    faults = faults_of(PORT="x", JWT_SECRET="short", STRIPE_RATE="-1")
    assert {fault.partition(":")[0] for fault in faults} == {"PORT", "JWT_SECRET", "STRIPE_RATE"}


def test_loopback_stripe_is_possible_in_production_when_said() -> None:
    """For a service mesh that terminates at localhost."""
    settings = load_settings(
        GOOD | {"STRIPE_API_BASE": "http://[::1]:9/", "STRIPE_API_BASE_ALLOW_LOOPBACK": "true"}
    )
    assert settings.stripe_api_base == "http://[::1]:9"


def test_secrets_do_not_show() -> None:
    """Neither a log line nor a traceback can print them."""
    shown = repr(load_settings(GOOD | {"INTERNAL_HMAC_KEYS": f"orders:{'abcdefgh' * 4}"}))
    for secret in ("0123456789abcdef", "sk_test_1", "whsec_", "abcdefgh"):
        assert secret not in shown


def test_misspelt_variables_are_found() -> None:
    """Ours start with PAYMENT_; anything unknown there is worth a warning."""
    assert unknown_variables({"PAYMENT_FAILPOINT": "x", "PAYMENT_FAILPOINTS": "y"}) == [
        "PAYMENT_FAILPOINT"
    ]


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_fault_ends_the_process_with_2(command: str) -> None:
    """Before any socket is opened, with the variable on stderr and nothing on stdout."""
    done = run(command, environ=GOOD | {"JWT_SECRET": "short"})
    assert done.returncode == 2
    assert done.stderr == "payment-service: JWT_SECRET: must be at least 32 bytes\n"
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "DATABASE_URL: is required (or MIGRATION_DATABASE_URL)"),
        ({"DATABASE_URL": "db.internal"}, "DATABASE_URL: must be a postgresql:// URL"),
        (
            {"DATABASE_URL": GOOD["DATABASE_URL"], "MIGRATION_DATABASE_URL": "mysql://x"},
            "MIGRATION_DATABASE_URL: must be a postgresql:// URL",
        ),
    ],
)
def test_an_operators_command_names_the_variable_too(environ: dict[str, str], says: str) -> None:
    """It needs an address and nothing else; a wrong one is not a failure of the database."""
    done = run("tenant", "list", environ=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"payment-service: {says}\n"
