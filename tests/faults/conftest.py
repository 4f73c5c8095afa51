"""Each fault gets a site of its own: what it breaks must not be another test's beginning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.site import Site


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("fault"))
    here.as_operators_start_it = getattr(request.module, "AS_OPERATORS_START_IT", False)
    with here:
        yield here


@pytest.fixture
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of which nothing runs yet."""
    site = Site(tmp_path_factory.mktemp("idle"))
    try:
        yield site
    finally:
        site.close_all()
