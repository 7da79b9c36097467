"""How each mechanism enters a law, by its key in `engine.mechanisms.registry`, in the order in which they change steps.

Fields of the record that no mechanism owns are in `engine.law.unwind.STRUCTURAL`.
"""

from engine.law.bridge import bridged
from engine.law.carry import CARRY_FIELDS, carry_record
from engine.law.fat_tails import FAT_TAILS_FIELDS, fat_tails_record
from engine.law.impact import IMPACT_FIELDS, impact_record
from engine.law.intervention import INTERVENTION_FIELDS, intervention_record
from engine.law.jumps import JUMP_FIELDS, compensated, jumps_record
from engine.law.part import LawPart
from engine.law.regimes import REGIME_FIELDS, regimes_record
from engine.law.repatriation import REPATRIATION_FIELDS, repatriation_record

LAWS: dict[str, LawPart] = {
    "regimes": LawPart(fields=REGIME_FIELDS, record=regimes_record),
    "hazards": LawPart(),  # its rates are in the table of transitions
    "nu": LawPart(fields=FAT_TAILS_FIELDS, record=fat_tails_record),
    "drifts": LawPart(),  # part of each regime's step
    "bridge": LawPart(change_steps=bridged),
    "jumps": LawPart(fields=JUMP_FIELDS, record=jumps_record, change_steps=compensated),
    "intervention": LawPart(fields=INTERVENTION_FIELDS, record=intervention_record, feeds_back=True),
    "carry": LawPart(fields=CARRY_FIELDS, record=carry_record, feeds_back=True),
    "repatriation": LawPart(fields=REPATRIATION_FIELDS, record=repatriation_record, feeds_back=True),
    "impact": LawPart(fields=IMPACT_FIELDS, record=impact_record, feeds_back=True),
    "scheduled_sales": LawPart(feeds_back=True),  # an array over the steps
}


def law_part(key: str) -> LawPart:
    """Return how a mechanism enters a law. Raises KeyError where it was registered without saying so."""
    if key not in LAWS:
        raise KeyError(f"mechanism {key!r} has no part in a law: add it to engine.law.registry.LAWS")
    return LAWS[key]
