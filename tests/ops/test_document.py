"""What of a document is run: marked blocks, each with its chapter and its line."""

from __future__ import annotations

import pytest

from .document import Step, steps

TEXT = """\
# Title

## Install

Words.

```sh run
one
two
```

```sh
not run
```

### First call

```text act=call
Somebody calls.
```

```
## no heading
```

```sh run
three
```
"""


def test_marked_blocks_are_steps_of_their_chapter() -> None:
    assert steps(TEXT) == [
        Step("Install", 8, "", "one\ntwo\n"),
        Step("First call", 19, "call", "Somebody calls.\n"),
        Step("First call", 27, "", "three\n"),
    ]


@pytest.mark.parametrize("head", ["sh", "sh run quietly", "text", "text act=", "text act=a b", "bash run", ""])
def test_any_other_block_is_words(head: str) -> None:
    assert steps(f"## A\n```{head}\nx\n```\n") == []
