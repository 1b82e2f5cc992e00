"""The look of all charts: colours stand out, and channels differ without them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib import colors

from analysis.presentation import style


def luminance(colour: str) -> float:
    rgb = np.array(colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize(
    "colour", [*(look.colour for look in style.LOOKS.values()), style.OTHER.colour, style.BAND_EDGE]
)
def test_marks_stand_out_on_white(colour: str) -> None:
    assert contrast(colour, "white") >= 3


@pytest.mark.parametrize("look", style.LOOKS.values())
def test_marks_stand_out_on_the_band(look: style.Look) -> None:
    assert contrast(look.colour, style.BAND) >= 3


def test_channels_differ_without_colour() -> None:
    looks = [*style.LOOKS.values(), style.OTHER]
    assert len({look.marker for look in looks}) == len(looks)
    assert len({look.dashes for look in looks}) == len(looks)


# Full protanopia, deuteranopia and tritanopia on linear RGB (Machado, Oliveira and Fernandes 2009).
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.mark.parametrize("kind", BLIND)
def test_channels_differ_to_colour_blind_eyes(kind: str) -> None:
    def lab(colour: str) -> np.ndarray:
        rgb = np.array(colors.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        seen = np.clip(np.array(BLIND[kind]) @ linear, 0, 1)
        xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
        f = np.cbrt(xyz / [0.95047, 1.0, 1.08883])
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    for one, other in combinations(style.LOOKS.values(), 2):
        assert np.linalg.norm(lab(one.colour) - lab(other.colour)) > 25, (one, other)
