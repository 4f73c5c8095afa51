"""What the kept list of known-bad passwords (``passwords.py``) lacks: words of this trade, house and country, and the stems
that are common with any digits behind them, folded to lower case. Data, and what they make of others.
"""

from __future__ import annotations

import re

_WORDS = """
password passw0rd p@ssword p@ssw0rd pa$$word passpass passwort motdepasse contrasena password1234 password123456
qwertyuiop qwertyuiop[] qwerty qwertyui qwerty123456 1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y
1q2w3e4r5t6y7u qazwsx qazwsxedc qazwsxedcrfv zaq12wsx !qaz2wsx !qaz@wsx asdfghjkl asdfghjkl; asdfgh asdf1234
asdfasdf asdfqwer zxcvbnm zxcvbnm,./ zxcvbn zxcvasdf qweasdzxc qweasd qwe123 qwe123456 qweqwe abc123 abcd1234 abcdef
abcdefg abcdefgh abc123456 abc123456789 a123456 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 aa123456 aa123456789 aaa111
aaaa1111 123456789a 123456789q 1234567890q 123qwe 123qweasd 123qweasdzxc 123456abc 123abc 1234qwer 12345qwert
123456qwerty 0123456789 9876543210 1234567890 12345678910 123123123 1231231231 123321123321 147258369 1472583690
147852369 159357 741852963 789456123 7894561230 963852741 5201314 52013140 5201314520 1314520 13145201314 woaini
woaini1314 woaini520 woaini521 woaini5201314 woainima iloveyou iloveyou1 iloveyou2 ilovechina iloveyou520 wodemima
mima123456 admin administrator admin123 admin1234 admin123456 admin888 admin@123 adminadmin root rootroot root123
root123456 toor test testtest test1234 testing user guest guestguest changeme changeit default letmein letmein123
welcome welcome1 welcome123 welcome@123 hello helloworld hello123 secret topsecret master superman batman dragon
monkey football baseball basketball sunshine princess michael jordan23 trustno1 starwars whatever computer internet
service system server oracle cisco huawei huawei123 huawei@123 admin@huawei lenovo windows microsoft china china123
beijing shanghai xiamen xiamen123 fujian hotline hotline123 hotline12319 12319hotline 1231912319 12319 12345
citymanagement chengguan chengguan123 callcenter callcentre asterisk zhongguo woaizhongguo
"""

COMMONEST = frozenset(_WORDS.split())

_SEASONS = (
    "spring summer autumn winter january february march april june july august september october november december"
)
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm")
_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
"""What a finger types there without the other on the shift key."""
_STEM_LEAST, _LEFT_LEAST = 3, 5


def _walks() -> set[str]:
    """Pieces of a keyboard's rows and columns, both ways, three keys or more."""
    lines = [*_ROWS, *_COLUMNS, *(line[::-1] for line in (*_ROWS, *_COLUMNS))]
    return {
        line[first:last] for line in lines for first in range(len(line)) for last in range(first + 3, len(line) + 1)
    }


_STEMS = {word for word in (*COMMONEST, *_SEASONS.split()) if len(word) >= _STEM_LEAST} | _walks()
_STEM = re.compile("|".join([r"(?:19|20)\d\d", *map(re.escape, sorted(_STEMS, key=len, reverse=True))]))


def guessable(folded: str) -> bool:
    """Little is left of it without the stems that everybody takes: walks over the keyboard, years, common words."""
    for text in (folded, folded.translate(_SHIFTED)):
        left = {letter for letter in _STEM.sub("", text) if letter.isalnum()}
        if len(left) < _LEFT_LEAST:
            return True
    return False
