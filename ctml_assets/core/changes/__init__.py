"""How far data have moved. A new measure is one small file and one line in ``measuring.MEASURES``.

A measure gives the size of a change, never a p-value: a large sample makes every change
significant. What the sizes do not say is whether the model suffers. Weather and season change all
the time: on every third flight of 2013, weeks against a sample that ends four weeks before, a
fifth of the columns counted as changed by default in each of 21 weeks (psi, jensen_shannon), 20
(ks) or 12 (wasserstein), and the classifier's AUC counted in 14. So a change of the data is not
among the triggers that are declared by default.
"""

from ctml_assets.core.changes.classifier import Separation, tell_apart
from ctml_assets.core.changes.column import ColumnPair, pair_columns
from ctml_assets.core.changes.measuring import MEASURES, measure_columns
from ctml_assets.core.changes.protocol import Measure

__all__ = [
    "MEASURES",
    "ColumnPair",
    "Measure",
    "Separation",
    "measure_columns",
    "pair_columns",
    "tell_apart",
]
