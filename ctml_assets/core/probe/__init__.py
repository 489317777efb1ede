"""The staleness probe: a cheap fresh model that estimates what a retrain would gain."""

from ctml_assets.core.probe.accumulate import accumulated
from ctml_assets.core.probe.affordable import affordable_rows
from ctml_assets.core.probe.days import ProbeDays, probe_days
from ctml_assets.core.probe.fitting import fit_probe
from ctml_assets.core.probe.gain import Gain, gain_over
from ctml_assets.core.probe.results import Probing, StalenessProbe
from ctml_assets.core.probe.sample import Sample, merged, sample_of, sample_of_days
from ctml_assets.core.probe.schedule import counted, is_due

__all__ = [
    "Gain",
    "ProbeDays",
    "Probing",
    "Sample",
    "StalenessProbe",
    "accumulated",
    "affordable_rows",
    "counted",
    "fit_probe",
    "gain_over",
    "is_due",
    "merged",
    "probe_days",
    "sample_of",
    "sample_of_days",
]
