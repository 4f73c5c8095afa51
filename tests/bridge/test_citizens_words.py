"""What citizens say finds the code, by hanzi, pinyin and initials, in both national tables."""

from __future__ import annotations

import pytest

from bridge import catalogue
from bridge.catalogue import Catalogue
from bridge.catalogues.citizens_words import words
from bridge.catalogues.crosswalk import NEW, OLD

TABLES = {scheme: catalogue.load(offered=scheme) for scheme in (OLD, NEW)}


def names(table: Catalogue, said: str, most: int = 5) -> list[str]:
    return [code.name for code in table.search(said, most=most)]


@pytest.mark.parametrize(
    ("said", "old", "new"),
    [
        ("违建", "私搭乱建", "私搭乱建"),
        ("weijian", "私搭乱建", "私搭乱建"),
        ("wj", "私搭乱建", "私搭乱建"),
        ("两违", "私搭乱建", "私搭乱建"),
        ("liangwei", "私搭乱建", "私搭乱建"),
        ("漏水", "自来水管破裂", "供水管道破裂"),
        ("loushui", "自来水管破裂", "供水管道破裂"),
        ("共享单车", "非机动车乱停放", "共享单车管理"),
        ("gxdc", "非机动车乱停放", "共享单车管理"),
        ("流浪狗", "擅自饲养家禽家畜", "违规养犬"),
        ("llg", "擅自饲养家禽家畜", "违规养犬"),
        ("占道经营", "无照经营游商", "占道经营"),
        ("zdjy", "无照经营游商", "占道经营"),
        ("zhandaojingying", "无照经营游商", "占道经营"),
        ("路灯不亮", "路灯", "路灯"),
        ("楼下有人违停", "机动车乱停放", "非机动车乱停放"),
    ],
)
def test_citizens_words(said: str, old: str, new: str) -> None:
    assert old in names(TABLES[OLD], said)
    assert new in names(TABLES[NEW], said)


SUBJECTS = (
    "文明施工", "建筑废土", "工地扬尘", "餐饮油烟", "工地噪声", "停车位划线", "占用道路", "违停", "小区停车", "挖掘道路", "占用绿地",
    "砍伐移植树木", "工地排水", "两违", "占道经营", "渣土撒漏", "餐饮娱乐噪声",
)  # fmt: skip
"""Of the law-enforcement duties that came new: none may fall into 其它."""


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("scheme", TABLES)
def test_no_duty_falls_into_the_rest(subject: str, scheme: str) -> None:
    first = TABLES[scheme].search(subject)[0]
    assert not first.code.endswith("99")
    assert scheme == NEW or TABLES[scheme].unit(first) is not None  # the sample directory is of the first table


def test_every_word_names_a_code_there_is() -> None:
    known = {(code.kind, code.name) for table in TABLES.values() for code in table.search("", most=500)}
    assert set(words()) <= known
