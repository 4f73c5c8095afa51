"""Where in the operator's file a setting stands."""

from __future__ import annotations

import tomllib
from pathlib import Path

from config.setting_lines import setting_lines

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"


def test_tables_and_entries_are_found_where_they_stand() -> None:
    text = '[centre]\nname = "x"\n\n[[line]] # one\nid = "a"\n[line.menu]\n"1" = "q"\n[[line]]\nid = "b"\n'
    found = setting_lines(text)
    assert (found["centre"], found["centre.name"], found["line[0]"], found["line[1]"]) == (1, 2, 4, 8)


def test_what_stands_in_a_long_text_is_no_table() -> None:
    assert setting_lines('[prompts]\nwelcome = """\n[[line]]\n"""\n[[line]]\n') == {
        "prompts": 1, "prompts.welcome": 2, "line[0]": 5,
    }  # fmt: skip


def test_of_the_shipped_file_each_line_says_what_it_is_said_to_say() -> None:
    text = SHIPPED.read_text("utf-8")
    rows, raw, found = text.splitlines(), tomllib.loads(text), setting_lines(text)
    for table in ("line", "queue", "seat", "phonebook"):
        for n, _entry in enumerate(raw[table]):
            assert rows[found[f"{table}[{n}]"] - 1].startswith(f"[[{table}]]")
    for name in raw["prompts"]:
        assert rows[found[f"prompts.{name}"] - 1].startswith(name)
