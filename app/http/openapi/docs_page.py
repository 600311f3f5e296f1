"""/docs: the OpenAPI document as one page of HTML; no script, nothing from outside."""

import base64
import hashlib
import json
from html import escape
from typing import Any

Json = dict[str, Any]

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
code,pre{font:13px/1.45 ui-monospace,monospace}
pre{background:#f4f4f7;padding:.8rem;overflow-x:auto}
details{border:1px solid #d8d8de;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}summary b{display:inline-block;min-width:3.5rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #e6e6ea;padding:.3rem .5rem;
text-align:left;vertical-align:top}h2{margin-top:2.2rem}
"""
POLICY = (
    "default-src 'none'; style-src 'sha256-{}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def policy() -> str:
    """The Content-Security-Policy under which the page shows as meant, and nothing else runs."""
    return POLICY.format(base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode())


def page(document: Json) -> str:
    """The page.

    Args:
        document: OpenAPI 3.1.
    """
    info, operations = document["info"], _operations(document)
    groups = [_group(tag["name"], operations) for tag in document["tags"]]
    schemas = [_schema(name, one) for name, one in document["components"]["schemas"].items()]
    title = escape(f"{info['title']} {info['version']}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{escape(info['description'])}</p>"
        f'<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>{"".join(groups)}'
        f"<h2>Schemas</h2>{''.join(schemas)}</body></html>"
    )


def _operations(document: Json) -> list[tuple[str, str, Json]]:
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _group(tag: str, operations: list[tuple[str, str, Json]]) -> str:
    shown = [_operation(*one) for one in operations if tag in one[2]["tags"]]
    return f"<h2>{escape(tag)}</h2>{''.join(shown)}"


def _operation(method: str, path: str, operation: Json) -> str:
    parameters = "".join(map(_parameter, operation["parameters"]))
    responses = "".join(_response(status, one) for status, one in operation["responses"].items())
    return (
        f'<details id="{operation["operationId"]}"><summary><b>{method}</b> '
        f"<code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
        f"<p>{escape(operation.get('description', ''))}</p>{_body(operation)}"
        f"<table><tr><th>Parameter</th><th>In</th><th>Schema</th></tr>{parameters}</table>"
        f"<table><tr><th>Status</th><th>Answer</th></tr>{responses}</table></details>"
    )


def _body(operation: Json) -> str:
    if "requestBody" not in operation:
        return ""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return f"<p>Body: {_link(schema)}</p>"


def _parameter(parameter: Json) -> str:
    needed = ", required" if parameter.get("required") else ""
    schema = escape(json.dumps(parameter["schema"], ensure_ascii=False))
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code>{needed}</td><td>{parameter['in']}</td>"
        f"<td><code>{schema}</code> {escape(parameter.get('description', ''))}</td></tr>"
    )


def _response(status: str, response: Json) -> str:
    content = next(iter(response["content"].values()))
    codes = ", ".join(f"<code>{escape(code)}</code>" for code in content.get("examples", {}))
    told = codes or f"{escape(response['description'])} {_link(content['schema'])}"
    return f"<tr><td>{status}</td><td>{told}</td></tr>"


def _link(schema: Json) -> str:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return f'<a href="#schema-{escape(name)}">{escape(name)}</a>' if name else ""


def _schema(name: str, schema: Json) -> str:
    text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
    return (
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code> '
        f"{escape(schema.get('description', ''))}</summary><pre>{text}</pre></details>"
    )
