"""extensions.conf: a number as carriers and telephones write it → its national form, as ``cti/numbers.py`` reads it.

``Gosub(national,s,1(NUMBER))`` leaves it in ``GOSUB_RETVAL``: 138…, 0592…, 12345, +886…; '' when it is no number. Whatever
the dialplan looks up by a number it looks up by this form. Both readings are made of ``national_number_plan.py`` and held against one
another by a test on a real Asterisk. What Asterisk cannot know is whether +1 380… is a number of America: a + before
digits that no other country's number can be is overlooked, any other stands.
"""

from __future__ import annotations

from .. import national_number_plan as plan
from ..settings import Settings
from .dialplan_steps import Step, context, exten

ARGUMENT = "0-9+*#"
_PREFIX = "HOTLINE_PLAN_"
_MOBILE, _FIXED, _LOCAL, _SERVICE = f"{_PREFIX}MOBILE", f"{_PREFIX}FIXED", f"{_PREFIX}LOCAL", f"{_PREFIX}SERVICE"
_LOCAL_SERVICE, _FREEPHONE, _BEIJING = f"{_PREFIX}LOCAL_SERVICE", f"{_PREFIX}FREEPHONE", f"{_PREFIX}BEIJING"
_PREFIXED, _NUMBER = f"{_PREFIX}PREFIXED", f"{_PREFIX}NUMBER"


def globals_() -> list[tuple[str, str]]:
    """The plan's patterns: within ``${REGEX(…)}`` braces would end the expression."""
    return [
        (_MOBILE, f"^{plan.MOBILE}$"),
        (_FIXED, f"^{plan.FIXED}$"),
        (_LOCAL, f"^{plan.LOCAL}$"),
        (_SERVICE, f"^{plan.SERVICE}$"),
        (_LOCAL_SERVICE, f"^{plan.LOCAL_SERVICE}$"),
        (_FREEPHONE, f"^{plan.FREEPHONE}$"),
        (_BEIJING, f"^{plan.BEIJING_WITHOUT_ZERO}$"),
        (_PREFIXED, f"^{plan.CARRIER_PREFIX}{plan.BEHIND_PREFIX}$"),
        (_NUMBER, "^[+]?[0-9*#]*[1-9][0-9*#]*$"),
    ]


def contexts(settings: Settings) -> list[str]:
    seats = [seat.id for seat in settings.seat]
    return [_national(seats), _of_country(settings.centre.area_code), _home_service(settings.centre.area_code)]


def is_citizens(text: str) -> str:
    """An expression: a mobile or a landline with its area code, in national form."""
    return f"{_is(_MOBILE, text)} | {_is(_FIXED, text)}"


def _is(pattern: str, text: str) -> str:
    return f'${{REGEX("${{{pattern}}}" {text})}}'


def _national(seats: list[str]) -> str:
    country, digits = plan.COUNTRY, len(plan.COUNTRY)
    inner = f"${{n:{digits}}}"
    steps: list[Step] = [
        f"Set(LOCAL(n)=${{FILTER({ARGUMENT},${{ARG1}})}})",
        f"GotoIf({_is(_NUMBER, '${n}')}?:nobody)",
        *(f'GotoIf($["${{n}}"="{seat}"]?done)' for seat in seats),
        # a + says nothing before a 0
        'ExecIf($["${n:0:2}"="+0"]?Set(LOCAL(n)=${n:1}))',
        'ExecIf($["${n:0:1}"="+"]?Set(LOCAL(n)=00${n:1}))',
        'GotoIf($["${n:0:3}"="000"]?nobody)',
        'GotoIf($["${n:0:2}"="00"]?abroad)',
        "GotoIf($[${LEN(${n})} < 3]?nobody)",
        f"ExecIf({_is(_PREFIXED, '${n}')}?Set(LOCAL(n)=${{n:{plan.PREFIX_DIGITS}}}))",
        f'GotoIf($["${{n:0:{digits + 1}}}"!="0{country}"]?country)',
        f"ExecIf({_is(_MOBILE, f'${{n:{digits + 1}}}')}?Set(LOCAL(n)=${{n:{digits + 1}}}))",
        # 86 without + may as well be the beginning of a local number
        ("country", f'GotoIf($["${{n:0:{digits}}}"!="{country}"]?home)'),
        f"Gosub(national-of-country,s,1({inner}))",
        "Set(LOCAL(m)=${GOSUB_RETVAL})",
        "Gosub(national-home-service,s,1(${m}))",
        'GotoIf($["${GOSUB_RETVAL}"!="${m}"]?found)',
        *(f"GotoIf({_is(pattern, '${m}')}?found)" for pattern in (_MOBILE, _FIXED, _FREEPHONE)),
        ("home", "Gosub(national-of-country,s,1(${n},local))"),
        "Gosub(national-home-service,s,1(${GOSUB_RETVAL}))",
        ("found", "Set(LOCAL(n)=${GOSUB_RETVAL})"),
        ("done", "GotoIf($[${LEN(${n})} < 3]?nobody)"),
        "Return(${n})",
        ("abroad", "Set(LOCAL(n)=${n:2})"),
        f'GotoIf($["${{n:0:{digits}}}"!="{country}"]?foreign)',
        f"Gosub(national-home-service,s,1({inner}))",
        f'GotoIf($["${{GOSUB_RETVAL}}"!="{inner}"]?found)',
        f"Gosub(national-of-country,s,1({inner},local))",
        "Goto(found)",
        # no country's numbers begin with 0, none is so short, 400 and 800 are ours
        ("foreign", 'GotoIf($["${n:0:1}"="0" | ${LEN(${n})} < 7]?home)'),
        f"GotoIf({_is(_FREEPHONE, '${n}')}?home)",
        "Return(+${n})",
        ("nobody", "Return()"),
    ]
    return context("national", exten("s", *steps))


def _of_country(area: str) -> str:
    """Without a trunk 0 before a mobile, with one before an area code that lacks it; a local number (second argument) with its area."""
    return context(
        "national-of-country",
        exten(
            "s",
            "Set(LOCAL(d)=${ARG1})",
            f'GotoIf($["${{d:0:1}}"="0" & {_is(_MOBILE, "${d:1}")}]?mobile)',
            f"GotoIf($[{_is(_MOBILE, '${d}')} | {_is(_FIXED, '${d}')}]?same)",
            f"GotoIf($[{_is(_SERVICE, '${d}')} & !{_is(_BEIJING, '${d}')}]?same)",
            f'GotoIf($["${{ARG2}}"="local" & {_is(_LOCAL, "${d}")}]?local)',
            f'GotoIf($["${{d:0:1}}"!="0" & {_is(_FIXED, "0${d}")}]?area:same)',
            ("mobile", "Return(${d:1})"),
            ("local", f"Return({area}${{d}})"),
            ("area", "Return(0${d})"),
            ("same", "Return(${d})"),
        ),
    )


def _home_service(area: str) -> str:
    """A service's number without the centre's own area code."""
    steps: list[Step] = ["Set(LOCAL(d)=${ARG1})"]
    for written in (area, area[1:]):
        rest = f"${{d:{len(written)}}}"
        steps.append(
            f'GotoIf($["${{d:0:{len(written)}}}"="{written}" & {_is(_LOCAL_SERVICE, rest)} & {_is(_SERVICE, rest)}]?n{len(written)})'
        )
    steps.append("Return(${d})")
    steps += [(f"n{len(written)}", f"Return(${{d:{len(written)}}})") for written in (area, area[1:])]
    return context("national-home-service", exten("s", *steps))
