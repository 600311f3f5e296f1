"""OpenAPI 3.1, made from what validates: the endpoints, their models, the table of errors.

Nothing is described twice: a summary is its handler's docstring, a schema its pydantic model.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app import __version__
from app.errors import CODES
from app.http.endpoint import NAMES, Endpoint
from app.http.problems import TYPE_PREFIX
from app.http.requests import Page
from app.http.responses import ID, Health, ProblemDocument, Received

Json = dict[str, Any]

EVERYWHERE = (
    "malformed_request",
    "method_not_allowed",
    "expectation_failed",
    "internal",
    "unavailable",
    "overloaded",
)
OF_CALLERS = (
    "unauthenticated",
    "insufficient_scope",
    "tenant_disabled",
    "rate_limited",
    "card_data_not_allowed",
    "validation_failed",
)
OF_BODIES = ("invalid_json", "request_timeout", "payload_too_large", "unsupported_media_type")
OF_KEYS = (
    "idempotency_key_required",
    "idempotency_key_invalid",
    "idempotency_key_reused",
    "idempotency_in_progress",
)

DESCRIPTION = """Amounts are integers in minor units of their currency. Every `/api` and `/internal`
route takes a bearer token (JWT) whose claim `scope` names what it may do. A POST takes an
`Idempotency-Key`: the same key and body give the same answer again, marked
`Idempotent-Replayed: true`. Errors are `application/problem+json` with a `code`. When several
things are wrong the first of these is told: route and method, size and content type, IP limit,
authentication, scope, user limit, card numbers, JSON, schema, idempotency, business rule."""

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "1 to 255 visible ASCII characters, bare or quoted; kept for at least 30 days. "
    "A UUID is best: what could be a card number is refused.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
    "example": "order-20731-attempt-1",
}
_REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "Comes back in the answer; without it, the trace id does.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,128}$"},
}
_SIGNATURE = {
    "name": "Stripe-Signature",
    "in": "header",
    "required": True,
    "description": "t=…,v1=…: Stripe's HMAC over the raw body.",
    "schema": {"type": "string"},
}
_SIGNED = [
    {"name": n, "in": "header", "required": True, "description": d, "schema": {"type": "string"}}
    for n, d in (
        ("Content-Digest", "RFC 9530, of the body as sent."),
        ("Signature-Input", "RFC 9421; see docs/authentication.md."),
        ("Signature", "hmac-sha256 over what Signature-Input names."),
    )
]
_HEADERS: dict[str, Json] = {
    "X-Request-Id": {"required": True, "schema": {"type": "string"}},
    "traceparent": {
        "description": "W3C Trace Context: the caller's trace, or a new one, with a span of ours.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}},
    "Link": {"description": '`<…>; rel="next"`', "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "`name;q=quota;w=seconds`", "schema": {"type": "string"}},
    "RateLimit": {"description": "`name;r=remaining;t=seconds`", "schema": {"type": "string"}},
    "Idempotent-Replayed": {"schema": {"const": "true"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "WWW-Authenticate": {"schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Plain:
    """A route outside of the API proper: no token, no document to validate."""

    method: str
    path: str
    summary: str
    answer: type[BaseModel] | None = None
    unwell: bool = False
    signed: bool = False
    kind: str = "application/json"


PLAIN = (
    Plain("POST", "/webhooks/stripe", "Stripe's events of the platform", Received, signed=True),
    Plain(
        "POST",
        "/webhooks/stripe/connect",
        "Stripe's events of connected accounts",
        Received,
        signed=True,
    ),
    Plain("GET", "/health", "Is the process alive", Health),
    Plain("GET", "/health/ready", "Can it serve", Health, unwell=True),
    Plain("GET", "/health/startup", "Has it started", Health, unwell=True),
    Plain("GET", "/health/integrations", "Everything behind it", Health, unwell=True),
    Plain("GET", "/openapi.json", "This document"),
    Plain("GET", "/docs", "This document, for people", kind="text/html"),
    Plain("GET", "/docs/swagger-ui-bundle.js", "That page's script", kind="text/javascript"),
    Plain("GET", "/docs/swagger-ui.css", "That page's style", kind="text/css"),
)


def describe(endpoints: Sequence[Endpoint], plain: Sequence[Plain] = PLAIN) -> Json:
    """The OpenAPI document of a set of routes."""
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    for route in plain:
        paths.setdefault(route.path, {})[route.method.lower()] = _plain_operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Payment service", "version": __version__, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(map(_tag, paths))],
        "paths": paths,
        "components": {
            "schemas": _schemas(endpoints, plain),
            "headers": _HEADERS,
            "examples": {code: _example(code) for code in CODES},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def codes_of(endpoint: Endpoint) -> list[str]:
    """Every code an endpoint can answer with, in the order of the table."""
    codes = {*EVERYWHERE, *OF_CALLERS, *endpoint.refuses}
    if endpoint.body:
        codes |= {*OF_BODIES, *OF_KEYS}
    if endpoint.query:
        codes.add("invalid_cursor")
    names = _path_names(endpoint.path)
    if names:
        codes.add("invalid_path")
    if set(names) - {"eventId"}:
        codes.add("not_found")
    return [code for code in CODES if code in codes]


def _operation(endpoint: Endpoint) -> Json:
    operation: Json = {
        "operationId": _operation_id(endpoint),
        "summary": _summary(endpoint),
        "tags": [_tag(endpoint.path)],
        "security": [{"bearer": [endpoint.scope]}],
        "description": f"Scope `{endpoint.scope}`.",
        "parameters": _parameters(endpoint),
        "responses": {
            **{str(status): _success(endpoint, status) for status in endpoint.statuses},
            **_refusals(codes_of(endpoint)),
        },
    }
    if endpoint.body:
        operation["requestBody"] = {
            "required": bool(endpoint.body.model_json_schema().get("required")),
            "content": {"application/json": {"schema": _reference(endpoint.body)}},
        }
    return operation


def _plain_operation(route: Plain) -> Json:
    codes: tuple[str, ...] = EVERYWHERE
    operation: Json = {
        "operationId": re.sub(r"\W+", "_", route.path.strip("/")),
        "summary": route.summary,
        "tags": [_tag(route.path)],
        "security": [],
        "parameters": [_REQUEST_ID],
        "responses": {"200": _plain_success(route)},
    }
    if route.signed:
        operation["parameters"] = [_SIGNATURE, _REQUEST_ID]
        operation["requestBody"] = {"content": {"application/json": {"schema": {}}}}
        codes += ("invalid_signature", "rate_limited", *OF_BODIES)
    refusals = _refusals([code for code in CODES if code in codes])
    if route.unwell:
        refusals["503"] = _plain_success(route) | {"description": "It is not, or not yet."}
    operation["responses"] |= refusals
    return operation


def _parameters(endpoint: Endpoint) -> list[Json]:
    parameters = [_path_parameter(name) for name in _path_names(endpoint.path)]
    if endpoint.query:
        parameters += _query_parameters(endpoint.query)
    if endpoint.body:
        parameters.append(_KEY)
    if endpoint.is_signed:
        parameters += _SIGNED
    return [*parameters, _REQUEST_ID]


def _path_names(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def _path_parameter(name: str) -> Json:
    schema: Json = {"type": "string", "format": "uuid"}
    example = ID
    if name in NAMES:
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        example = "tickets_scanned" if name == "name" else "event-2026-11-23"
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def _query_parameters(model: type[Page]) -> list[Json]:
    properties = model.model_json_schema()["properties"]
    return [{"name": n, "in": "query", "schema": _without_null(s)} for n, s in properties.items()]


def _without_null(schema: Json) -> Json:
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in {"anyOf", "title"}}
    if kept.get("default", ...) is None:
        del kept["default"]
    return {**kept, **choices[0]} if choices else kept


def _success(endpoint: Endpoint, status: int) -> Json:
    names = ["X-Request-Id", "traceparent", "RateLimit-Policy", "RateLimit"]
    names += ["Idempotent-Replayed"] if endpoint.body else []
    names += ["Link"] if endpoint.query else []
    names += ["Location"] if status in {201, 202} else []
    words = "Stripe's answer is not known yet, or work goes on" if status == 202 else None  # noqa: PLR2004 -- HTTP
    return {
        "description": words or HTTPStatus(status).phrase,
        "headers": _header_references(names),
        "content": {"application/json": {"schema": _reference(endpoint.answer)}},
    }


def _plain_success(route: Plain) -> Json:
    schema = _reference(route.answer) if route.answer else {}
    return {
        "description": "OK",
        "headers": _header_references(["X-Request-Id"]),
        "content": {route.kind: {"schema": schema}},
    }


def _refusals(codes: Iterable[str]) -> Json:
    by_status = groupby(sorted(codes, key=_status), _status)
    return {str(status): _refusal(status, list(group)) for status, group in by_status}


def _status(code: str) -> int:
    return CODES[code][0]


def _refusal(status: int, codes: list[str]) -> Json:
    names = ["Retry-After"] if status in {409, 429, 503} else []
    names += ["WWW-Authenticate"] if status in {401, 403} else []
    schema = {"allOf": [_reference(ProblemDocument), {"properties": {"code": {"enum": codes}}}]}
    return {
        "description": "; ".join(CODES[code][1] for code in codes),
        "headers": _header_references(names),
        "content": {
            "application/problem+json": {
                "schema": schema,
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def _header_references(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _example(code: str) -> Json:
    status, title = CODES[code]
    value: Json = {
        "type": TYPE_PREFIX + code,
        "title": title,
        "status": status,
        "detail": title,
        "instance": "/api/v1/payments/intents",
        "code": code,
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    }
    if code in {"validation_failed", "card_data_not_allowed"}:
        fault = {"pointer": "/orderId", "code": "required", "detail": "Field required"}
        if code == "card_data_not_allowed":
            fault = {
                "pointer": "/note",
                "code": "card_number",
                "detail": "looks like a card number",
            }
        value["errors"] = [fault]
    return {"summary": title, "value": value}


def _reference(model: type[BaseModel] | None) -> Json:
    return {"$ref": f"#/components/schemas/{_name(model)}"} if model else {}


def _name(model: type[BaseModel]) -> str:
    return str(model.model_config.get("title") or model.__name__)


def _schemas(endpoints: Sequence[Endpoint], plain: Sequence[Plain]) -> Json:
    models: list[type[BaseModel] | None] = [ProblemDocument, *(route.answer for route in plain)]
    for endpoint in endpoints:
        models += [endpoint.body, endpoint.answer]
    _, schema = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models) if model],
        ref_template="#/components/schemas/{model}",
    )
    definitions: Json = schema["$defs"]
    return {str(one.get("title", name)): one for name, one in sorted(definitions.items())}


def _operation_id(endpoint: Endpoint) -> str:
    resource = endpoint.handler.__module__.rpartition(".")[2]
    return f"{resource}_{endpoint.handler.__name__.strip('_')}"


def _summary(endpoint: Endpoint) -> str:
    return (endpoint.handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _tag(path: str) -> str:
    parts = path.strip("/").split("/")
    return parts[2] if parts[0] in {"api", "internal"} else parts[0]
