"""The API's description as a page for people: the same document, in an order in which it can be read."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: str
    words: str


@dataclass(frozen=True)
class Operation:
    """One address of the API, with what may be asked there and which object it answers with."""

    path: str
    methods: str
    summary: str
    parameters: list[Parameter]
    answer: str
    """The name of the schema of what is found there, or of each of what is listed."""
    url: str
    """The address to try it, where it needs nothing filled in."""


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    schema: str
    """The name of the schema, where it is an object or a list of objects."""
    is_required: bool


def operations(document: dict[str, Any]) -> list[Operation]:
    """Every path of an OpenAPI document as `openapi.document` makes it."""
    return [_operation(document, path, about) for path, about in document["paths"].items()]


def schemas(document: dict[str, Any]) -> dict[str, list[Column]]:
    """The columns of every object, by the object's name; those it must have first."""
    found = {}
    for name, schema in document["components"]["schemas"].items():
        needed = schema.get("required", [])
        columns = [_column(key, inner, key in needed) for key, inner in schema["properties"].items()]
        found[name] = sorted(columns, key=lambda column: not column.is_required)
    return found


def _operation(document: dict[str, Any], path: str, about: dict[str, Any]) -> Operation:
    known = document["components"]["parameters"]
    in_path = [Parameter(each["name"], "string", "") for each in about.get("parameters", [])]
    asked = [known[_name(each["$ref"])] for each in about["get"]["parameters"]]
    content = about["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return Operation(
        path=path,
        methods=", ".join(method.upper() for method in ("get", "post") if method in about),
        summary=about["get"]["summary"],
        parameters=in_path
        + [Parameter(each["name"], each["schema"]["type"], each["description"]) for each in asked],
        answer=_answer(content),
        url="" if in_path else document["servers"][0]["url"] + path,
    )


def _answer(schema: dict[str, Any]) -> str:
    """`service` of `{$ref: …/service}` and of a page of services."""
    if "$ref" in schema:
        return _name(schema["$ref"])
    for part in schema.get("allOf", []):
        if contents := part.get("properties", {}).get("contents"):
            return _name(contents["items"]["$ref"])
    return ""


def _column(name: str, schema: dict[str, Any], is_required: bool) -> Column:
    if "$ref" in schema:
        return Column(name, "", _name(schema["$ref"]), is_required)
    if schema["type"] == "array":
        return Column(name, "list of", _name(schema["items"]["$ref"]), is_required)
    if "enum" in schema:
        return Column(name, " | ".join(schema["enum"]), "", is_required)
    return Column(name, schema.get("format", schema["type"]), "", is_required)


def _name(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]
