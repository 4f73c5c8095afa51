"""What may be handed in, a model each: the ticket, and how a call ends without one. The one definition of their fields.

These models are the check (``ticket_input.py``, ``intake.py``), the OpenAPI and the TypeScript (``console/contract/rest.py``).
Everything in them is hostile. Which words are allowed, which codes there are and how a telephone number is read the
daemon knows from its data files: they come as ``Known``, pydantic's context; without it a model checks shapes alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from config.time_range import is_shown
from cti.numbers import Numbers

from .catalogue import Catalogue
from .catalogues.filing_conditions import chosen
from .pasted_text import Lines, OneLine
from .ticket_choices import Choices

MOST_PHONES = 5
_ID = r"[0-9A-Za-z_.:/-]{1,64}"
_NAME = r"[0-9A-Za-z_-]+([./][0-9A-Za-z_-]+)*"
_ATTACHMENT = rf"(https://[0-9A-Za-z.-]+(:[0-9]+)?(/[0-9A-Za-z_.~%/?=&-]*)?|{_NAME})"
"""A name below the store's own folder, or an https address: what a reader's browser runs, or that leads out, is neither."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the daemon's data files say of a form's words."""

    choices: Choices
    catalogue: Catalogue
    numbers: Numbers


class Body(BaseModel):
    """What a client sends: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


def wrong(kind: str, *, allowed: Sequence[str] = (), **told: Any) -> PydanticCustomError:
    """An error that ``problem_texts.py`` has a sentence for."""
    return PydanticCustomError(kind, kind, {"allowed": tuple(allowed), **told})


def _raise_at(model: Body, found: dict[str, PydanticCustomError]) -> None:
    """What is wrong between the fields of one object, each at its own field."""
    lines = [InitErrorDetails(type=fault, loc=(name,), input=getattr(model, name)) for name, fault in found.items()]
    if lines:
        raise ValidationError.from_exception_data(type(model).__name__, lines)


def _known(info: ValidationInfo) -> Known | None:
    return info.context if isinstance(info.context, Known) else None


def _absent(value: object) -> BeforeValidator:
    """``null`` is what was not given."""
    return BeforeValidator(lambda said: value if said is None else said)


def _of(choices: str, default: str = "") -> AfterValidator:
    """The key of the entry that was meant; a wrong word gets the nearest one proposed. Nothing said: ``default``."""

    def key(said: str, info: ValidationInfo) -> str:
        known = _known(info)
        if not said or known is None:
            return said or default
        if found := known.choices.find(choices, said):
            return found.key
        near = known.choices.nearest(choices, said)
        meant = f"{near.key} ({near.zh})" if near else ""
        raise wrong("not_allowed", said=said, meant=meant, allowed=[one.key for one in known.choices.of(choices)])

    return AfterValidator(key)


def _given(said: str) -> str:
    if not said:
        raise wrong("required")
    return said


def _whole(said: object) -> object:
    if isinstance(said, float) and math.isfinite(said):
        if not said.is_integer():
            raise wrong("whole")
        return int(said)
    return said


def _degrees(said: object) -> object:
    if isinstance(said, bool) or (isinstance(said, int) and abs(said) > 1000):
        raise wrong("number")  # an int of any length would not fit a float
    return said


def moment(said: object) -> object:
    """ISO 8601 with a zone; given back in UTC."""
    if not isinstance(said, str):
        return said
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise wrong("moment") from None
    if at.tzinfo is None:
        raise wrong("moment")
    if not is_shown(at):
        raise wrong("out_of_range")
    return at.astimezone(UTC)


def _phone(said: str, info: ValidationInfo) -> str:
    known = _known(info)
    if known is not None:
        read = known.numbers.split(said)
        if not (read and all(number.national for number in read)):
            raise wrong("phone")
    return said


def _phones(said: list[str], info: ValidationInfo) -> list[str]:
    """Each in its one national form, however it was written; several in one text are several."""
    known = _known(info)
    if known is None:
        return said
    phones = list(dict.fromkeys(number.national for text in said for number in known.numbers.split(text)))
    if len(phones) > MOST_PHONES:
        raise wrong("many", most=MOST_PHONES)
    return phones


_Text, _Nothing = _absent(""), BeforeValidator(lambda said: [] if said is None else said)
_List = BeforeValidator(lambda said: list(said) if isinstance(said, tuple) else said)
_Flag = Annotated[bool, _absent(False)]
_Key = Annotated[str, Field(pattern=rf"^{_ID}$"), OneLine]
_Line60 = Annotated[str, Field(max_length=60), OneLine, _Text]
_Line100 = Annotated[str, Field(max_length=100), OneLine, _Text]
_Line200 = Annotated[str, Field(max_length=200), OneLine, _Text]


class PersonIn(Body):
    name: _Line60 = ""
    gender: Annotated[_Line60, _of("gender")] = ""
    phones: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64), OneLine, AfterValidator(_phone)]],
        Field(max_length=MOST_PHONES, description="as they were said; each is kept in its national form"),
        AfterValidator(_phones), _List, _Nothing,
    ] = []  # fmt: skip
    address: _Line200 = ""


class SubjectIn(Body):
    scheme: Annotated[str, Field(max_length=40), OneLine, _Text] = ""
    version: Annotated[str, Field(max_length=20), OneLine, _Text] = ""
    code: Annotated[
        str, Field(pattern=r"^[0-9A-Za-z]{2,16}$", description="GET /api/codes; a string: codes begin with 0"), OneLine
    ]
    kind: Annotated[str, Field(pattern=r"^(event|part)?$"), OneLine, _Text] = ""
    part_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,24}$"), OneLine, _Text] = ""
    condition: Annotated[
        str, Field(max_length=500, description="one of the code's filing conditions, in its words; none: the first"),
        OneLine, _Text,
    ] = ""  # fmt: skip

    @model_validator(mode="after")
    def _is_in_the_catalogue(self, info: ValidationInfo) -> SubjectIn:
        known = _known(info)
        if known is None:
            return self
        catalogue = known.catalogue
        first = catalogue.schemes[0] if catalogue.schemes else ("", "")
        self.scheme, self.version = self.scheme or first[0], self.version or first[1]
        if (self.scheme, self.version) not in catalogue.schemes:
            allowed = [" ".join(pair) for pair in catalogue.schemes]
            _raise_at(self, {"scheme": wrong("no_scheme", said=f"{self.scheme} {self.version}", allowed=allowed)})
        elif (found := catalogue.get(self.scheme, self.version, self.code, self.kind)) is not None:
            conditions = catalogue.conditions(found)
            if self.condition and chosen(conditions, self.condition) is None:
                allowed = [one.text for one in conditions]
                _raise_at(self, {"condition": wrong("no_condition", said=self.condition[:60], allowed=allowed)})
        else:
            same = [code for code in catalogue.search(self.code) if code.code == self.code]
            if len(same) > 1 and not self.kind:
                _raise_at(self, {"kind": wrong("ambiguous", said=self.code, allowed=("event", "part"))})
            near = [f"{code.code} {code.name}" for code in catalogue.search(self.code[:2], self.kind)]
            _raise_at(self, {"code": wrong("no_code", said=self.code, allowed=near)})
        return self


class PlaceIn(Body):
    address_text: _Line200 = ""
    address_std: _Line200 = ""
    lng: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False), BeforeValidator(_degrees)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False), BeforeValidator(_degrees)] = None
    crs: Annotated[_Line60, _of("crs")] = ""
    accuracy: Annotated[_Line60, _of("accuracy")] = ""
    grid_code: Annotated[str, Field(pattern=r"^([0-9]{14,15})?$"), OneLine, _Text] = ""
    area: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40), OneLine]], Field(max_length=4), _List, _Nothing
    ] = []
    division: Annotated[
        str, Field(pattern=r"^([0-9]{12})?$", description="of the finest of area: names are no keys"), OneLine, _Text
    ] = ""

    @model_validator(mode="after")
    def _is_whole(self, info: ValidationInfo) -> PlaceIn:
        found: dict[str, PydanticCustomError] = {}
        if (self.lng is None) != (self.lat is None):
            found["lat" if self.lat is None else "lng"] = wrong("both")
        if self.lng is not None and not self.crs:
            known = _known(info)
            found["crs"] = wrong("required", allowed=[one.key for one in known.choices.of("crs")] if known else ())
        _raise_at(self, found)
        return self


class LimitIn(Body):
    value: Annotated[int, Field(ge=1, le=10_000), BeforeValidator(_whole)]
    unit: Annotated[_Line60, _of("limit_unit"), AfterValidator(_given)]
    deadline: Annotated[datetime | None, BeforeValidator(moment)] = None


class TicketIn(Body):
    """One matter. The words allowed in ``kind``, ``work_type``, ``urgency``, ``channel``: GET /api/choices."""

    kind: Annotated[
        _Line60,
        Field(description="诉求类型 (appeal_kind)", examples=["complaint"]),
        _of("appeal_kind"),
        AfterValidator(_given),
    ]
    title: Annotated[str, Field(min_length=1, max_length=50), OneLine, _Text]
    content: Annotated[str, Field(min_length=1, max_length=4000), Lines, _Text]
    work_type: Annotated[_Line60, _of("work_type", "general")] = "general"
    urgency: Annotated[_Line60, _of("urgency", "normal")] = "normal"
    channel: Annotated[_Line60, _of("channel")] = "phone"
    confidential: _Flag = False
    anonymous: _Flag = False
    person: PersonIn | None = None
    subject: SubjectIn | None = None
    place: PlaceIn | None = None
    unit_suggested: _Line100 = ""
    unit_confirmed: _Line100 = ""
    units_helping: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100), OneLine]], Field(max_length=10), _List, _Nothing
    ] = []
    accept_limit: LimitIn | None = None
    handle_limit: LimitIn | None = None
    related_cases: Annotated[list[_Key], Field(max_length=20), _List, _Nothing] = []
    merged_into: Annotated[str, Field(pattern=r"^[0-9A-Za-z_.:/-]{0,64}$"), OneLine, _Text] = ""
    answered_directly: _Flag = False
    knowledge: Annotated[list[_Key], Field(max_length=20), _List, _Nothing] = []
    attachments: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200, pattern=rf"^{_ATTACHMENT}$"), OneLine]],
        Field(max_length=20, description="names like a/b.jpg without .., or https addresses"), _List, _Nothing,
    ] = []  # fmt: skip
    external_ids: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=64), OneLine],
            Annotated[str, Field(min_length=1, max_length=64), OneLine],
        ],
        Field(max_length=10), BeforeValidator(lambda said: {} if said is None else said),
    ] = {}  # fmt: skip
    consent: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9A-Za-z_.:/-]{1,40}$"), OneLine]], Field(max_length=10), _List, _Nothing
    ] = []
    archive_level: Annotated[str, Field(max_length=20), OneLine, _Text] = ""
    retention_class: Annotated[_Line60, _of("retention_class", "standard")] = "standard"
    legal_hold: _Flag = False


class DispositionIn(Body):
    """How a call ends without a ticket."""

    outcome: Annotated[str, Field(pattern="^(direct|refused|nuisance)$")]
    code: Annotated[
        str,
        Field(max_length=60, description="GET /api/choices → refusal; wanted when refused"),
        _of("refusal"),
        OneLine,
        _Text,
    ] = ""
    note: Annotated[str, Field(max_length=1000), Lines, _Text] = ""
    knowledge: Annotated[list[_Key], Field(max_length=20), _List, _Nothing] = []

    @model_validator(mode="after")
    def _has_its_code(self, info: ValidationInfo) -> DispositionIn:
        known = _known(info)
        if self.outcome == "refused" and not self.code:
            allowed = [one.key for one in known.choices.of("refusal")] if known else ()
            _raise_at(self, {"code": wrong("required", allowed=allowed)})
        if self.outcome != "refused" and self.code:
            _raise_at(self, {"code": wrong("only_refused")})
        return self
