"""The telephone number plan: which digits are a mobile, a fixed line, a service. Patterns, in one place. Pure.

Read by ``cti/numbers.py`` (Python) and rendered into Asterisk (``render/national_numbers.py``), so both see the same plan. Each is a
POSIX extended expression that Python's ``re`` reads alike (no lookarounds), to be held against the whole text.

The area code of the settings in use is kept for the process, as the language is: masks and logs have no settings at hand.
"""

from __future__ import annotations

import re

COUNTRY = "86"
MOBILE = "1[3-9][0-9]{9}"
AREA = "0(10|2[0-9]|[3-9][0-9]{2})"
FIXED = f"{AREA}[2-8][0-9]{{6,7}}"
LOCAL = "[2-8][0-9]{6,7}"
"""A fixed line as it is dialled within its own area."""
SERVICE = (
    "(1[12][0-9]|1[02]0|12[0-9]{3}|1[01][0-9]{3,4}|[48]00[0-9]{7}|95[0-9]{3,7}|96[0-9]{3,6}|116114|106[5-9][0-9]{4,16})"
)
LOCAL_SERVICE = "1[0-9]{2,4}"
"""A service that is also reached behind an area code: 0592 12345."""
BEIJING_WITHOUT_ZERO = "10[2-8][0-9]{7}"
"""A fixed line of Beijing whose 0 was left out, as +86 demands: not a message service's 106…."""
FREEPHONE = "[48]00[0-9]{7}"
"""No country's number, with or without a + before it."""
CARRIER_PREFIX = "(179[0-9]{2}|12593|11808|10193)"
"""Carriers' prefixes for cheap calls, which a caller's number may still carry."""
BEHIND_PREFIX = "(0?1[3-9][0-9]{9}|0[1-9][0-9]{8,10})"
PREFIX_DIGITS = 5


def with_area(number: str, area_code: str) -> str:
    """A local number with its area before it, as every number of the settings is dialled: 2212319 → 05922212319."""
    return area_code + number if re.fullmatch(LOCAL, number) else number


_area = "0592"


def use(area_code: str) -> None:
    """``0592``: the area code of this process's settings."""
    global _area
    _area = area_code


def area() -> str:
    """The centre's own area code."""
    return _area
