"""The settings as the operator's page shows them: all that is asked for, each with the line where it is changed."""

from __future__ import annotations

from pathlib import Path

from bridge import ticket_choices
from config.read import read
from config.setting_lines import setting_lines
from console.shown_settings import SECTIONS, shown_settings

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"


def test_each_section_is_there_and_names_its_line() -> None:
    text = SHIPPED.read_text("utf-8")
    rows = shown_settings(
        read(SHIPPED), ticket_choices.load(), setting_lines(text), file="hotline.toml", choices_file="var/choices.toml"
    )
    assert list(dict.fromkeys(row.section for row in rows)) == list(SECTIONS)
    at = text.splitlines()
    for row in rows:
        if row.section == "refusal":
            assert (row.file, row.line) == ("var/choices.toml", None)
        elif row.section == "prompts":
            assert row.line is None or at[row.line - 1].startswith(row.id)
        else:
            assert row.line is not None
            assert f'"{row.id}"' in "".join(at[row.line : row.line + 3])
    (citizen,) = [row for row in rows if (row.section, row.id) == ("line", "citizen")]
    assert "12319" in citizen.facts["numbers"]
    assert citizen.facts["hours"] == "always"
    (mandarin,) = [row for row in rows if (row.section, row.id) == ("queue", "mandarin")]
    assert "1001" in mandarin.facts["served"].split()
