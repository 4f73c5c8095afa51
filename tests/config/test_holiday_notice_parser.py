"""The State Council's notice read as it is published: held against an independent calendar, and every slip in copying is said."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from config.holiday_notice_parser import Announced, NoticeFault, read

TITLE = "国务院办公厅关于2026年部分节假日安排的通知\n各省、自治区、直辖市人民政府：\n现将2026年元旦、春节等放假调休日期的具体安排通知如下。\n"
DAYS = """\
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""
END = "节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置。\n"
NOTICE = TITLE + DAYS + END
OLDER = """\
国务院办公厅关于2023年部分节假日安排的通知
一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。
"""
"""Without weekdays of the days off, one day alone, and a year that begins in the one before."""


def known(first: date, last: date) -> Announced:
    """As another calendar has it: days off that belong to a holiday, weekend days that are worked."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    free = [day for day in days if chinese_calendar.is_holiday(day) and chinese_calendar.get_holiday_detail(day)[1]]
    worked = [day for day in days if day.weekday() > 4 and chinese_calendar.is_workday(day)]
    return Announced(last.year, tuple(free), tuple(worked))


def test_a_notice_is_what_another_calendar_knows() -> None:
    assert read(NOTICE) == known(date(2026, 1, 1), date(2026, 12, 31))
    assert read(OLDER) == known(date(2022, 12, 31), date(2023, 12, 29))
    assert read(DAYS, 2026) == read(NOTICE)
    assert read(NOTICE.replace("（", "(").replace("）", ")").replace("。", "。\n")) == read(NOTICE)


def test_a_table_is_read_too() -> None:
    told = read("\ufeffdate,kind\n2027-10-01,holiday\n2027-10-02, 休\n\n2027-10-09,workday\n")
    assert told == Announced(2027, (date(2027, 10, 1), date(2027, 10, 2)), (date(2027, 10, 9),))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026年", "2027年", "周五"),
        ("共9天", "共8天", "9"),
        ("5月9日（周六）", "5月8日（周五）", "2026-05-08"),
        ("七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。", "", "2026"),
        ("9月20日（周日）", "9月27日（周日）", "2026-09-27"),
        ("1月4日", "1月44日", "1月44日"),
        ("至23日", "至3月23日", "2026-03-23"),
    ],
)
def test_a_slip_in_copying_is_said(old: str, new: str, said: str) -> None:
    with pytest.raises(NoticeFault, match=said):
        read(NOTICE.replace(old, new).replace("农历正月初七、周一", "农历正月初七"))


@pytest.mark.parametrize(
    "text", ["", "放假", "date,kind\n2027-10-01", "date,kind\n2027-10-41,holiday", "date,kind\n2027-10-01,maybe", DAYS, "x" * 100_000]
)  # fmt: skip
def test_what_is_no_notice(text: str) -> None:
    with pytest.raises(NoticeFault):
        read(text)
