"""``make contract``: the app's OpenAPI as TypeScript, ``web/src/contract.ts``; and nothing else.

The file has the form that openapi-typescript gives (``components['schemas'][…]``, ``paths``),
but needs no node, so that the fast tests can say when it is stale. What the daemon sends has
its defaults filled in and is never optional; what it is sent may be left out where there is
a default.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from console.server import bare

PLACE = Path(__file__).parents[2] / "web" / "src" / "contract.ts"
_HEAD = "// Made by `make contract` from console/contract: do not edit. A test fails when it is stale.\n"
_METHODS = ("get", "put", "post", "delete", "patch")
_Schema = Mapping[str, Any]


def text() -> str:
    """The whole file."""
    api = bare().openapi()
    schemas: dict[str, _Schema] = api["components"]["schemas"]
    asked = _asked(api)
    parts = [_HEAD, "export interface paths {\n"]
    for path, item in sorted(api["paths"].items()):
        parts.append(f"  {_name(path)}: {{\n")
        parts += [f"    {method}: {_operation(item[method])}\n" for method in _METHODS if method in item]
        parts.append("  }\n")
    parts.append("}\n\nexport interface components {\n  schemas: {\n")
    for name, schema in sorted(schemas.items()):
        parts.append(_comment(schema, "    "))
        parts.append(f"    {_name(name)}: {_type(schema, '    ', asked=name in asked)}\n")
    parts.append("  }\n}\n")
    return "".join(parts)


def _asked(api: _Schema) -> set[str]:
    """The shapes a client sends, and what they are made of."""
    schemas = api["components"]["schemas"]
    bodies = [op.get("requestBody", {}) for item in api["paths"].values() for op in item.values()]
    found: set[str] = set()
    waiting = _refs([*bodies, schemas["StreamMessages"]["properties"]["client"]])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _refs(schemas[name])
    return found


def _refs(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"].rpartition("/")[2]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(_refs(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(_refs(value) for value in part))
    return set()


def _operation(op: _Schema) -> str:
    given: dict[str, list[str]] = {}
    for one in op.get("parameters", ()):
        mark = "" if one.get("required") else "?"
        given.setdefault(one["in"], []).append(f"{_name(one['name'])}{mark}: {_type(one.get('schema', {}), '')}")
    told = []
    if given:
        told.append(f"parameters: {_braced(f'{place}: {_braced(of)}' for place, of in given.items())}")
    if "requestBody" in op:
        mark = "" if op["requestBody"].get("required") else "?"
        told.append(f"requestBody{mark}: {_content(op['requestBody'], asked=True)}")
    answers = [f"{code}: {_content(how)}" for code, how in sorted(op["responses"].items()) if code < "3"]
    told.append(f"responses: {_braced(answers)}")
    return _braced(told)


def _content(of: _Schema, *, asked: bool = False) -> str:
    content = of.get("content", {}).items()
    kinds = [f"{_name(kind)}: {_type(how.get('schema', {}), '    ', asked=asked)}" for kind, how in content]
    return _braced([f"content: {_braced(kinds)}"])


def _braced(of: Iterable[str]) -> str:
    return "{ " + "; ".join(of) + " }"


def _type(schema: _Schema, indent: str, *, asked: bool = False) -> str:
    if "$ref" in schema:
        return f"components['schemas']['{schema['$ref'].rpartition('/')[2]}']"
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(_literal(value) for value in schema["enum"])
    for several, between in (("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")):
        if several in schema:
            return between.join(dict.fromkeys(_type(one, indent, asked=asked) for one in schema[several]))
    match schema.get("type"):
        case "string" if schema.get("format") == "binary":
            return "Blob"
        case "string" | "boolean" | "null" as plain:
            return str(plain)
        case "number" | "integer":
            return "number"
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(_type(one, indent) for one in schema['prefixItems'])}]"
        case "array":
            item = _type(schema.get("items", {}), indent, asked=asked)
            return f"({item})[]" if " | " in item else f"{item}[]"
        case "object":
            return _object(schema, indent, asked=asked)
        case _:
            return "unknown"


def _object(schema: _Schema, indent: str, *, asked: bool) -> str:
    inner = indent + "  "
    lines = []
    for name, of in schema.get("properties", {}).items():
        there = name in schema.get("required", ()) or "const" in of or ("default" in of and not asked)
        lines.append(_comment(of, inner))
        lines.append(f"{inner}{_name(name)}{'' if there else '?'}: {_type(of, inner, asked=asked)}\n")
    more = schema.get("additionalProperties", not lines)
    if more and not isinstance(more, bool):
        return f"{{ [key: string]: {_type(more, inner, asked=asked)} }}"
    if not lines:
        return "{ [key: string]: unknown }" if more else "Record<string, never>"
    if more:
        lines.append(f"{inner}[key: string]: unknown\n")
    return "{\n" + "".join(lines) + indent + "}"


def _comment(schema: _Schema, indent: str) -> str:
    said = " ".join(str(schema.get("description", "")).split()).replace("*/", "* /")
    return f"{indent}/** {said} */\n" if said else ""


def _literal(value: object) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" if isinstance(value, str) else str(value).lower()


def _name(name: str) -> str:
    return name if name.isidentifier() else _literal(name)


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PLACE}\n")
