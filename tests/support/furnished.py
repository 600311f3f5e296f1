"""A database in which two tenants have rows in every table, and requests made from the route table.

Nothing here names a table, a function or a route: what is new tomorrow is in it without being told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, islice
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel

from app.http.endpoint import NAMES, Endpoint
from tests.support.database import Database
from tests.support.tap import load_helpers

OURS = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
THEIRS = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

# What the wire calls an event is a show in the database: an event is Stripe's there.
COLUMNS = {"eventId": "show_id"}

# What a field of this name has to look like beyond what its schema says.
_LOOKS: dict[str, Any] = {
    "amount": 100,
    "totalAmount": 100,
    "currency": "usd",
    "country": "US",
    "email": "someone@example.org",
}
_TABLES = "SELECT name FROM tap_helpers.tenant_tables ORDER BY name"


@dataclass(frozen=True)
class Furnished:
    """Two tenants who do not know each other."""

    database: Database

    def tables(self) -> list[str]:
        """Every table of tenants' rows."""
        return [name for (name,) in self.database.execute(_TABLES)]

    def rows(self, tenant: str) -> str:
        """All rows of a tenant, as one text."""
        parts = [
            f"SELECT r::text FROM payments.{t} AS r WHERE tenant_id = %s" for t in self.tables()
        ]
        union = " UNION ALL ".join(parts)
        query = f"SELECT coalesce(string_agg(r, E'\\n' ORDER BY r), '') FROM ({union}) AS x (r)"
        return str(self.database.execute(query, *[tenant] * len(parts))[0][0])

    def ids(self, tenant: str, other: str) -> list[str]:
        """Every uuid that stands in a row of one tenant and in none of the other."""
        pattern = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
        mine, foreign = (set(pattern.findall(self.rows(t))) for t in (tenant, other))
        return sorted(mine - foreign - {tenant})

    def keys(self, tenant: str, likely: str = "", each: int | None = None) -> list[str]:
        """The id of every row that has one, or of some rows of each table: what a path can name.

        Those of tables whose name is like `likely` come first.
        """
        tables = self.database.execute(
            "SELECT t.name FROM tap_helpers.tenant_tables AS t JOIN pg_attribute AS a"
            " ON a.attrelid = t.oid AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype"
        )
        parts = [
            f"SELECT '{t}', id::text FROM payments.{t} WHERE tenant_id = %s" for (t,) in tables
        ]
        found = self.database.execute(" UNION ".join(parts), *[tenant] * len(parts))
        found.sort(key=lambda row: (-SequenceMatcher(None, row[0], likely).ratio(), row))
        tables_of = groupby(found, key=lambda row: row[0])
        return list(dict.fromkeys(key for _, rows in tables_of for _, key in islice(rows, each)))

    def names(self, tenant: str, name: str) -> list[str]:
        """Every value of the columns of this name, which is written as in a path."""
        column = COLUMNS.get(name) or re.sub("([A-Z])", r"_\1", name).lower()
        tables = self.database.execute(
            "SELECT t.name FROM tap_helpers.tenant_tables AS t JOIN pg_attribute AS a"
            " ON a.attrelid = t.oid AND a.attname = %s AND a.atttypid = 'text'::regtype ORDER BY 1",
            column,
        )
        parts = [f"SELECT {column} FROM payments.{t} WHERE tenant_id = %s" for (t,) in tables]
        found = self.database.execute(" UNION ".join(parts), *[tenant] * len(parts))
        return sorted(name for (name,) in found if name)


def furnish(database: Database) -> Furnished:
    """Give both tenants rows in every table."""
    load_helpers(database)
    database.execute("SELECT tap_helpers.tenants_register()")
    database.execute("SELECT tap_helpers.everything()")
    return Furnished(database)


def paths(endpoint: Endpoint, ids: list[str], names: dict[str, list[str]]) -> Iterator[str]:
    """The endpoint's path with each of the ids, and each of the names where it has one."""
    holes = re.findall(r"\{(\w+)\}", endpoint.path)
    ways: list[dict[str, str]] = [{}]
    for hole in holes:
        values = names.get(hole, []) if hole in NAMES else ids
        ways = [way | {hole: value} for way in ways for value in values]
    for way in ways:
        yield endpoint.path.format(**{hole: quote(value) for hole, value in way.items()})


def body(model: type[BaseModel], identifier: str | None = None) -> dict[str, Any]:
    """A small document that the model takes, with `identifier` wherever an id is asked for."""
    schema = model.model_json_schema()
    return dict(_sample("", schema, schema.get("$defs", {}), identifier or str(uuid4())))


def has_identifier(model: type[BaseModel]) -> bool:
    """Whether a document of this model can name something by its id."""
    marker = str(uuid4())
    return marker in str(body(model, marker))


def _sample(name: str, schema: dict[str, Any], defs: dict[str, Any], identifier: str) -> Any:
    schema = _plain(schema, defs)
    if name in _LOOKS:
        return _LOOKS[name]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return _object(schema, defs, identifier)
        case "array":
            return [_sample("", schema["items"], defs, identifier)]
        case "integer":
            return max(1, schema.get("minimum", 1))
        case _:
            return identifier if _is_id(schema, defs) else schema.get("const", "something")


def _object(schema: dict[str, Any], defs: dict[str, Any], identifier: str) -> dict[str, Any]:
    parts = schema.get("properties", {})
    if not parts and schema.get("additionalProperties") is not False:
        return {"product_description": "a ticket"}
    example: dict[str, Any] = next(iter(schema.get("examples", ())), {})
    found = {}
    for part, shape in parts.items():
        if _is_id(shape, defs):
            found[part] = identifier
        elif part in schema.get("required", ()):
            found[part] = example.get(part) or _sample(part, shape, defs, identifier)
    return found


def _plain(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """The first choice, without references."""
    while True:
        if "$ref" in schema:
            schema = defs[schema["$ref"].rpartition("/")[2]]
        elif choices := schema.get("anyOf") or schema.get("allOf"):
            schema = choices[0]
        else:
            return schema


def _is_id(schema: dict[str, Any], defs: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _is_id(defs[schema["$ref"].rpartition("/")[2]], defs)
    if any(_is_id(choice, defs) for choice in schema.get("anyOf", ())):
        return True
    return schema.get("format") == "uuid" or "{8}-" in schema.get("pattern", "")
