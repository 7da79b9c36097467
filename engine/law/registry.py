"""How each mechanism enters a law, by its key in `engine.mechanisms.registry`, in the order in which they change steps.

Fields of the record that no mechanism owns are in `engine.law.unwind.STRUCTURAL`.
"""

from engine.law.bridge import bridged
from engine.law.cap import CAP_FIELDS, cap_record
from engine.law.carry import CARRY_FIELDS, carry_record, net_rows
from engine.law.drifts import drifted_rows
from engine.law.fat_tails import FAT_TAILS_FIELDS, fat_tails_record
from engine.law.impact import IMPACT_FIELDS, impact_record
from engine.law.intervention import INTERVENTION_FIELDS, intervention_record
from engine.law.jumps import JUMP_FIELDS, compensated, compensated_rows, jumps_record
from engine.law.part import LawPart
from engine.law.past.bridge import bridged_rows
from engine.law.past.filtered import ROW_FIELDS
from engine.law.regimes import REGIME_FIELDS, regimes_record
from engine.law.repatriation import REPATRIATION_FIELDS, repatriation_record
from engine.law.rows import followed_rows
from engine.mechanisms.registry import MECHANISMS
from kernels.registry import Registry

LAWS: Registry[LawPart] = Registry(
    "part of a law for the mechanism",
    (
        LawPart(key="law", fields=ROW_FIELDS),  # arrays of their own, in engine.law.arrays
        LawPart(key="rows"),  # in place of the market's, in engine.law.past.filtered
        LawPart(key="row_followers", change_table=followed_rows),
        LawPart(key="regimes", fields=REGIME_FIELDS, record=regimes_record),
        LawPart(key="hazards"),  # its rates are in the table of transitions
        LawPart(key="nu", fields=FAT_TAILS_FIELDS, record=fat_tails_record),
        LawPart(key="drifts", change_rows=drifted_rows),  # of a diffusion, part of each regime's step
        LawPart(key="bridge", change_steps=bridged, change_rows=bridged_rows),
        LawPart(
            key="jumps",
            fields=JUMP_FIELDS,
            record=jumps_record,
            change_steps=compensated,
            change_rows=compensated_rows,
        ),
        LawPart(key="intervention", fields=INTERVENTION_FIELDS, record=intervention_record, feeds_back=True),
        LawPart(key="cap", fields=CAP_FIELDS, record=cap_record),
        LawPart(key="carry", fields=CARRY_FIELDS, record=carry_record, change_table=net_rows),
        LawPart(key="repatriation", fields=REPATRIATION_FIELDS, record=repatriation_record, feeds_back=True),
        LawPart(key="impact", fields=IMPACT_FIELDS, record=impact_record),
        LawPart(key="scheduled_sales", feeds_back=True),  # an array over the steps
    ),
    name=lambda part: part.key,
)


def law_part(key: str) -> LawPart:
    """Return how a mechanism enters a law. Raises LookupError where it was registered without saying so."""
    if key not in LAWS:
        raise LookupError(
            f"mechanism {key!r} has no part in a law: register one in engine.law.registry.LAWS; it is"
            f" LawPart(key={key!r}) where it changes nothing"
        )
    return LAWS[key]


def check_laws() -> None:
    """Raise LookupError where a mechanism has no part in a law, or a part no mechanism."""
    for key in MECHANISMS:
        law_part(key)
    for key in LAWS:
        if key not in MECHANISMS:
            raise LookupError(
                f"the part of a law {key!r} belongs to no mechanism: register one of this key in"
                " engine.mechanisms.registry.MECHANISMS"
            )
