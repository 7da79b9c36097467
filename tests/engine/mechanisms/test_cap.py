"""Where a cap is refused, with the way out."""

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.scenario.apply import apply

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\nlaw = "filtered"\n[cap]\nsource = "s"\nprobability = 0.1\n'
TEN = 'factor = "JGB_10Y"\nroom_bp = 10.0\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{TEN}at_cap_bp = 6.0\n", "cap.at_cap_bp: must be half of `band_bp` at most, 5 bp, got 6: a pull that grows"),
        (f"{TEN}band_bp = 0.0\n", "cap.band_bp: must be a number above 0.0"),
        (f'{TEN}event = "fomc"\n', "cap.event"),
        ('factor = "JGB_10Y"\n', "cap.room_bp"),
        ('factor = "UST_10Y"\nroom_bp = 1.0\n', "'UST_10Y' matches UST_10Y, and only zero rates of JGB were wanted"),
        ('factor = "JGB_?0Y"\nroom_bp = 1.0\n', "one yield has the cap, not all that 'JGB_?0Y' matches: such as"),
        (f"{TEN}shape = {{ USDJPY = 0.5 }}\n", "cap.shape.USDJPY: 'USDJPY' matches USDJPY, and only zero rates of JGB"),
        (f"{TEN}spill = {{ SPX2 = 0.5 }}\n", "cap.spill.SPX2: no factor matches 'SPX2'"),
    ],
)
def test_a_cap_that_holds_nothing_or_swings_is_refused(text, said, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text)
    with pytest.raises(FileFaults) as refused:
        apply(load_scenario(str(path)), load_market(bundled_market_path()))
    assert said in str(refused.value)
