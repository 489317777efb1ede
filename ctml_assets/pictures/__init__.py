"""Small pictures for the Dagster UI, as SVG text: no plotting library is needed for a few lines."""

from ctml_assets.pictures.bars import bar_chart
from ctml_assets.pictures.history import Mark, history_chart
from ctml_assets.pictures.lines import Line, Point, line_chart
from ctml_assets.pictures.panels import Names, Panel, Span, Spot, panel_chart
from ctml_assets.pictures.svg import as_markdown

__all__ = [
    "Line",
    "Mark",
    "Names",
    "Panel",
    "Point",
    "Span",
    "Spot",
    "as_markdown",
    "bar_chart",
    "history_chart",
    "line_chart",
    "panel_chart",
]
