"""Rewrites unions that a `type` number tells apart into a look at that number.

The same documents pass, many times faster, and an error names the form that was meant instead of "fits none of seven".
"""

from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from sandbox.errors import Json

PREFIX = "#/components/schemas/"
KEYWORD = "x-form-by-type"


def discriminated(node: Any, schemas: Json) -> Any:
    """A copy of an OpenAPI node; `schemas` are the document's own, for following references."""
    if isinstance(node, list):
        return [discriminated(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    rewritten = {key: discriminated(value, schemas) for key, value in node.items() if not _repeats(key, node)}
    for union in ("oneOf", "anyOf"):
        if union in node:
            rewritten |= _rewritten(node[union], schemas, rewritten.pop(union), union, set(node))
    return rewritten


def _repeats(key: str, node: Json) -> bool:
    """`allOf` beside `enum` only names the list that the enum was chosen from."""
    return key == "allOf" and isinstance(node.get("enum"), list) and all("$ref" in form for form in node["allOf"])


def _rewritten(forms: list[Json], schemas: Json, plain: Any, union: str, siblings: set[str]) -> Json:
    if all("const" in form for form in forms):
        return {"enum": [form["const"] for form in forms]}
    kinds = [_kinds(form, schemas) for form in forms]
    every = [kind for some in kinds for kind in some]
    if not all(kinds) or len(every) != len(set(every)) or siblings & {"properties", "required"}:
        return {union: plain}
    forms_by_kind = {str(kind): form for some, form in zip(kinds, plain, strict=True) for kind in some}
    return {"type": "object", "required": ["type"], KEYWORD: forms_by_kind}


def check_form(validator: Any, forms: Json, instance: Any, _schema: Json) -> Iterator[ValidationError]:
    """The keyword's meaning, as jsonschema asks for it."""
    if not isinstance(instance, dict) or "type" not in instance:
        return
    form = forms.get(str(instance["type"])) if type(instance["type"]) is int else None
    if form is None:
        yield ValidationError(f"{instance['type']!r} is not one of {', '.join(forms)}", path=["type"])
    else:
        yield from validator.descend(instance, form)


def _kinds(form: Json, schemas: Json) -> list[int]:
    """The numbers that `type` may have in one form; none when that is not what tells it apart."""
    schema = schemas[form["$ref"].removeprefix(PREFIX)] if "$ref" in form else form
    kind = schema.get("properties", {}).get("type", {}) if isinstance(schema, dict) else {}
    return kind.get("enum", []) if "type" in schema.get("required", []) else []
