from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from synthetic_tables import counts, logit_table

from analysis.errors import AnalysisError
from analysis.estimation.logit import fit_stage


def term(table: pd.DataFrame, name: str) -> pd.Series:
    return table.set_index("term").loc[name]


def test_a_channel_alone_gives_the_log_odds_and_the_difference_of_the_two_by_two_table() -> None:
    model = fit_stage(counts(direct=(157, 2435), referral=(235, 2435)))
    row = term(model.coefficients, "channel referral")
    assert row["odds_ratio"] == pytest.approx(235 * 2278 / (157 * 2200), rel=1e-6)
    # With every row its own cluster the sandwich is Woolf's error, up to n/(n-1).
    assert row["se"] == pytest.approx((1 / 157 + 1 / 2278 + 1 / 235 + 1 / 2200) ** 0.5, rel=2e-4)
    assert term(model.effects, "referral")["effect"] == pytest.approx((235 - 157) / 2435, rel=1e-6)
    assert term(model.linear, "channel referral")["estimate"] == pytest.approx((235 - 157) / 2435)
    assert (model.n, model.events) == (4870, 392)


@pytest.mark.parametrize("cluster", ["person", "clusters"])
def test_errors_and_slopes_equal_statsmodels(cluster: str) -> None:
    table = logit_table(np.random.default_rng(3))
    model = fit_stage(table, covariates=["experience"], cluster=cluster)  # type: ignore[arg-type]
    matrix = np.column_stack([np.ones(len(table)), table["channel"] == "referral", table["experience"]]).astype(float)
    groups = table["person"].to_numpy() if cluster == "person" else table[["person", "opening"]].to_numpy()
    n = len(table)
    fit = sm.Logit(table["responded"].notna().astype(float).to_numpy(), matrix).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": groups}
    )
    assert model.coefficients["estimate"].to_numpy() == pytest.approx(fit.params, rel=1e-6)
    # statsmodels corrects by (n-1)/(n-k) as well.
    assert model.coefficients["se"].to_numpy() == pytest.approx(fit.bse / ((n - 1) / (n - 3)) ** 0.5, rel=1e-6)
    margins = fit.get_margeff(at="overall", dummy=False)
    assert term(model.effects, "experience")["effect"] == pytest.approx(margins.margeff[1], rel=1e-6)
    assert term(model.effects, "experience")["se"] == pytest.approx(
        margins.margeff_se[1] / ((n - 1) / (n - 3)) ** 0.5, rel=1e-6
    )


def test_the_error_of_a_channels_effect_is_the_delta_method_of_statsmodels() -> None:
    table = logit_table(np.random.default_rng(4))
    model = fit_stage(table, covariates=["experience"], cluster="person")
    matrix = np.column_stack([np.ones(len(table)), table["channel"] == "referral", table["experience"]]).astype(float)
    fit = sm.Logit(table["responded"].notna().astype(float).to_numpy(), matrix).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": table["person"].to_numpy()}
    )
    margins = fit.get_margeff(at="overall", dummy=True)
    row = term(model.effects, "referral")
    assert row["effect"] == pytest.approx(margins.margeff[0], rel=1e-6)
    assert row["se"] == pytest.approx(margins.margeff_se[0], rel=2e-3)


@pytest.mark.slow
def test_the_logit_finds_known_coefficients_with_the_coverage_it_states() -> None:
    draws, rng = 300, np.random.default_rng(21)
    truth = {"channel referral": 1.0, "experience": 0.3}
    inside, naive, total = dict.fromkeys(truth, 0), 0, dict.fromkeys(truth, 0.0)
    for _ in range(draws):
        table = logit_table(rng)
        model = fit_stage(table, covariates=["experience"])
        for name, value in truth.items():
            row = term(model.coefficients, name)
            inside[name] += row["low"] <= value <= row["high"]
            total[name] += row["estimate"]
        alone = fit_stage(table.assign(person=np.arange(len(table))), covariates=["experience"])
        row = term(alone.coefficients, "channel referral")
        naive += row["low"] <= 1.0 <= row["high"]
    error = 4 * (0.95 * 0.05 / draws) ** 0.5
    for name, value in truth.items():
        assert inside[name] / draws == pytest.approx(0.95, abs=error), name
        assert total[name] / draws == pytest.approx(value, abs=0.06), name
    assert naive / draws < 0.95 - 2 * error


