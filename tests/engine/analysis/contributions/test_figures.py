"""Tables of contributions in JSON."""

import json
import math

from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures, contributions_json


def test_json_has_every_group_and_null_for_what_the_sample_does_not_bound():
    figure = {"value_at_risk": Figure(value=1.0, se=math.inf, table_se=0.5)}
    table = ContributionTable(
        scenario="base", by="book", confidence=0.99, total=figure,
        groups=(GroupFigures(group="a", contributions=figure),), others=None, diversification={}, tail_paths=1,
        is_exact=False,
    )  # fmt: skip
    (found,) = json.loads(json.dumps(contributions_json([table]), allow_nan=False))["contributions"]
    assert (found["scenario"], found["by"], found["confidence"], found["others"]) == ("base", "book", 0.99, None)
    assert found["groups"] == [
        {
            "group": "a",
            "contributions": {"value_at_risk": {"value": 1.0, "se": None, "table_se": 0.5}},
            "standalone": {},
            "incremental": {},
            "tail_share": None,
        }
    ]


def test_a_run_that_is_not_taken_apart_has_no_such_key():
    assert contributions_json(()) == {}
