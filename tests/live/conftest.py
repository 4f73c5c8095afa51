"""One site for each module of live tests: starting Asterisk and the daemon is the dear part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site")) as here:
        yield here