def with_ties(channel: NDArray[np.str_], slope: float, rng: np.random.Generator) -> pd.DataFrame:
    """Applications whose chance of a response is 0.05, of referrals 0.1 and more with the strength of the tie."""
    n = len(channel)
    strength = np.where(channel == "referral", rng.uniform(0, 1, n), np.nan)
    chance = np.where(channel == "referral", 0.1 + slope * strength, 0.05)
    responded = np.where(rng.random(n) < chance, 1.0, np.nan)
    return pd.DataFrame({"channel": channel, "tie_strength": strength, "sent": 0.0, "responded": responded})


def test_a_tie_is_centred_where_it_exists_and_absent_elsewhere() -> None:
    rng = np.random.default_rng(6)
    n = 6000
    channel = rng.choice(["direct", "referral"], n)
    table = with_ties(channel, 0.4, rng)
    model = fit_stage(table, covariates=["tie_strength"])
    assert model.n == n
    # Average slope 0.4 and average advantage 0.25, each within four standard errors.
    for name, value in (("tie_strength", 0.4), ("referral", 0.25)):
        row = term(model.effects, name)
        assert abs(row["effect"] - value) < 4 * row["se"]
    assert term(model.effects, "tie_strength")["n"] == int((channel == "referral").sum())
    assert any("centred" in note for note in model.notes)


@pytest.mark.parametrize("kind", [float, bool])
def test_the_effect_of_a_covariate_of_0_and_1_is_the_change_from_one_to_the_other(kind: type) -> None:
    table = logit_table(np.random.default_rng(4)).assign(special=lambda t: (t["experience"] > 1.2).astype(kind))
    model = fit_stage(table, covariates=["special"], cluster="person")
    matrix = np.column_stack([np.ones(len(table)), table["channel"] == "referral", table["special"]]).astype(float)
    fit = sm.Logit(table["responded"].notna().astype(float).to_numpy(), matrix).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": table["person"].to_numpy()}
    )
    change, slope = (fit.get_margeff(at="overall", dummy=dummy) for dummy in (True, False))
    row = term(model.effects, "special")
    assert row["kind"] == "switch"
    assert row["effect"] == pytest.approx(change.margeff[1], rel=1e-6)
    assert row["se"] == pytest.approx(change.margeff_se[1], rel=2e-3)
    assert abs(change.margeff[1] / slope.margeff[1] - 1) > 0.01, "this table could not tell the two apart"
    assert "special of 1 instead of 0 goes with" in model.summary_text()


def test_a_switch_takes_its_products_with_it() -> None:
    rng = np.random.default_rng(8)
    n = 4000
    table = pd.DataFrame({"channel": "direct", "a": rng.normal(size=n) + 1, "b": rng.random(n) < 0.5, "sent": 0.0})
    eta = -1 + 0.4 * table["a"] - 0.2 * table["b"] + 0.5 * table["a"] * table["b"]
    table["responded"] = np.where(rng.random(n) < 1 / (1 + np.exp(-eta)), 1.0, np.nan)
    model = fit_stage(table, covariates=["a", "b", "a:b"])
    fitted = model.coefficients.set_index("term")["estimate"]
    without, with_it = (
        1
        / (
            1
            + np.exp(-(fitted["constant"] + fitted["a"] * table["a"] + b * (fitted["b"] + fitted["a:b"] * table["a"])))
        )
        for b in (0, 1)
    )
    assert term(model.effects, "b")["effect"] == pytest.approx(float((with_it - without).mean()), rel=1e-9)


def test_a_product_enters_the_slope_of_both() -> None:
    rng = np.random.default_rng(8)
    n = 8000
    table = pd.DataFrame({"channel": "direct", "a": rng.normal(size=n) + 1, "b": rng.normal(size=n), "sent": 0.0})
    eta = -1 + 0.4 * table["a"] - 0.2 * table["b"] + 0.5 * table["a"] * table["b"]
    table["responded"] = np.where(rng.random(n) < 1 / (1 + np.exp(-eta)), 1.0, np.nan)
    model = fit_stage(table, covariates=["a", "b", "a:b"])
    chance = 1 / (1 + np.exp(-eta))
    true_slope = float(np.mean(chance * (1 - chance) * (-0.2 + 0.5 * table["a"])))
    row = term(model.effects, "b")
    assert abs(row["effect"] - true_slope) < 4 * row["se"]
    assert abs(true_slope - -0.2 * float(np.mean(chance * (1 - chance)))) > 8 * row["se"]


