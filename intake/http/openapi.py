"""The OpenAPI 3.1 document, made from the endpoint tables, and a plain page to read it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from intake.http.endpoints import ENDPOINTS, Endpoint
from intake.http.problems import KINDS, MEDIA_TYPE, URN

API_VERSION = "1.0.0"
_REF = "#/components/schemas/{model}"
_PATH_NAMES = re.compile(r"\{(\w+)\}")
_Wanted = dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None]
_Schemas = Mapping[Any, dict[str, Any]]
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem; `id` is stable, `detail` is plain Chinese.",
    "required": ["type", "id", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": f"^{URN}[a-z-]+$"},
        "id": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "kind"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "kind": {"type": "string"},
                },
            },
        },
    },
}


def openapi_document(endpoints: Iterable[Endpoint], site: str) -> dict[str, Any]:
    """The document for these endpoints; ``site`` is the public address of the service."""
    table = list(endpoints)
    schemas, definitions = _schemas(table)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for each in table:
        paths[each.path][each.method.lower()] = _operation(each, schemas, definitions)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "民声 API",
            "version": API_VERSION,
            "description": "Citizens' reports, tickets and cases of one county.",
        },
        "servers": [{"url": site}],
        "paths": dict(paths),
        "components": {
            "schemas": definitions | {"Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "minsheng"},
            },
        },
    }


def _schemas(
    table: list[Endpoint],
) -> tuple[_Schemas, dict[str, Any]]:
    wanted: _Wanted = {}
    for each in table:
        wanted[(each.answer, "serialization")] = None
        for model in (each.query, each.body, *each.media.values()):
            if model is not None:
                wanted[(model, "validation")] = None
    schemas, document = models_json_schema(list(wanted), ref_template=_REF)
    return schemas, dict(document.get("$defs", {}))


def _operation(
    each: Endpoint,
    schemas: _Schemas,
    definitions: Mapping[str, Any],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(each),
        "summary": each.summary,
        "tags": [each.tag],
        "parameters": _parameters(each, schemas, definitions),
        "responses": _responses(each, schemas),
        "security": [] if each.public else [{"token": []}, {"session": []}],
    }
    bodies = {"application/json": each.body, **each.media} if each.body else dict(each.media)
    content = {
        media: {"schema": schemas[(model, "validation")]}
        for media, model in bodies.items()
        if model is not None
    }
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(each: Endpoint) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", each.path.lower()).strip("_")
    return f"{each.method.lower()}_{words}"


def _parameters(
    each: Endpoint,
    schemas: _Schemas,
    definitions: Mapping[str, Any],
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "pattern": "^[0-9A-Za-z]{1,32}$"},
        }
        for name in _PATH_NAMES.findall(each.path)
    ]
    found += [
        {
            "name": name,
            "in": "header",
            "description": description,
            "schema": {"type": "string", "minLength": 1, "pattern": "^[!-~]{1,128}$"},
        }
        for name, description in each.headers.items()
    ]
    if each.query is not None:
        schema = definitions[schemas[(each.query, "validation")]["$ref"].rpartition("/")[2]]
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": part}
            for name, part in schema.get("properties", {}).items()
        ]
    return found


def _responses(each: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {
        str(each.status): {
            "description": "Done.",
            "content": {"application/json": {"schema": schemas[(each.answer, "serialization")]}},
        }
    }
    by_status: dict[int, list[str]] = defaultdict(list)
    for problem in dict.fromkeys((*each.problems, *_usual_problems(each))):
        by_status[KINDS[problem].status].append(problem)
    for status, problems in sorted(by_status.items()):
        responses[str(status)] = {
            "description": "; ".join(f"`{problem}`" for problem in problems),
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
        }
    return responses


def _usual_problems(each: Endpoint) -> tuple[str, ...]:
    usual = ["malformed", "internal", "store-unavailable"]
    if not each.public:
        usual += ["unauthenticated", "not-allowed", "csrf"]
    if each.query is not None:
        usual.append("invalid")
    if each.body is not None or each.media:
        usual += ["too-slow", "too-large", "unsupported-media-type", "invalid"]
    if "{" in each.path:
        usual += ["not-found", "no-such-address"]
    return tuple(usual)


def publish_openapi(app: web.Application, prefix: str, site: str) -> None:
    """Serve the document of all joined endpoints at ``{prefix}/openapi.json`` and as a page."""
    made: dict[str, bytes] = {}

    def table() -> list[Endpoint]:
        return app[ENDPOINTS]

    async def as_json(_request: web.Request) -> web.Response:
        if "json" not in made:
            made["json"] = json.dumps(openapi_document(table(), site), ensure_ascii=False).encode()
        return web.Response(body=made["json"], content_type="application/json")

    async def as_page(_request: web.Request) -> web.Response:
        if "page" not in made:
            made["page"] = _page(table(), f"{prefix}/openapi.json").encode()
        return web.Response(body=made["page"], content_type="text/html", charset="utf-8")

    app.router.add_get(f"{prefix}/openapi.json", as_json)
    app.router.add_get(f"{prefix}/", as_page)


def _page(table: Iterable[Endpoint], document: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(each.method)}</td><td><code>{escape(each.path)}</code></td>"
        f"<td>{escape(each.summary)}</td><td>{'公开' if each.public else '需登录或令牌'}</td></tr>"
        for each in table
    )
    problems = "".join(
        f"<tr><td><code>{URN}{escape(name)}</code></td><td>{kind.status}</td>"
        f"<td>{escape(kind.title)}</td></tr>"
        for name, kind in KINDS.items()
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>民声 · 接口说明</title></head><body><main><h1>民声 · 接口说明</h1>"
        f'<p>完整的机器可读说明：<a href="{escape(document)}">OpenAPI 3.1</a></p>'
        "<h2>接口</h2><table><thead><tr><th>方法</th><th>地址</th><th>用途</th><th>权限</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
        "<h2>出错时的回答</h2><p>格式为 application/problem+json（RFC 9457）。</p>"
        "<table><thead><tr><th>类型</th><th>状态码</th><th>含义</th></tr></thead>"
        f"<tbody>{problems}</tbody></table></main></body></html>"
    )
