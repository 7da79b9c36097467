"""Blocks of two nights, and how they are grouped."""

from engine.explain.nights.movers import MOST_MOVERS, Mover, at_most, grouped, movers_of
from tests.engine.explain.two_nights import plain_market


def named(*keys: str) -> tuple[Mover, ...]:
    return tuple(Mover(keys=(key,), label=key, meaning=f"about {key}") for key in keys)


def test_every_mover_has_a_key_of_its_own_and_a_meaning():
    movers = movers_of([plain_market()])
    keys = [mover.key for mover in movers]
    assert keys[:3] == ["ageing", "curve:JGB", "curve:UST"]
    assert keys[3:] == ["prices", "vols", "correlations", "lead", "basis", "trades", "law"]
    assert all(mover.meaning for mover in movers)


def test_movers_that_cannot_be_parted_stand_where_the_first_of_them_stood():
    found = grouped(named("ageing", "vols", "trades"), ("ageing", "trades"), "both")
    assert [(each.key, each.label) for each in found] == [("ageing+trades", "both"), ("vols", "vols")]
    assert found[0].meaning == "about ageing; about trades"
    alone = named("ageing", "vols")
    assert grouped(alone, ("ageing", "trades"), "both") == alone


def test_curves_of_third_countries_are_grouped_first():
    keys = ("ageing", "curve:JGB", "curve:UST", "curve:BUND", "curve:OAT", "prices", "vols", "correlations", "lead")
    assert at_most(named(*keys)) == named(*keys)  # as many as may be
    found = at_most(named(*keys, "basis"))
    assert [each.key for each in found] == [
        *("ageing", "curve:JGB", "curve:UST", "curve:BUND+curve:OAT", "prices", "vols", "correlations", "lead", "basis")
    ]
    more = at_most(named(*keys, "basis", "trades", "law"))
    assert len(more) == MOST_MOVERS
    assert "vols+correlations+lead" in [each.key for each in more]
