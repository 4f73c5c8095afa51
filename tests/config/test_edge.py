"""The rendered edge: what nginx itself says of it, and what must stand in it."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.file_places import Places
from config.read import parse
from config.render import edge, nginx_syntax
from config.render.edge_guard import policy
from config.settings import Settings
from hotline.programs import certificate
from hotline.programs.edge import program
from tests.config.test_render import shipped


def settings(**changes: Any) -> Settings:
    table = shipped()
    table["edge"] |= changes
    return parse(table)


def whole(made: Settings, var: Path = Path("/v"), **machine: Any) -> str:
    return edge.whole(made, Places(var), Path("/pages"), edge.Machine(**machine))


@pytest.mark.skipif(program() is None, reason="no nginx on this machine: .ci/prepare")
@pytest.mark.parametrize("changes", [{}, {"bind": "::1", "names": ["seat.example"]}, {"bind": "0.0.0.0", "port": 9443}])
def test_nginx_takes_it_without_a_word(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Both what we run and what a site includes; no warning either."""
    made, places = settings(**changes), Places(tmp_path / "a b")
    places.make()
    (places.edge / "tmp").mkdir()
    given = edge.files(made, places.edge, tmp_path)
    certificate.keep(given.certificate, given.key, made.edge.names, datetime.now(UTC))
    theirs = f"pid {tmp_path}/pid; events {{}} http {{ access_log off; include {tmp_path}/part.conf; }}"
    (tmp_path / "part.conf").write_text(edge.part(made, given))
    for name, text in (("ours", whole(made, places.var)), ("theirs", theirs)):
        conf = tmp_path / f"{name}.conf"
        conf.write_text(text)
        done = subprocess.run(
            [str(program()), "-t", "-q", "-e", f"{tmp_path}/log", "-c", str(conf)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_one_port_and_loopback_behind_it() -> None:
    """It listens at the edge's address alone, and passes on to loopback alone; pages, daemon, phones."""
    text = whole(settings(bind="192.0.2.7", port=9443))
    assert set(re.findall(r"listen (\S+)", text)) == {"192.0.2.7:9443"}
    pages = {f"http://hotline_casestore/pages/{path}" for path in ("", "api/session", "progress")}
    assert set(re.findall(r"proxy_pass (\S+);", text)) == {"http://hotline_daemon", "http://127.0.0.1:8089/ws"} | pages
    assert re.findall(r"^ +server ([0-9.:]+);", text, re.MULTILINE) == ["127.0.0.1:8319", "127.0.0.1:8090"]
    assert "TLSv1.2 TLSv1.3" in text
    assert "autoindex" not in text


def test_every_path_is_below_var() -> None:
    """Nothing is written anywhere else."""
    text = whole(settings(), Path("/some/var"))
    written = [path for path in re.findall(r"(?:_log|_temp_path|pid) (\S+)", text) if path != "/dev/null"]
    assert len(written) == 8
    assert all(path.strip('";').startswith("/some/var/edge/") for path in written)


def test_no_log_keeps_what_stands_behind_a_question_mark() -> None:
    """The access log leaves it out; of errors at the address that the provider's code comes to there is no log at all."""
    text = whole(settings(), Path("/some/var"))
    assert re.search(r"log_format hotline_edge .*\$hotline_asked", text, re.DOTALL)
    assert not re.search(
        r"\$(?:request|request_uri|args|query_string|http_referer)\b",
        text[text.index("log_format") :].partition(";")[0],
    )
    back = text[text.index("location = /api/oidc/back") :]
    assert "error_log /dev/null emerg;" in back[: back.index("}")]


def test_no_inline_script_and_no_other_origin() -> None:
    """Scripts are files of ours; sockets go to the edge's own names; nobody frames the pages."""
    said = policy(settings(names=["seat.example"], port=9443))
    rules = dict(rule.split(" ", 1) for rule in said.split("; "))
    assert rules["script-src"] == rules["style-src"] == rules["default-src"] == "'self'"
    assert rules["connect-src"] == "'self' wss://seat.example:9443"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == "'none'"
    assert "unsafe" not in said
    assert "*" not in said


def test_transport_security_needs_a_real_certificate(tmp_path: Path) -> None:
    """A browser that once believed it of our own certificate could not be helped again."""
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).touch()
    real = settings(certificate=str(tmp_path / "c.pem"), key=str(tmp_path / "k.pem"))
    assert "Strict-Transport-Security" in whole(real)
    assert f'ssl_certificate "{tmp_path}/c.pem";' in whole(real)
    assert "Strict-Transport-Security" not in whole(settings())


def test_bodies_of_the_case_store_are_limited_too() -> None:
    """What may take its time has a count of its own beside the server's, which a location with one no longer inherits."""
    table = shipped()
    table["casestore"]["georeport"] = {"integrator": [{"name": "app", "rights": ["file"]}]}
    text = whole(parse(table))
    for begin in ("location ^~ /cases/ {", "location ^~ /open311/ {"):
        block = text[text.index(begin) :].partition("}")[0]
        for zone in ("hotline_address", "hotline_session", "hotline_bodies"):
            assert f"limit_conn {zone} " in block, (begin, zone)
            assert f"zone={zone}:" in text


def test_headers_stand_in_one_place() -> None:
    """A location with an add_header of its own would lose all others."""
    text = whole(settings())
    for block in re.findall(r"location [^{]+\{([^}]*)\}", text):
        assert "add_header" not in block


def test_workers_are_somebody_only_for_root() -> None:
    assert "user root;" in whole(settings(), user="root")
    assert "\nuser" not in whole(settings())


@given(st.text(max_size=40))
def test_a_path_stays_one_word(said: str) -> None:
    """Whatever a folder is called, it ends no directive and names no variable; else it is refused."""
    try:
        word = nginx_syntax.path(Path(said))
    except ValueError:
        return
    assert not set(word[1:-1]) & set('"\\$;{}\r\n\0')
