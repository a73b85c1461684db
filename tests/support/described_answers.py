"""Whether answers are those that the service's own description describes."""

from __future__ import annotations

from typing import Any

import httpx

from attendance_web.http.envelope import JSON


def fault_of(
    answer: httpx.Response, operation: dict[str, Any] | None, document: dict[str, Any]
) -> str | None:
    """Finds what is wrong with an answer to an operation, None where nothing is.

    Of what is no operation at all, only what holds for every answer.
    """
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text}"
    if answer.request.method == "HEAD":
        return None
    if "content-disposition" in answer.headers:
        described = operation["responses"]["200"]["content"] if operation else {}
        media_type = answer.headers["content-type"].partition(";")[0]
        return None if media_type in described else f"a file of another type: {media_type}"
    if answer.headers.get("content-type") != JSON:
        return f"no JSON: {answer.status_code} {answer.headers} {answer.text:.200}"
    told = answer.json()
    if not isinstance(told, dict) or type(told.get("error")) is not int:
        return f"no envelope: {told!r:.300}"
    if operation is None:
        return None if answer.status_code in range(200, 500) else f"{answer.status_code}"
    described = operation["responses"].get(str(answer.status_code))
    if described is None:
        return f"{answer.status_code} is not described: {told!r:.300}"
    refused: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}
    content = described["content"].get(JSON, refused)  # of a stream it is not said with 200
    if not fits(told, content["schema"], document):
        return f"{answer.status_code} is described otherwise: {told!r:.300}"
    return None


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Finds what a reference refers to."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Tells whether a value is one of those described, by what we use of JSON Schema."""
    schema = resolved(schema, document)
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    kind = schema.get("type")
    if kind is not None:
        is_flag = isinstance(value, bool) and kind != "boolean"
        if is_flag or not isinstance(value, types[kind]):
            return False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "not" in schema and fits(value, schema["not"], document):
        return False
    if "anyOf" in schema and not any(fits(value, each, document) for each in schema["anyOf"]):
        return False
    if isinstance(value, dict):
        if not set(schema.get("required", ())) <= value.keys():
            return False
        for name, each in schema.get("properties", {}).items():
            if name in value and not fits(value[name], each, document):
                return False
    return not isinstance(value, list) or all(
        fits(each, schema.get("items", {}), document) for each in value
    )
