"""The passwords everybody tries first, folded to lower case. Data; read by ``passwords.py``.

Rules about length and variety catch the rest; here stand only those that pass them, and the stems
that are common with any digits behind them.
"""

from __future__ import annotations

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
