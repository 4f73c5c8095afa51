"""The services of the GeoReport server, written for the case store whenever another catalogue is offered."""

from __future__ import annotations

import json
from pathlib import Path

import structlog

from bridge.catalogue import Catalogue
from bridge.offered_services import services

log = structlog.get_logger("casestore")


def write(path: Path, catalogue: Catalogue) -> None:
    """Whole or not at all; a disk that is full leaves the one before."""
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(services(catalogue), ensure_ascii=False), encoding="utf-8")
        draft.replace(path)
    except OSError as fault:
        log.error("the services of the GeoReport server could not be written", fault=str(fault))
