"""Plain tracebacks: the default renderer spends seconds on drawing their locals. And the places that come with us, read where a test wants them: they take a second."""

from __future__ import annotations

import pytest
import structlog

from bridge.gazetteer import compiled
from bridge.gazetteer.compiled import Content
from bridge.gazetteer.divisions import Divisions
from bridge.gazetteer.grid import Grid


@pytest.fixture(autouse=True, scope="session")
def plain_log() -> None:
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session")
def shipped() -> Content:
    return compiled.shipped()


@pytest.fixture(scope="session")
def divisions(shipped: Content) -> Divisions:
    return Divisions(shipped.divisions)


@pytest.fixture(scope="session")
def grid(shipped: Content) -> Grid:
    return Grid(shipped.cells)
