"""Which mirror of Debian the machine uses."""

from __future__ import annotations

import pytest

from hotline.programs.apt_sources import chosen

SAID = """\
http://security.example/debian-security/ bookworm main
cdrom:[Debian]/ bookworm main
https://other.example/apt/ stable main
http://one.example/debian/ bookworm contrib
http://one.example/debian/ bookworm-updates main
http://one.example/debian/ bookworm main
http://two.example/debian bookworm main
"""


@pytest.mark.parametrize(("codename", "mirror"), [
    ("bookworm", "http://one.example/debian"), ("trixie", ""), ("stable", "https://other.example/apt"), ("", ""),
])  # fmt: skip
def test_the_mirror_is_the_one_of_the_machines_own_suite(codename: str, mirror: str) -> None:
    """Neither a security archive, nor a disc, nor another part or suite of the same place; none is said to be none."""
    assert chosen(SAID, codename) == mirror
