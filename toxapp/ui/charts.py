"""What all charts have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toxapp.ui import look

if TYPE_CHECKING:
    import plotly.graph_objects as go


def styled(figure: go.Figure, *, height: int, x_title: str, y_title: str) -> go.Figure:
    """A chart in the app's colours, without ornaments."""
    t = look.tokens()
    axis = {
        "gridcolor": t.line,
        "zeroline": False,
        "linecolor": t.line,
        "tickfont": {"color": t.soft_ink, "size": 11},
        "title_font": {"color": t.soft_ink, "size": 12},
        "automargin": True,
    }
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 32 if len(figure.data) > 1 else 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter, sans-serif", "color": t.ink},
        xaxis={**axis, "title": x_title, "showgrid": False},
        yaxis={**axis, "title": y_title},
        legend={
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.02,
            "x": 0,
            "font": {"color": t.soft_ink},
        },
        hoverlabel={"bgcolor": t.panel, "font": {"color": t.ink}},
        bargap=0.12,
    )
    return figure
