"""The checks of a request: CPU of one GET with them, less CPU of the same handler without.

With it: client address, limit of the address counted in Valkey, token, tenant, scope, headers, log.
What PostgreSQL spends on entering and admitting a tenant, inside each function, is measured there
and added. Unit: ms of CPU a request; the floor is the limit, so lower is better.
"""

import time
from typing import LiteralString

import psycopg

from bench.load import Spec
from bench.report import Measure
from bench.settlement import Tenant
from bench.stack import Process, Stack

REQUESTS = 2000
CONNECTIONS = 8
ROUNDS = 5
USERS = 20
ADMISSIONS = 20_000
LIMIT_MS = 1.0

ADMIT: LiteralString = (
    "SELECT count(payments.tenant_admit(%s)::text) FROM pg_catalog.generate_series(1, %s)"
)


def run(stack: Stack) -> list[Measure]:
    """The difference, of the median round."""
    database = stack.database("request_checks")
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        tenant = Tenant(connection)
        payment = tenant.prepare(1)[0]
        admitting = _admission(tenant)
    callers = stack.tokens(tenant.id, USERS)
    with stack.bare(database, tenant.id) as process:

        def cpu(path: str) -> float:
            spec = Spec("reads", process.port, REQUESTS, CONNECTIONS, tokens=callers, path=path)
            return _milliseconds(stack, process, spec)

        paths = f"/api/v1/payments/{payment}", f"/bare/payments/{payment}"
        for path in paths:
            cpu(path)
        added = sorted(cpu(paths[0]) - cpu(paths[1]) for _ in range(ROUNDS))
    return [Measure("request_checks", added[ROUNDS // 2] + admitting, LIMIT_MS, "ms")]


def _milliseconds(stack: Stack, process: Process, spec: Spec) -> float:
    before = process.cpu_seconds()
    stack.load(spec)
    return (process.cpu_seconds() - before) / spec.requests * 1000


def _admission(tenant: Tenant) -> float:
    started = time.perf_counter()
    tenant.connection.execute(ADMIT, (tenant.id, ADMISSIONS))
    return (time.perf_counter() - started) / ADMISSIONS * 1000
