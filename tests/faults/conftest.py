"""Each fault gets a site of its own: what it breaks must not be another test's beginning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.site import Site


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("fault")) as here:
        yield here


@pytest.fixture
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of which nothing runs yet."""
    site = Site(tmp_path_factory.mktemp("idle"))
    try:
        yield site
    finally:
        site.close_all()