def test_levels_and_what_is_left_out_are_named() -> None:
    table = counts(direct=(30, 100), referral=(30, 100))
    table["vouch"] = ["letter", "resume", "resume", None] * 50
    table["experience"] = [0.1, 0.5, np.nan, 0.2, 0.9] * 40
    model = fit_stage(table, covariates=["vouch", "experience"])
    assert set(model.effects["term"]) == {"referral", "vouch letter", "experience"}
    text = model.summary_text()
    assert f"{200 - model.n:,} applications with an unknown covariate are left out" in text
    assert "The reference level of vouch is resume." in text
    assert "percentage points" in text


@pytest.mark.parametrize(
    ("table", "covariates", "message"),
    [
        (
            counts(direct=(5, 50), referral=(0, 50)),
            [],
            "Of 50 applications with channel referral, none reached response",
        ),
        (counts(direct=(0, 50), referral=(0, 50)), [], "nothing to explain"),
        (
            counts(direct=(5, 50), referral=(9, 50)).assign(x=lambda t: t["responded"].notna() * 1.0 + t.index * 1e-4),
            ["x"],
            "separate the outcome",
        ),
        (counts(direct=(5, 50), referral=(9, 50)).assign(x=2.0), ["x"], "same in every row"),
        (
            counts(direct=(5, 50), referral=(9, 50)).assign(x=lambda t: t.index * 1.0, y=lambda t: 3 - 2.0 * t.index),
            ["x", "y"],
            "cannot be told apart",
        ),
        (counts(direct=(5, 50), referral=(9, 50)), ["age"], "needs the column age"),
        (counts(direct=(5, 50), referral=(9, 50)).assign(person=1), [], "belong to one person"),
        (counts(direct=(5, 50), referral=(9, 50)).assign(x=np.nan), ["x"], "No row knows"),
        (counts(direct=(5, 50), referral=(9, 50)).assign(x=[f"n{i}" for i in range(100)]), ["x"], "100 levels"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_advice(table: pd.DataFrame, covariates: list[str], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        fit_stage(table, covariates=covariates)


def test_nearly_separated_data_never_gives_a_bogus_error() -> None:
    # All but two neighbours are told apart: statsmodels converges, at a coefficient of 654 with an error of 413.
    x = np.linspace(-1, 1, 1000)
    answered = x > 0
    answered[[499, 500]] = [True, False]
    table = pd.DataFrame({"channel": "direct", "sent": 0.0, "responded": np.where(answered, 1.0, np.nan), "x": x})
    with pytest.raises(AnalysisError, match="separate the outcome"):
        fit_stage(table, covariates=["x"])


def test_a_number_that_is_always_followed_by_an_answer_is_refused() -> None:
    # Quasi-separation: the fit calls itself converged, with a coefficient near 20 and an error in the thousands.
    table = counts(direct=(40, 100), referral=(60, 100))
    answered = np.flatnonzero(table["responded"].notna())
    table["x"] = 0.0
    table.loc[answered[::4], "x"] = 1.0
    with pytest.raises(AnalysisError, match="separate the outcome"):
        fit_stage(table, covariates=["x"])


def test_the_effect_of_a_referral_takes_its_tie_away_from_those_who_lose_it() -> None:
    rng = np.random.default_rng(9)
    n = 2000
    channel = np.where(np.arange(n) < 500, "referral", "direct")
    table = with_ties(channel, 0.6, rng)
    model = fit_stage(table, covariates=["tie_strength"])
    constant, referral, tie = model.coefficients["estimate"]
    centred = np.where(channel == "referral", table["tie_strength"] - table["tie_strength"].mean(), 0.0)
    with_it = 1 / (1 + np.exp(-(constant + referral + tie * centred)))
    without = 1 / (1 + np.exp(-constant))
    assert term(model.effects, "referral")["effect"] == pytest.approx(float(np.mean(with_it - without)), rel=1e-9)
