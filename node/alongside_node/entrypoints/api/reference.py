"""The API's description, as OpenAPI and as a page to read: made from the same table, without scripts, with nothing from elsewhere."""

from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from .forms import Caller
from .problems import TOLD

_WHO: Final = {
    "everybody": "Everybody",
    "signed_in": "Whoever has a token",
    "members": "Members",
    "stewards": "Stewards",
}


async def description(caller: Caller, request: Request) -> Response:  # noqa: ARG001 - every handler takes who calls
    """The API as OpenAPI 3.1."""
    return JSONResponse(request.app.openapi())


async def page(caller: Caller, request: Request) -> Response:
    """The reference to read: every address, who may use it, what it takes and gives."""
    return HTMLResponse(_rendered(request.app.openapi(), caller.api.stylesheet))


def _rendered(schema: dict[str, Any], stylesheet: str) -> str:
    title = escape(schema["info"]["title"])
    operations = "".join(
        _operation(path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    )
    models = "".join(_model(name, model) for name, model in schema["components"]["schemas"].items())
    problems = "".join(
        f"<tr><td><code>{escape(problem)}</code></td><td>{status}</td><td>{escape(detail)}</td></tr>"
        for problem, (status, detail) in TOLD.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{escape(stylesheet)}"></head><body><main class="stack column">'
        f"<h1>{title}</h1><p>{escape(schema['info']['description'])}</p>"
        f"<p>All addresses begin with <code>{escape(schema['servers'][0]['url'])}</code>. The same as data: "
        '<a href="openapi.json">openapi.json</a>.</p>'
        f"<h2>Addresses</h2>{operations}<h2>What is sent and answered</h2>{models}"
        "<h2>Problems</h2><table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead>"
        f"<tbody>{problems}</tbody></table></main></body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    said = escape(operation.get("description", operation["summary"]))
    parts = [f"<h3><code>{method.upper()} {escape(path)}</code></h3><p>{said}</p>"]
    facts = [f"{_WHO[operation['x-who']]}."]
    if (body := operation.get("requestBody")) is not None:
        facts.append(f"Takes {_type(body['content']['application/json']['schema'])}.")
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if status != "default":
            facts.append(f"Answers {escape(status)}{' ' + _type(content['schema']) if content else ''}.")
    parts.append(f"<p>{' '.join(facts)}</p>")
    return f"<section>{''.join(parts)}</section>"


def _model(name: str, model: dict[str, Any]) -> str:
    needed = set(model.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(member)}</code>{'' if member in needed else ' (may be left out)'}</td>"
        f"<td>{_type(form)}</td><td>{escape(form.get('description', ''))}</td></tr>"
        for member, form in model.get("properties", {}).items()
    )
    values = ", ".join(f"<code>{escape(str(value))}</code>" for value in model.get("enum", ()))
    table = f"<table><tbody>{rows}</tbody></table>" if rows else f"<p>{values}</p>"
    said = escape(model.get("description", ""))
    return f'<section><h3 id="{escape(name)}">{escape(name)}</h3><p>{said}</p>{table}</section>'


def _type(form: dict[str, Any]) -> str:
    if "$ref" in form:
        name = escape(form["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in form:
        return " or ".join(map(_type, form["anyOf"]))
    if form.get("type") == "array":
        return f"list of {_type(form.get('items', {}))}"
    if "enum" in form:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in form["enum"])
    return {"null": "nothing", "string": "text", "integer": "whole number"}.get(
        str(form.get("type", "")), escape(str(form.get("type", "anything")))
    )
