"""The API's own description, as OpenAPI 3.1, made from the same tables as the answers."""

from typing import Any

from django.db import models

from community.hsds.nesting import LISTS, OBJECTS
from community.hsds.tables import TABLES, Table

PARAMETERS: dict[str, tuple[str, str]] = {
    "search": ("string", "Words to look for; wrong letters are forgiven."),
    "page": ("integer", "Which page, from 1."),
    "per_page": ("integer", "How many on a page: up to 500, or 100 of full objects."),
    "format": ("string", "`json`, or `ndjson` for all results, one on each line."),
    "taxonomy_term_id": ("string", "Those that carry this term."),
    "taxonomy_id": ("string", "Those that carry a term of this taxonomy."),
    "organization_id": ("string", "Those of this organization."),
    "modified_after": ("string", "Those changed at or after this date and time."),
    "minimal": ("boolean", "Ids and dates of change alone."),
    "full": ("boolean", "With everything that belongs to them."),
    "full_service": ("boolean", "With the services in full, not by id alone."),
    "top_only": ("boolean", "Terms that stand under no other."),
    "parent_id": ("string", "Terms that stand under this one."),
    "postcode": ("string", "Those that serve this postcode."),
    "proximity": ("integer", "Within so many metres of the middle of the postcode."),
}
PAGED = ["search", "page", "per_page", "format"]
OF_SERVICES = ["taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after"]
PATHS: dict[str, tuple[str, list[str], list[str]]] = {
    "services": (
        "service",
        [*PAGED, *OF_SERVICES, "minimal", "full"],
        [],
    ),
    "taxonomies": ("taxonomy", PAGED, []),
    "taxonomy_terms": ("taxonomy_term", [*PAGED, "taxonomy_id", "top_only", "parent_id"], []),
    "organizations": (
        "organization",
        [*PAGED, "full_service", "full", "taxonomy_term_id", "taxonomy_id"],
        ["full_service"],
    ),
    "service_at_locations": (
        "service_at_location",
        [*PAGED, *OF_SERVICES, "full", "postcode", "proximity"],
        [],
    ),
}
"""Path → the table it lists, the parameters of the list, those of one object."""
NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)


def document(server: str) -> dict[str, Any]:
    """The whole description; `server` is the address the paths stand under."""
    paths: dict[str, Any] = {
        "/": {"get": _operation("What this API is", _of({"type": "object", "required": ["version"]}))}
    }
    for path, (table, of_list, of_one) in PATHS.items():
        page = _of({"allOf": [_ref("Page"), _contents(table)]})
        listing = _operation(f"A page of {path.replace('_', ' ')}", page, of_list)
        paths[f"/{path}"] = {"get": listing, "post": listing}
        paths[f"/{path}/{{id}}"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": _operation(f"One {table.replace('_', ' ')}", _of(_ref(table)), of_one, may_miss=True),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Community directory",
            "version": "3.1",
            "description": "The published directory as HSDS 3.1. Free to read, for everybody.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {"Page": PAGE, **{table.name: _schema(table) for table in TABLES}},
            "parameters": {
                name: {"name": name, "in": "query", "description": words, "schema": {"type": kind}}
                for name, (kind, words) in PARAMETERS.items()
            },
        },
    }


PAGE: dict[str, Any] = {
    "type": "object",
    "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty"],
    "properties": {
        **{name: {"type": "integer"} for name in ["total_items", "total_pages", "page_number", "size"]},
        **{name: {"type": "boolean"} for name in ["first_page", "last_page", "empty"]},
    },
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _contents(table: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"contents": {"type": "array", "items": _ref(table)}}}


def _operation(
    summary: str, content: dict[str, Any], parameters: list[str] | None = None, *, may_miss: bool = False
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": summary, "content": content}}
    if may_miss:
        responses["404"] = {"description": "Nothing published has this id."}
    if parameters:
        responses["400"] = {"description": "A parameter makes no sense; `detail` says which."}
    return {
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters or []],
        "responses": responses,
    }


def _schema(table: Table) -> dict[str, Any]:
    properties: dict[str, Any] = {name: _column(table, name) for name in table.written}
    properties |= {key: _ref(inside.table) for key, inside in OBJECTS.get(table.name, {}).items()}
    lists = {key: inside.table for key, inside in LISTS.get(table.name, {}).items()}
    for key, inner in {**lists, "attributes": "attribute", "metadata": "metadata"}.items():
        properties[key] = {"type": "array", "items": _ref(inner)}
    needed = [name for name in table.needed if name not in {*table.references, "link_id", "resource_id"}]
    return {
        "type": "object",
        "required": ["id", *needed, *sorted(table.required_texts - set(needed))],
        "properties": properties,
    }


def _column(table: Table, name: str) -> dict[str, Any]:
    column = table.columns.get(name)
    if isinstance(column, NUMBERS):
        return {"type": "number"}
    if column is not None and column.choices:
        return {"type": "string", "enum": [str(word) for word, _label in column.flatchoices]}
    is_id = name in {"id", "link_id"} or name in table.references
    return {"type": "string", "format": "uuid"} if is_id else {"type": "string"}
