"""Cuts Discord's OpenAPI description down to the sandbox's routes.

python -m sandbox.openapi.prune path/to/the/full/openapi.json
"""

import json
import sys
from pathlib import Path
from typing import Any

from sandbox.routes import ROUTES

TARGET = Path(__file__).with_name("discord-openapi.json")
PREFIX = "#/components/"


def without_prose(node: Any) -> Any:
    """The same without descriptions and titles; a property may itself be called `description`, and stays."""
    if isinstance(node, list):
        return [without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    prose = {key for key in ("description", "title", "summary") if isinstance(node.get(key), str)}
    return {key: without_prose(value) for key, value in node.items() if key not in prose}


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def needed_components(paths: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Everything the paths refer to, directly or through one another."""
    kept: dict[str, Any] = {}
    waiting = references(paths)
    while waiting:
        section, name = waiting.pop().removeprefix(PREFIX).split("/")
        part = components[section][name]
        if kept.setdefault(section, {}).setdefault(name, part) is part:
            waiting |= {ref for ref in references(part) if ref.split("/")[-1] not in kept.get(ref.split("/")[-2], {})}
    return {section: dict(sorted(names.items())) for section, names in sorted(kept.items())}


def prune(full: dict[str, Any]) -> dict[str, Any]:
    full = without_prose(full)
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.template, {})[route.method.lower()] = full["paths"][route.template][route.method.lower()]
    info = full["info"] | {"title": "Discord HTTP API, cut down by sandbox/openapi/prune.py"}
    return {
        "openapi": full["openapi"],
        "info": info,
        "paths": paths,
        "components": needed_components(paths, full["components"]),
    }


def main() -> None:
    full = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    TARGET.write_text(json.dumps(prune(full), separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
