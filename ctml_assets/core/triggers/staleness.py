"""A cheap fresh model beats the champion on the same rows."""

from dataclasses import dataclass

from ctml_assets.core.drift.significance import critical_value, standard_errors
from ctml_assets.core.spec import StalenessSpec
from ctml_assets.core.triggers.look import Look, Probe
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class Staleness:
    """Fires if one look's gain is large and significant, or if the gains add up.

    What makes a week hard is hard for both, and cancels: a harder week fires nothing, and a stale
    model fires in an easy week too. The probe's own day and the days up to the next probe give the
    same answer, so that a gain that was held back counts on the first day that it is not.

    References
    ----------
    Page (1954), Continuous inspection schemes, Biometrika 41, doi:10.1093/biomet/41.1-2.100.
    """

    name: str = "staleness"

    def ask(self, settings: StalenessSpec, look: Look, state: TrainingState) -> Answer:
        """Judge the latest probe since the last training."""
        probe = look.probe
        if probe is None:
            why = f"no probe since the last training (one every {settings.probe_every_days} days)"
            return Answer(Answered.NO, why, self.name)
        if probe.gain is None:
            return Answer(Answered.UNKNOWN, f"not evaluable: {probe.reason}", self.name)
        answered, told = self._one_look(settings, probe)
        bound = settings.accumulated_gain
        if bound is not None:
            many = probe.accumulated >= bound
            told += (
                f"; accumulated over {probe.probes} probes {probe.accumulated:.1%} "
                f"{'>=' if many else '<'} {bound:.1%}"
            )
            answered = Answered.YES if many else answered
        if answered is Answered.UNKNOWN:
            told = f"not evaluable: {told}"
        return Answer(answered, told, self.name)

    def _one_look(self, settings: StalenessSpec, probe: Probe) -> tuple[Answered, str]:
        gain = probe.gain or 0.0
        large = gain >= settings.min_gain
        told = (
            f"probe of {probe.day} gains {gain:+.1%} {'>=' if large else '<'} "
            f"{settings.min_gain:.1%}"
        )
        if not large:
            return Answered.NO, told
        if probe.standard_error is None or probe.degrees_of_freedom is None:
            return Answered.UNKNOWN, f"{told}, but too few days tell how uncertain that is"
        # one look in so many days
        looks = max(settings.days_between_false_alarms / settings.probe_every_days, 2)
        needed = critical_value(looks, probe.degrees_of_freedom)
        found = standard_errors(gain, probe.standard_error)
        real = found > needed
        told += f", {found:.1f} standard errors {'>' if real else '<='} {needed:.1f}"
        return Answered.YES if real else Answered.NO, told
