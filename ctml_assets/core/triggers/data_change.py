"""The data are not what the champion learned from: by how much, not how surely."""

from collections.abc import Mapping
from dataclasses import dataclass

from ctml_assets.core.spec import DataChangeSpec
from ctml_assets.core.triggers.look import Changes, Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState

# Effects that count: the credit scorers' rule for PSI, a fifth of the way to nothing in common for
# the distances, half a standard deviation, and a model that is right three times in four.
COUNTS: Mapping[str, float] = {
    "psi": 0.25,
    "jensen_shannon": 0.2,
    "wasserstein": 0.5,
    "ks": 0.2,
    "classifier": 0.75,
}
_SHOWN = 3
_ROUNDED = 1e-9


@dataclass(frozen=True)
class DataChange:
    """Fires if a share of the columns has changed by at least an effect.

    Decided on the effect's size with a minimum of rows, never on a p-value: with enough rows every
    change is significant. It says that the data moved, not that the model suffers.
    """

    name: str = "data_change"

    def ask(self, settings: DataChangeSpec, look: Look, state: TrainingState) -> Answer:
        """Count the columns that have changed."""
        changes = look.changes
        why = _not_measured(settings, changes)
        if changes is None or why:
            return Answer(Answered.UNKNOWN, f"not evaluable: {why}", self.name)
        effects = changes.effects[settings.measure]
        if settings.features is not None and settings.measure != "classifier":
            effects = {name: effects[name] for name in settings.features if name in effects}
        counts = COUNTS[settings.measure] if settings.at_least is None else settings.at_least
        moved = sorted((-effect, name) for name, effect in effects.items() if effect >= counts)
        # 55 % of 20 columns are 11, though 0.55 * 20 is a little more
        fired = (
            len(moved) > 0 and len(moved) >= settings.share_of_features * len(effects) - _ROUNDED
        )
        return Answer(
            Answered.YES if fired else Answered.NO,
            _told(settings, changes, effects, counts, [name for _, name in moved], fired),
            self.name,
        )


def _not_measured(settings: DataChangeSpec, changes: Changes | None) -> str:
    if changes is None:
        return "the data were not compared"
    if changes.reason:
        return changes.reason
    for rows, of in ((changes.rows, "rows"), (changes.sample_rows, "rows of the training sample")):
        if rows < settings.min_rows:
            return f"{rows} {of}, fewer than {settings.min_rows}"
    effects = changes.effects.get(settings.measure, {})
    if settings.features is not None and settings.measure != "classifier":
        effects = {name: effects[name] for name in settings.features if name in effects}
    return "" if effects else f"{settings.measure} could be measured on no column"


def _told(
    settings: DataChangeSpec,
    changes: Changes,
    effects: Mapping[str, float],
    counts: float,
    moved: list[str],
    fired: bool,
) -> str:
    if settings.measure == "classifier":
        (auc,) = effects.values()
        side = ">=" if moved else "<"
        by = f", by {', '.join(changes.giveaways[:_SHOWN])}" if changes.giveaways else ""
        return f"a model tells old rows from new with ROC AUC {auc:.2f} {side} {counts:.2f}{by}"
    shown = ", ".join(f"{name} {effects[name]:.2f}" for name in moved[:_SHOWN])
    return (
        f"{settings.measure} at least {counts:.2f} in {len(moved)} of {len(effects)} columns"
        f"{f' ({shown})' if shown else ''}, {len(moved) / len(effects):.0%} "
        f"{'>=' if fired else '<'} {settings.share_of_features:.0%}"
    )
