"""OpenAPI 3.1 out of the views: scopes, errors, pages and Idempotency-Key are written down for every operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

PREFIX = "/api/v1/"
METHODS = {"get", "post", "patch", "delete"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable, `detail` is for people and may change.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Conflict"]},
        "status": {"type": "integer", "examples": [409]},
        "code": {"type": "string", "examples": ["session_ended"]},
        "detail": {"type": "string", "examples": ["This session has ended already."]},
        "field": {"type": "string", "description": "Which field of the body to change (422)."},
        "errors": {
            "type": "array",
            "description": "All mistakes of a body or query (400).",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string", "examples": ["unknown_field"]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ANSWERS = {
    "400": "BadRequest: the query or the body cannot be read; `errors` names every mistake.",
    "401": "Unauthorized: no token, or one that is unknown, ended or revoked.",
    "403": "Forbidden: the token lacks the scope, or its maker may not do this any more.",
    "404": "NotFound: no such thing in this ISP.",
    "409": "Conflict: the rules forbid it as things are now; or the same Idempotency-Key is being worked on.",
    "415": "UnsupportedMediaType: only application/json is read.",
    "422": "UnprocessableContent: the rules forbid this value of `field`; or the Idempotency-Key was used "
    "for another request.",
    "429": "TooManyRequests: 100 requests a minute and token; wait `Retry-After` seconds.",
    "500": "ServerError: our fault; nothing was changed.",
}
KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Any text of your own, one per intention. Sent again with the same body within 30 days, the first "
    "answer is repeated (with `Idempotent-Replayed: true`) and nothing happens twice.",
}


class Operation(AutoSchema):
    """One method of a view."""

    view: Any

    def _lines(self) -> list[str]:
        method = getattr(self.view, self.method.lower())
        return [line.strip() for line in (method.__doc__ or "").strip().splitlines()]

    def _scope(self) -> str:
        return str(self.view.scopes[self.method] or "any")

    def get_summary(self) -> str:
        return self._lines()[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]  # DRF's base has other arguments
        rest = " ".join(line for line in self._lines()[1:] if line)
        return f"{rest}\n\nScope: `{self._scope()}`.".strip()

    def get_extensions(self) -> dict[str, Any]:
        return {"x-scope": self._scope()}

    def get_override_parameters(self) -> list[Any]:
        query = self.view.takes.get(self.method)
        return [query] if query is not None else []

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix(PREFIX).split("/")[0]]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of this ISP, made under Settings, API tokens; it begins with `kmk_`.",
        }


def only_api(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Before: other doors of the same host are not part of it."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]


def complete(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """After: what every operation has in common."""
    parts = result.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["parameters"] = {"IdempotencyKey": KEY}
    parts["responses"] = {}
    for text in ANSWERS.values():
        name, _, about = text.partition(": ")
        parts["responses"][name] = {
            "description": about[0].upper() + about[1:],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    parts["responses"]["TooManyRequests"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    for path, item in result["paths"].items():
        for method in METHODS & set(item):
            _finish(item[method], path, method)
    return result


def _finish(operation: dict[str, Any], path: str, method: str) -> None:
    codes = {"400", "401", "403", "429", "500"}
    if "{" in path:
        codes.add("404")
    if method != "get":
        codes.add("409")
    if method in {"post", "patch"}:
        codes |= {"415", "422"}
    for code in sorted(codes):
        name = ANSWERS[code].partition(":")[0]
        operation["responses"][code] = {"$ref": f"#/components/responses/{name}"}
    if method == "post":
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
