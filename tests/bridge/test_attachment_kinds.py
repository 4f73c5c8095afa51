"""Files of tickets are known by what they hold, and are given back under a harmless name."""

from __future__ import annotations

import pytest

from bridge.attachment_kinds import NAME_MOST, TYPES, kind_of, named

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
WHOLE = {
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 40 + b"\xff\xd9",
    "image/png": PNG,
    "image/webp": b"RIFF" + (20).to_bytes(4, "little") + b"WEBP" + b"\x00" * 16,
    "application/pdf": b"%PDF-1.7\n" + b"x" * 40 + b"\n%%EOF\n",
    "video/mp4": b"\x00\x00\x00\x18ftypisom" + b"\x00" * 20,
}


def test_each_kind_is_known_by_its_content() -> None:
    assert set(WHOLE) == set(TYPES)
    for kind, data in WHOLE.items():
        found = kind_of(data)
        assert found is not None
        assert found.type == kind


@pytest.mark.parametrize(
    "data", [b"", b"<html><script>alert(1)</script>", b"MZ\x90\x00", b"<svg xmlns='x'/>", PNG[:-8], b"%PDF-1.7", b"RIFF\x04\x00\x00\x00WAVE", b"\x00\x00\x00\x18ftyp"]
)  # fmt: skip
def test_what_is_none_of_them_or_cut_off_is_not_taken(data: bytes) -> None:
    assert kind_of(data) is None


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("照片.png", "照片.png"), ("C:\\Users\\x\\a b.JPG", "a b.png"), ("../../etc/passwd", "passwd.png"), ("page.html", "page.png"),
        ("", "file.png"), ("...", "file.png"), ('a"\r\n: b.png', "a_ _ b.png"), ("x" * 300 + ".png", "x" * NAME_MOST + ".png"),
    ],
)  # fmt: skip
def test_a_name_is_plain_and_says_what_it_is(said: str, given: str) -> None:
    assert named(said, TYPES["image/png"]) == given
