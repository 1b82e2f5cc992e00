"""A page with its charts, written to a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from analysis.presentation import style
from analysis.reporting.page import CHARTS, PAGE, TABLES


@dataclass(frozen=True)
class Chart:
    """A chart ready for a page.

    Attributes
    ----------
    stem
        Name of its files.
    finding
        What it shows, as a title.
    alt
        Alternative text with the numbers.
    draw
        From title and width in inches to the figure.
    """

    stem: str
    finding: str
    alt: str
    draw: Callable[[str, float], Figure]

    def svg(self, *, title: bool, width: float) -> str:
        """Return it as SVG."""
        return style.svg(self.draw(self.finding if title else "", width), f"{self.stem}-{width:g}")

    def inline(self) -> str:
        """Return it as two SVG elements, of which the page shows one: for wide and for narrow screens."""
        parts = []
        for name, width in (("wide", style.WIDE), ("narrow", style.NARROW)):
            text = style.inline(self.svg(title=False, width=width), f"{self.stem}-{name}", self.alt)
            parts.append(f'<div class="{name}">{text}</div>')
        return "\n".join(parts)


def keep_units(value: Any) -> Any:
    """Keep a number and its percent sign on one line."""
    return type(value)(str(value).replace(" %", "\u00a0%")) if isinstance(value, str) else value


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files aside, then move each whole into its place, the page last.

    An error while writing leaves the folder as it was.  Files of an older report that this one lacks are removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            (aside / name).write_bytes(content)
        aside.chmod(0o777 & ~_umask())
        if not folder.exists():
            aside.rename(folder)
            return
        for name in sorted(files, key=lambda name: name == PAGE):
            (aside / name).replace(folder / name)
        images = [f"{stem}.{kind}" for stem in CHARTS for kind in ("png", "svg")]
        for name in (*images, *(f"{stem}.csv" for stem in TABLES)):
            if name not in files:
                (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
