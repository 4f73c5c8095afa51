"""Display names that are no names: words which networks put where a name would stand. Pure."""

from __future__ import annotations

import re

from .numbers import home

_WORDS = frozenset(
    [
        "unknown",
        "unavailable",
        "anonymous",
        "private",
        "withheld",
        "restricted",
        "blocked",
        "hidden",
        "none",
        "null",
        "na",
        "nan",
        "undefined",
        "unassigned",
        "invalid",
        "no",
        "not",
        "name",
        "number",
        "id",
        "callerid",
        "nocallerid",
        "caller",
        "call",
        "calls",
        "incoming",
        "available",
        "provided",
        "presentation",
        "wireless",
        "cell",
        "cellular",
        "cellphone",
        "mobile",
        "landline",
        "phone",
        "telephone",
        "softphone",
        "payphone",
        "pay",
        "coin",
        "line",
        "toll",
        "free",
        "tollfree",
        "out",
        "of",
        "area",
        "outofarea",
        "international",
        "national",
        "operator",
        "user",
        "guest",
        "default",
        "test",
        "spam",
        "scam",
        "likely",
        "suspected",
        "potential",
        "risk",
        "telemarketer",
        "telemarketing",
        "robocall",
        "fraud",
        "survey",
        "asterisk",
        "freepbx",
        "sip",
        "voip",
        "volte",
        "pstn",
        "ims",
        "isdn",
        "pbx",
        "trunk",
        "gateway",
        "gw",
        "fxo",
        "fxs",
        "ext",
        "extension",
        "china",
        "telecom",
        "unicom",
        "cmcc",
        "cucc",
        "ctcc",
        "chinamobile",
        "chinatelecom",
        "chinaunicom",
    ]
)
"""Of English display names that hold nothing else; digits and a State of America behind them say no name either."""
_CHINESE = re.compile(
    "(?:未知|未提供|未显示|不显示|未命名|匿名|匿|私人|隐藏|保密|屏蔽|限制|无主叫|无名氏|无|空|默认|测试|来电|去电|呼叫|主叫|号码|名称|姓名|显示|用户|客户|市民|中国"
    "|移动|电信|联通|广电|铁通|网通|手机|座机|固话|固定电话|市话|公用|付费|电话|国际|长途|疑似|标记为?|骚扰|诈骗|推销|广告|营销|快递|外卖|送餐|房产|中介|网约车|保险|理财|贷款|者|人|先生|女士)+"
)
"""Words that networks, telephones' apps and exchanges put there; a name is what holds anything besides them."""
_STATE = re.compile("[a-z]{2}")


def _filler(told: str) -> bool:
    words = [word for word in re.split(r"[\W\d_]+", told.casefold()) if word]
    if len(words) > 2 and _STATE.fullmatch(words[-1]):  # CELL PHONE NJ
        words.pop()
    joined = "".join(words)
    if len(joined) == 1 and joined.isascii():  # O, P: out of area, private
        return True
    return all(word in _WORDS for word in words) or joined in _WORDS or bool(_CHINESE.fullmatch(joined))


def name_of(written: str, number: str = "") -> str:
    """The name, or '' for a filler word, for the number again, and for what holds no letter."""
    told = " ".join(written.split()).strip("\"' ")
    if _filler(told) or not any(letter.isalpha() for letter in told):
        return ""
    again = home().read(number).national
    if again and any(found.national == again for _begin, _end, found in home().found(told)):
        return ""
    return told
