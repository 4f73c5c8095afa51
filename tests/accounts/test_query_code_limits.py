"""The rule of wrong tries, against a plain count; and its table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from accounts.query_code_limits import KEPT_SECONDS, LIMITS, Limit, Scope, refusal

TABLE = (Limit(Scope.NUMBER, 3, 60), Limit(Scope.CALLER, 4, 100), Limit(Scope.ALL, 6, 30))
MOMENTS = some.lists(some.integers(0, 300).map(float), max_size=12)


@given(some.dictionaries(some.sampled_from(list(Scope)), MOMENTS), some.integers(0, 400).map(float))
def test_a_try_waits_exactly_while_a_limit_is_reached(wrong: dict[Scope, list[float]], now: float) -> None:
    def reached(at: float) -> set[Scope]:
        return {
            one.scope for one in TABLE
            if sum(at - one.seconds < moment for moment in wrong.get(one.scope, [])) >= one.tries
        }  # fmt: skip

    wait = refusal(wrong, now, TABLE)
    assert (wait is not None) == bool(reached(now))
    if wait is not None:
        assert wait.scope in reached(now)
        assert wait.seconds >= 1
        if max((moment for moments in wrong.values() for moment in moments), default=0) <= now:
            assert refusal(wrong, now + wait.seconds, TABLE) is None
            assert wait.seconds == 1 or refusal(wrong, now + wait.seconds - 1, TABLE) is not None


def test_the_table_has_each_scope_and_leaves_guessing_hopeless() -> None:
    """Less than 2 chances in 100 in a year, for all who guess together."""
    assert {limit.scope for limit in LIMITS} == set(Scope)
    assert max(limit.seconds for limit in LIMITS) == KEPT_SECONDS
    a_year = min(limit.tries / limit.seconds for limit in LIMITS if limit.scope is Scope.ALL) * 365 * 86400
    assert a_year / 10**8 < 0.02
