"""Small pictures for the Dagster UI, as SVG text: no plotting library is needed for a few lines."""

from ctml_assets.pictures.lines import Line, Point, as_markdown, line_chart

__all__ = ["Line", "Point", "as_markdown", "line_chart"]
