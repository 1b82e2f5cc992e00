"""The best fit: surfaces through points, intervals along them, and what lies inside a band."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from analysis.calibration.best_fit import Aim, Aims, find_best
from analysis.calibration.calibration import Target
from analysis.calibration.surface import LOG, LOGIT, PLAIN, fit_surface, link_for
from sim.streams import Streams


def test_a_surface_finds_the_polynomial_that_there_is() -> None:
    places = Streams(5, 0).generator("places").random((40, 2))
    low, high = np.array([0.0, 0.2]), np.array([1.0, 0.8])

    def function(at: Any) -> Any:
        return 1 + 2 * at[:, 0] - at[:, 1] + 3 * at[:, 0] * at[:, 1] + 0.5 * at[:, 0] ** 2

    surface = fit_surface(places, function(places), low, high)
    assert surface.degree == "products"
    there = np.array([[0.3, 0.7]])
    value, variance = surface.at(there)
    assert value == pytest.approx(function(there))
    assert variance[0] < 1e-20
    slopes, covariance = surface.gradient(there[0])
    assert slopes == pytest.approx([2 + 3 * 0.7 + 0.3, -1 + 3 * 0.3])
    assert covariance.shape == (2, 2)


def test_a_straight_line_in_noise_stays_one_and_its_error_is_that_of_least_squares() -> None:
    draws = Streams(6, 0).generator("places")
    places = draws.random((30, 1))
    values = 2 * places[:, 0] + 0.3 * draws.standard_normal(30)
    surface = fit_surface(places, values, np.zeros(1), np.ones(1))
    line = stats.linregress(places[:, 0], values)
    assert surface.degree == "linear"
    slopes, covariance = surface.gradient(np.array([0.5]))
    assert (slopes[0], math.sqrt(covariance[0, 0])) == pytest.approx((line.slope, line.stderr))
    assert 0 < surface.noise < surface.unseen


def test_a_coordinate_that_never_moved_has_no_slope() -> None:
    draws = Streams(7, 0).generator("places")
    places = np.column_stack([draws.random(12), np.full(12, 0.5)])
    surface = fit_surface(places, 3 * places[:, 0], np.zeros(2), np.ones(2))
    assert surface.gradient(np.array([0.5, 0.5]))[0] == pytest.approx([3, 0])


def test_profile_interval_of_a_straight_line_is_the_textbook_one() -> None:
    # y = 2 u exactly, aimed at 1 with sd 0.1: u = 0.5 give or take 1.96 * 0.1 / 2.
    places = np.linspace(0, 1, 11)[:, None]
    surface = fit_surface(places, 2 * places[:, 0], np.zeros(1), np.ones(1))
    fit = find_best(Aims((Aim(surface, 1.0, 0.1),), np.eye(1)), np.zeros(1), np.ones(1), np.array([0.9]))
    # Its start draws with a standard deviation of 0.5 against 0.05.
    assert fit.best == pytest.approx([0.5 + 0.4 * 4 / 404], abs=1e-3)
    half = stats.norm.ppf(0.975) * 0.05
    assert fit.interval(0) == pytest.approx((0.5 - half, 0.5 + half), abs=2e-3)
    assert fit.information[0, 0] == pytest.approx((2 / 0.1) ** 2)
    assert fit.pinned_directions == 1


def test_inside_a_band_nothing_is_amiss() -> None:
    # y = 2 u exactly; from 0.8 to 1.2 all is as good, beyond it counts with sd 0.1.
    places = np.linspace(0, 1, 11)[:, None]
    surface = fit_surface(places, 2 * places[:, 0], np.zeros(1), np.ones(1))
    aims = Aims((Aim(surface, 1.0, 0.1, slack=0.2),), np.eye(1))
    assert aims.misfit(np.array([[0.4], [0.5], [0.59], [0.65]])) == pytest.approx([0, 0, 0, 1], abs=1e-6)
    inside = find_best(aims, np.zeros(1), np.ones(1), np.array([0.58]))
    assert inside.best == pytest.approx([0.58], abs=1e-6), "a place that is as good as any is kept"
    outside = find_best(aims, np.zeros(1), np.ones(1), np.array([0.9]))
    assert outside.best == pytest.approx([0.6 + 0.3 * 4 / 404], abs=1e-3), "moved as far as it takes"
    half = (0.2 + 0.1 * stats.norm.ppf(0.975)) / 2
    assert inside.interval(0) == pytest.approx((0.5 - half, 0.5 + half), abs=2e-3)
    assert inside.information[0, 0] == pytest.approx(2**2 / (0.1**2 + 0.2**2 / 3))


def test_a_number_may_be_two_standard_errors_off() -> None:
    number = Target.number("direct.response", "share", 0.035, 0.005)
    assert (number.low, number.high, number.slack) == pytest.approx((0.025, 0.045, 0.0))


def test_links() -> None:
    assert link_for("share", np.array([0.1, 0.9])) is LOGIT
    assert link_for("share", np.array([0.0, 0.9])) is PLAIN
    assert link_for("days", np.array([3.0, 60.0])) is LOG
    assert link_for("days", np.array([0.0, 60.0])) is PLAIN
    assert link_for("sd", np.array([0.5, 1.0])) is PLAIN
    for link in (LOGIT, LOG, PLAIN):
        assert link.back(link.to(0.3)) == pytest.approx(0.3)
        assert link.slope(0.3) == pytest.approx((link.to(0.3 + 1e-6) - link.to(0.3 - 1e-6)) / 2e-6, rel=1e-6)
