"""Small pictures for the Dagster UI, as SVG text: no plotting library is needed for a few lines."""

from ctml_assets.pictures.bars import bar_chart
from ctml_assets.pictures.history import Mark, history_chart
from ctml_assets.pictures.lines import Line, Point, line_chart
from ctml_assets.pictures.panels import Names, Panel, Span, Spot, panel_chart
from ctml_assets.pictures.rollout import Look, Stage, rollout_chart
from ctml_assets.pictures.sides import Score, Sides, side_chart
from ctml_assets.pictures.svg import as_markdown

__all__ = [
    "Line",
    "Look",
    "Mark",
    "Names",
    "Panel",
    "Point",
    "Score",
    "Sides",
    "Span",
    "Spot",
    "Stage",
    "as_markdown",
    "bar_chart",
    "history_chart",
    "line_chart",
    "panel_chart",
    "rollout_chart",
    "side_chart",
]
