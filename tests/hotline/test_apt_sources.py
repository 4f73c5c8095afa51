"""The machine's apt sources, read."""

from __future__ import annotations

from hotline.apt_sources import Source, deb822, mirror, one_line

SOURCES = """\
# a comment
Types: deb deb-src
URIs: https://mirror.example/debian
 http://second.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
LIST = """\
# deb http://off.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib # why
deb https://other.example/apt stable main
deb cdrom:[Debian]/ bookworm main
"""


def test_deb822() -> None:
    """Several places of one stanza count; sources and switched-off stanzas do not."""
    assert [source.uri for source in deb822(SOURCES)] == [
        "https://mirror.example/debian",
        "http://second.example/debian/",
        "http://security.example/debian-security",
    ]


def test_one_line() -> None:
    """Options in brackets and trailing comments are skipped."""
    found = one_line(LIST)
    assert found[0] == Source("http://one.example/debian", ("bookworm",), ("main", "contrib"))


def test_the_mirror_is_the_one_of_the_machines_own_suite() -> None:
    """Neither a security archive, nor another vendor's, nor a disc; none is said to be none."""
    assert mirror(one_line(LIST), "bookworm") == "http://one.example/debian"
    security_first = [*deb822(SOURCES)[2:], *deb822(SOURCES)[:2]]
    assert mirror(security_first, "bookworm") == "https://mirror.example/debian"
    assert mirror(one_line("deb cdrom:[Debian]/ bookworm main"), "bookworm") == ""
    assert mirror([], "noble") == ""
