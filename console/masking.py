"""How what a person may not see whole looks: numbers masked, or gone; a ticket without its content. Pure.

How a masked number looks is ``cti.numbers.mask``'s to say, who sees what ``visibility.py``'s; nothing masked is ever
stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from cti.numbers import home, mask

M = TypeVar("M", bound=BaseModel)

_NUMBERED = ("caller", "caller_name", "origin", "diverted")
"""Of a call: whose number it is. ``caller_name`` is what the network calls them: often the number again."""
_CONTENT: dict[str, Any] = {"title": "", "content": "", "place": None, "attachments": [], "external_ids": {}}
"""What a citizen said, and where: as it stands when it is withheld."""


def masked(shown: M) -> M:
    """A call's shape with its citizen's number masked (``dialled`` too when we dialled it)."""
    update: dict[str, Any] = {name: mask(getattr(shown, name)) for name in _numbered(shown)}
    parties = [one.model_copy(update={"number": mask(one.number)}) for one in getattr(shown, "participants", ())]
    return shown.model_copy(update=update | ({"participants": parties} if parties else {}))


def without_number(shown: M) -> M:
    """A call's shape as if the number had been withheld."""
    update: dict[str, Any] = dict.fromkeys(_numbered(shown), "")
    parties = [
        one.model_copy(update={"number": "" if one.role == "citizen" else mask(one.number)})
        for one in getattr(shown, "participants", ())
    ]
    return shown.model_copy(update=update | ({"participants": parties} if parties else {}))


def _numbered(shown: BaseModel) -> list[str]:
    fields = [name for name in _NUMBERED if name in type(shown).model_fields]
    if getattr(shown, "direction", "") == "outbound":
        fields.append("dialled")
    return fields


def masked_ticket(body: dict[str, Any]) -> dict[str, Any]:
    """What was filed, with the numbers in it masked: the caller's and those the citizen left."""
    if isinstance(person := body.get("person"), dict):
        body = {**body, "person": {**person, "phones": [mask(one) for one in person.get("phones") or ()]}}
    if isinstance(facts := body.get("facts"), dict):
        # who called, and who was called: of an outbound call the latter is the citizen
        body = {**body, "facts": {**facts, **{word: mask(str(facts.get(word) or "")) for word in ("ani", "dnis")}}}
    return body


def masked_texts(body: dict[str, Any]) -> dict[str, Any]:
    """What was filed, with the numbers masked that stand in what was said."""
    return {**body, **{name: mask(body[name]) for name in ("title", "content") if body.get(name)}}


def without(body: dict[str, Any], withheld: Iterable[str]) -> dict[str, Any]:
    """What was filed, without ``content``, ``person`` or ``number``."""
    parts = set(withheld)
    if "content" in parts:
        body = {**body, **{name: value for name, value in _CONTENT.items() if name in body}}
    person, facts = dict(body.get("person") or {}), dict(body.get("facts") or {})
    if "person" in parts:
        person |= dict.fromkeys(("name", "gender", "address"), "")
    if "number" in parts:
        person |= {"phones": []}
        facts |= {name: "" for name in ("ani", "ani_trust") if name in facts}
        if home().read(str(facts.get("dnis") or "")).personal:
            facts["dnis"] = ""
    return {**body, "person": person} | ({"facts": facts} if facts else {})
