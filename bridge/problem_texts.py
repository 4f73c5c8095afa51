"""The sentences this room and the REST door say about wrong fields, in the centre's language."""

from __future__ import annotations

from config.language import say as _


def say(key: str, **values: object) -> str:
    """The sentence ``key`` with its blanks filled."""
    return _(SENTENCES[key], **values)


SENTENCES = {
    "required": "must be given",
    "no_field": "no such field",
    "did_you_mean": "; did you mean {said}?",
    "string": "must be a string",
    "long": "at most {most} characters, {given} given",
    "form": "must have the form {form}",
    "list": "must be a list",
    "many": "at most {most} entries",
    "object": "must be an object",
    "flag": "must be true or false",
    "number": "must be a number",
    "whole": "must be a whole number",
    "range": "must be between {least} and {most}",
    "not_allowed": "{said!r} is not allowed",
    "moment": "must be a moment with a time zone, as 2026-01-31T08:30:00+08:00",
    "no_scheme": "no code table {said!r} is loaded",
    "no_code": "no code {said!r} in this table",
    "no_condition": "{said!r} is no filing condition of this code",
    "ambiguous": "{said!r} is an event and a part; say which",
    "only_filing": "cannot be changed: this message does not file a ticket; send it again as it is",
    "only_refused": "only for a refused call",
    "phone": "is no telephone number",
    "one_phone": "is not one telephone number: give one alone, as digits",
    "both": "longitude and latitude belong together",
}
