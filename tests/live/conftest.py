"""One site for each module of live tests: starting Asterisk and the daemon is the dear part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotline.lab import ports

from .site import Site


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"))
    here.as_operators_start_it = getattr(request.module, "AS_OPERATORS_START_IT", False)
    with here:
        yield here


@pytest.fixture
def base() -> Iterator[int]:
    """The first of a thousand ports for telephones of others."""
    block = ports.find()
    yield block.base
    block.free()
