"""Whose name a carrier's display name is: nobody's, when it holds words of networks and telephones alone (kind M)."""

from __future__ import annotations

import pytest

from cti.caller_names import name_of


@pytest.mark.parametrize(
    "written",
    [
        "unknown", "UNKNOWN NAME", "unknown unknown", "WIRELESS CALLER", "CELL PHONE   NJ", "Private Number", "Blocked Number",
        "No Name Available", "Name Not Available", "Not Provided", "Caller ID withheld", "Incoming Call", "TOLL FREE CALLER",
        "Out-Of-Area", "anonymous.invalid", "SPAM LIKELY", "Scam Likely", "Default User", "SIP User", "VOIP CALL", "PSTN Caller",
        "GW1", "P", "Ext 801", "trunk-2", "CHINA MOBILE", "ChinaUnicom", "(null)", "<unknown>", "???", "13800000001", "+86 138 0000 0001",
        "中国移动", "中国电信用户", "手机号码", "固定电话", "公用电话", "疑似诈骗", "骚扰电话", "广告推销", "快递外卖", "房产中介", "无名氏", "来电",
        "未知 来电", "市民", "匿名用户", "先生",
    ],
)  # fmt: skip
def test_words_of_networks_are_nobodys_name(written: str) -> None:
    """Nothing is begun with them, in whatever case and with whatever stands between them."""
    assert name_of(written, "13800000001") == ""


@pytest.mark.parametrize(
    "written",
    [
        "王小明", "王先生", "李女士", "张", "欧阳娜娜", "阿依古丽·买买提", "陈无忌", "钟国强", "Li Wei", "O'Brien", "Wang Xiaoming", "An Na",
        "Mobile Li", "厦门市城市管理局", "XM Water Co", "Jo", "Tester Wang", "民生银行", "人民医院",
    ],
)  # fmt: skip
def test_a_name_stays(written: str) -> None:
    """Of persons and offices, though one of those words may be in it."""
    assert name_of(written, "13800000001") == written
