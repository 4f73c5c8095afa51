"""A city's files: what is read, what is refused with line and cure, what is said to be odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.gazetteer import importing
from bridge.gazetteer.coordinates import Crs
from config.files import FileRefused

HEAD = "name,type,district,street,lng,lat,crs,aliases\n"


def test_names_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text(
        HEAD + "湖滨南路,road,思明区,筼筜街道,118.1,24.47,GCJ-02,滨南|南路、湖南路\n中山公园,park,思明区,,,,,\n",
        "utf-8",
    )
    found = importing.read(file, attribution="厦门市民政局")
    assert found.kind == "names"
    road, park = found.names
    assert road.point is not None
    assert (road.point.crs, road.aliases, road.source) == (Crs.GCJ02, ("滨南", "南路", "湖南路"), "厦门市民政局")
    assert (park.point, park.sample) == (None, False)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("湖滨南路,road,,,118.1,24.47,,", "crs"), ("湖滨南路,road,,,118.1,24.47,mars,", "mars"), ("湖滨南路,road,,,24.47,118.1,WGS84,", "填反"),
        ("湖滨南路,road,,,118.1,,WGS84,", "lat"), ("湖滨南路,road,,,x,24,WGS84,", "'x'"), (",road,,,,,,", "name"),
        ("长" * 81 + ",road,,,,,,", "name"),
    ],
)  # fmt: skip
def test_rows_that_are_refused(tmp_path: Path, row: str, said: str) -> None:
    """With the line: above all coordinates whose system nobody named."""
    file = tmp_path / "names.csv"
    file.write_text(HEAD + "中山公园,park,,,,,,\n" + row + "\n", "utf-8")
    with pytest.raises(FileRefused) as refused:
        importing.read(file)
    assert said in str(refused.value)
    assert "3" in refused.value.where


def test_a_system_may_be_said_for_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,lng,lat\n湖滨南路,118.1,24.47\n", "utf-8")
    (one,) = importing.read(file, crs="bd09").names
    assert one.point is not None
    assert one.point.crs is Crs.BD09


def test_a_misspelt_column_is_told(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,ditrict\n湖滨南路,思明区\n", "utf-8")
    found = importing.read(file)
    assert any("ditrict" in remark and "district" in remark for remark in found.remarks)


def geojson(path: Path, *features: dict[str, Any], **told: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | told, ensure_ascii=False), "utf-8")
    return path


def feature(name: str, kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature", "id": "way/1", "properties": {"name": name, **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }  # fmt: skip


def test_openstreetmap(tmp_path: Path) -> None:
    """A road in two pieces is one, of a line a point on it; its makers are named without being asked."""
    line = [[118.1, 24.4], [118.11, 24.41], [118.12, 24.4]]
    file = geojson(
        tmp_path / "osm.geojson",
        feature("湖滨南路", "LineString", line, highway="primary", alt_name="滨南;南路"),
        feature("湖滨南路", "LineString", line, highway="primary"),
        feature("中山公园", "Polygon", [[[118.0, 24.4], [118.2, 24.4], [118.2, 24.6], [118.0, 24.6]]], leisure="park"),
        feature("", "Point", [118.0, 24.4]),
        crs="WGS84",
    )
    found = importing.read(file)
    road, park = found.names
    assert (road.name, road.type, road.aliases, road.accuracy) == ("湖滨南路", "road", ("滨南", "南路"), "D")
    assert road.point is not None
    assert (road.point.lng, road.point.lat) == (118.11, 24.41)
    assert park.point is not None
    assert (park.type, round(park.point.lng, 6), round(park.point.lat, 6)) == ("park", 118.1, 24.5)
    assert "OpenStreetMap" in road.source
    assert found.attribution == road.source
    assert len(found.remarks) == 2


def test_geojson_without_a_system_is_refused(tmp_path: Path) -> None:
    """The standard says WGS-84; what Chinese map services give out is not."""
    file = geojson(tmp_path / "x.geojson", feature("湖滨南路", "Point", [118.1, 24.4]))
    with pytest.raises(FileRefused, match="crs"):
        importing.read(file)
    assert importing.read(file, crs="WGS84").names


def test_cells_in_another_system_are_converted(tmp_path: Path) -> None:
    corners = [[118.1, 24.4], [118.2, 24.4], [118.2, 24.5], [118.1, 24.5]]
    file = geojson(
        tmp_path / "cells.geojson", feature("", "Polygon", [corners], grid_code="350203008001001"), crs="GCJ02"
    )
    (cell,) = importing.read(file).cells
    west, south, _east, _north = cell.box
    assert 118.094 < west < 118.096
    assert 24.402 < south < 24.404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grid_code,west,south,east,north,crs\n12,118,24,118.1,24.1,WGS84\n", "14 或 15"),
        ("grid_code,west,south,east,north,crs\n350203008001001,118.1,24,118,24.1,WGS84\n", "west"),
        ("grid_code,west,south,east,north\n350203008001001,118,24,118.1,24.1\n", "crs"),
        ("code,level,name,parent\n350203,street,思明区,350200\n", "9"),
        ("code,level,name,parent\n350203,district,思明区,350200\n", "上级"),
        ("code,level,name,parent\n350200,county,厦门市,350000\n", "county"),
        ("code,level,name,parent\n350200,town,厦门市,350000\n", "street"),
    ],
)
def test_cells_and_divisions_that_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(FileRefused, match=said):
        importing.read(file)


def test_divisions_with_days_and_aliases(tmp_path: Path) -> None:
    """Zeros at the end of a code say nothing."""
    file = tmp_path / "divisions.csv"
    file.write_text(
        "code,level,name,parent,valid_to,became,aliases\n350200000000,city,厦门市,350000,,,\n"
        "350213000000,district,翔安区,350200,,,\n350213100000,street,新店镇,350213,2020-12-31,350213004000,新店\n"
        "350213004000,street,新店街道,350213,,,\n", "utf-8",
    )  # fmt: skip
    found = importing.read(file).divisions
    assert [row.code for row in found] == ["350200", "350213", "350213100", "350213004"]
    assert (found[2].became, found[2].aliases, str(found[2].valid_to)) == ("350213004", ("新店",), "2020-12-31")


@pytest.mark.parametrize("text", ["[]", "{", '{"type": "FeatureCollection"}', '{"type":"FeatureCollection","features":[1]}',
                                  '{"type":"FeatureCollection","crs":"WGS84","features":[{"properties":{"name":"a"},"geometry":{"type":"Point","coordinates":"x"}}]}'])  # fmt: skip
def test_what_is_no_geojson(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.geojson"
    file.write_text(text, "utf-8")
    with pytest.raises(FileRefused):
        importing.read(file)


def test_outlines(tmp_path: Path) -> None:
    """Polygons with a division's code and level; one whose digits do not fit its level is refused."""
    ring = [[[118.0, 24.4], [118.2, 24.4], [118.1, 24.6]]]
    fine = feature("思明区", "Polygon", ring, code="350203", level="district", synthetic=True)
    (one,) = importing.read(geojson(tmp_path / "a.geojson", fine, crs="WGS84")).outlines
    assert (one.code, one.level, one.sample, len(one.rings[0])) == ("350203", "district", True, 6)
    wrong = feature("思明区", "Polygon", ring, code="350203", level="street")
    with pytest.raises(FileRefused, match="code"):
        importing.read(geojson(tmp_path / "b.geojson", wrong, crs="WGS84"))
    with pytest.raises(FileRefused):
        importing.read(geojson(tmp_path / "c.geojson", fine, feature("路", "Point", [118.0, 24.4]), crs="WGS84"))
