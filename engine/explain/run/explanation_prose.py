"""The paragraph that says why a run loses what it loses: sentences filled with the figures of the tables below it."""

from collections.abc import Iterator, Sequence

from engine.conventions.figure_words import days_text, percent
from engine.explain.amount_text import listed, short_money
from engine.explain.run.causes import Cause
from engine.explain.run.run_explanation import RunExplanation, SignChange
from engine.explain.run.scenario_explanation import Contribution, ScenarioExplanation
from engine.explain.run.spoken_names import place_words, spoken_cause, spoken_mechanism
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.words.language import Text, name_of, sentences, texts, whole_date

WORTH_SAYING = 0.10  # of expected shortfall: smaller parts stand in the table alone
WORTH_CHANGE = 0.01  # of expected shortfall: of a part that adds in one scenario and takes off in another
MOST_PARTS = 3  # that a sentence names
MOST_CAUSES = 3
LEAST_CAUSE = 0.01  # of the paths of the tail: rarer causes stand in the table alone
MOST_CHANGES = 4

_HEADING = Text("VaR and ES {level}, {days} from {date}, {currency}")
_GAIN = Text("In {scenario} even the worst {odds} of paths gain, {mean} on average.")
_LOSE = Text("In {scenario} the worst {odds} of paths lose {loss} or more, {mean} on average.")
_MORE, _MORE_THAN_ALL = texts("{parts}; others take off.", "More than all of it ({share}) is {what}")
_MADE, _FIRST_PART, _PART = texts("{parts}.", "{share} of that is {what}", "{share} {what}")
_TAKES_OFF, _TAKEN_OFF = Text("{what} takes {share} off"), Text("{parts}.", sense="taken off")
_CAUSES, _ON = texts("What made these paths lose: {causes}.", "{cause} on {share}")
_COSTS, _COST = texts("On average they lost {costs}.", "{amount} by {what}")
_ENDS = Text("{share} of them end in {regime}, of all paths {of_all}.")
_CHANGES = Text("{what} adds {adds} in {adds_in} and takes off {takes_off} in {takes_off_in}.")


def heading(found: RunExplanation) -> str:
    """Return what is explained, in a line."""
    level, days = percent(found.confidence), days_text(found.horizon_days)
    return _HEADING.format(level=level, days=days, date=whole_date(found.valuation_date), currency=found.currency)


def prose(found: RunExplanation) -> str:
    """Return the paragraph: what each scenario loses, what that is made of, and what changes its sign between them."""
    of_scenarios = [sentence for each in found.scenarios for sentence in _of_scenario(each, found)]
    changes = [each for each in found.sign_changes if _is_worth(each, found)]
    return sentences(*of_scenarios, *(_change(each, found.currency) for each in changes[:MOST_CHANGES]))


def _is_worth(change: SignChange, found: RunExplanation) -> bool:
    """Return whether both sides of a change are large enough to be said, beside what their scenarios lose."""
    tails = {each.scenario: tail for each in found.scenarios for tail in each.total.measures}  # the last: the highest
    es = {name: abs(tail.of(EXPECTED_SHORTFALL).value) for name, tail in tails.items()}
    sides = ((change.adds, change.adds_in), (change.takes_off, change.takes_off_in))
    return all(abs(side.value) >= WORTH_CHANGE * es[scenario] for side, scenario in sides)


def _of_scenario(each: ScenarioExplanation, found: RunExplanation) -> Iterator[str]:
    tail = next(tail for tail in each.total.measures if tail.confidence == found.confidence)
    var, es = tail.of(VALUE_AT_RISK).value, tail.of(EXPECTED_SHORTFALL).value
    odds = percent(1.0 - found.confidence, None if found.confidence < 0.999 else 3)
    loss, mean = (short_money(found.currency, figure) for figure in (var, abs(es)))
    words = {"scenario": name_of(each.scenario), "odds": odds, "mean": mean}
    if es <= 0.0:
        yield _GAIN.format(**words)
    else:
        yield _LOSE.format(**words, loss=loss)
        yield from _parts(each.factors, EXPECTED_SHORTFALL.key, es)
    yield from _tail(each, es, found.currency)


def _parts(parts: Sequence[Contribution], key: str, es: float) -> Iterator[str]:
    """Say which parts of the market make the most of expected shortfall, and which take off."""
    shares = [(each.figures[key].value / es, each) for each in parts if key in each.figures]
    adding = sorted((pair for pair in shares if pair[0] >= WORTH_SAYING), key=lambda pair: -pair[0])[:MOST_PARTS]
    saving = sorted((pair for pair in shares if pair[0] <= -WORTH_SAYING), key=lambda pair: pair[0])[:MOST_PARTS]
    if adding:
        is_more = adding[0][0] >= 1.005  # 100 % as it is printed is not more than all
        shapes = [_MORE_THAN_ALL if is_more else _FIRST_PART, *[_PART] * (len(adding) - 1)]
        words = [
            shape.format(share=percent(share, 0), what=place_words(part.words))
            for shape, (share, part) in zip(shapes, adding, strict=True)
        ]
        yield (_MORE if is_more else _MADE).format(parts=listed(words))
    if saving:
        words = [_TAKES_OFF.format(what=place_words(part.words), share=percent(-share, 0)) for share, part in saving]
        yield _capital(_TAKEN_OFF.format(parts=listed(words)))


def _tail(each: ScenarioExplanation, es: float, currency: str) -> Iterator[str]:
    """Say which causes made most paths of the tail, what mechanisms cost in it, and where it ends."""
    if each.causes:
        worth = [cause for i, cause in enumerate(each.causes[:MOST_CAUSES]) if i == 0 or cause.share >= LEAST_CAUSE]
        words = [_ON.format(cause=_said(cause), share=percent(cause.share, 0)) for cause in worth]
        yield _CAUSES.format(causes=listed(words))
    costly = [one for one in each.mechanisms if one.cost >= max(WORTH_SAYING * es, 2.0 * one.cost_se)]
    if costly:
        dearest = sorted(costly, key=lambda one: -one.cost)[:MOST_PARTS]
        costs = ((short_money(currency, one.cost), spoken_mechanism(one.name)) for one in dearest)
        yield _COSTS.format(costs=listed([_COST.format(amount=cost, what=what) for cost, what in costs]))
    if each.regimes:
        most = max(each.regimes, key=lambda regime: regime.in_tail - regime.of_all)
        error = 2.0 * (most.in_tail_se**2 + most.of_all_se**2) ** 0.5
        if most.in_tail - most.of_all > max(error, WORTH_SAYING):
            shares = {"share": percent(most.in_tail, 0), "of_all": percent(most.of_all, 0)}
            yield _ENDS.format(regime=name_of(most.regime), **shares)


def _said(cause: Cause) -> str:
    """Return a cause as a clause: "the JGB curve steepens", "the jump repatriation"."""
    return spoken_mechanism(cause.name) if cause.is_mechanism else spoken_cause(cause.name)


def _change(change: SignChange, currency: str) -> str:
    return _CHANGES.format(
        what=_capital(place_words(change.words)),
        adds=short_money(currency, change.adds.value, change.adds.error),
        adds_in=name_of(change.adds_in),
        takes_off=short_money(currency, -change.takes_off.value, change.takes_off.error),
        takes_off_in=name_of(change.takes_off_in),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
