"""The loss curve that a training card shows."""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ticker import MaxNLocator

from trainer.aside import write_aside

_CARD, _INK, _FAINT, _GRID = "#f7f7f9", "#24262d", "#6b7080", "#dfe1e8"
_TRAINING, _VALIDATION, _BEST = "#9aa7c7", "#3557c7", "#d9480f"
_SIZE_INCHES, _DOTS_PER_INCH = (6.4, 3.6), 100
_MARGINS = {"left": 0.11, "right": 0.98, "top": 0.84, "bottom": 0.14}  # fixed: a layout that adapts can fail on a title
_LEGEND: Mapping[str, Any] = {  # between the title and the curves, so that it hides none of them
    "loc": "lower left",
    "bbox_to_anchor": (0, 1),
    "borderaxespad": 0,
    "frameon": False,
    "fontsize": 9,
    "labelcolor": _INK,
}
_TITLE_LETTERS = 64
_TITLE_PAD = 20  # points above the curves: room for the legend
_SMOOTHING_FRACTION = 0.03

Points = Sequence[tuple[int, float]]


def draw_curve(path: Path, losses: Points, validations: Points, title: str) -> None:
    """Write a 640x360 PNG: smoothed training loss thin, validation loss with markers, the best step marked.

    `losses` and `validations` are (step, loss), steps rising; either may be empty. Raises OSError.
    """
    figure = Figure(figsize=_SIZE_INCHES, dpi=_DOTS_PER_INCH, facecolor=_CARD)
    FigureCanvasAgg(figure)
    axes = figure.subplots(gridspec_kw=_MARGINS)
    _dress(axes, title)
    _draw_training(axes, losses)
    _draw_validation(axes, validations)
    if losses or validations:
        axes.legend(ncols=3, **_LEGEND)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    write_aside(path, buffer.getvalue())


def smoothed(values: Sequence[float], window: int) -> list[float]:
    """Mean of each value and up to `window` - 1 before it."""
    sums = [0.0, *accumulate(values)]
    starts = (max(0, end - window) for end in range(1, len(sums)))
    return [(sums[end] - sums[start]) / (end - start) for end, start in enumerate(starts, 1)]


def _dress(axes: Axes, title: str) -> None:
    axes.set_facecolor(_CARD)
    axes.set_title(_drawable(title), loc="left", color=_INK, fontsize=11, parse_math=False, pad=_TITLE_PAD)
    axes.set_xlabel("step", color=_FAINT, fontsize=9)
    axes.set_ylabel("loss", color=_FAINT, fontsize=9)
    axes.tick_params(colors=_FAINT, labelsize=9, length=0)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.margins(x=0.02)
    axes.spines[:].set_visible(False)


def _draw_training(axes: Axes, losses: Points) -> None:
    if not losses:
        return
    steps, values = zip(*losses, strict=True)
    window = max(1, round(len(values) * _SMOOTHING_FRACTION))
    axes.plot(steps, smoothed(values, window), color=_TRAINING, linewidth=1.2, label="training")


def _draw_validation(axes: Axes, validations: Points) -> None:
    if not validations:
        return
    steps, values = zip(*validations, strict=True)
    axes.plot(steps, values, color=_VALIDATION, linewidth=2, marker="o", markersize=4, label="validation")
    best_step, best = min(validations, key=lambda point: point[1])
    label = f"best {best:.4f} at step {best_step}"
    axes.plot([best_step], [best], "o", color=_BEST, markersize=9, fillstyle="none", markeredgewidth=2, label=label)


def _drawable(title: str) -> str:
    """Title without the characters that the font lacks (CJK, emoji): missing glyphs make matplotlib warn."""
    known = get_font(fontManager.findfont(FontProperties())).get_charmap()
    kept = "".join(letter if ord(letter) in known else " " for letter in unicodedata.normalize("NFC", title))
    return " ".join(kept.split())[:_TITLE_LETTERS]
