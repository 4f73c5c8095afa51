"""The codes of the catalogue as other programs see them: the services of a GeoReport server. Pure."""

from __future__ import annotations

from typing import Any

from .catalogue import Catalogue
from .catalogues.citizens_words import words

KEYWORDS_MOST = 20


def services(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Of every code that is offered: code (``event-0101``), name, group, keywords, subject and its filing conditions."""
    found = []
    for code in catalogue.search("", most=10_000):
        subject = {"scheme": code.scheme, "version": code.version, "kind": code.kind, "code": code.code}
        conditions = [one.text for one in catalogue.conditions(code) if one.text]
        found.append({
            "code": f"{code.kind}-{code.code}", "name": code.name, "group": code.major_name, "subject": subject,
            "keywords": [one.word for one in words().get((code.kind, code.name), ())][:KEYWORDS_MOST], "conditions": list(dict.fromkeys(conditions)),
        })  # fmt: skip
    return found
