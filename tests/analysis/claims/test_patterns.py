"""The published patterns on small tables whose answer is known, and the command that measures them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hand_made_run import NAN, frame, run
from scipy import stats

from analysis.claims import pattern_table, search_patterns, tie_patterns
from analysis.claims.evidence import load_evidence
from analysis.claims.pattern_results import SETTINGS, PatternScenario
from analysis.claims.patterns import PATTERNS
from analysis.claims.verdicts import IN_PATTERN_FILES, verdict
from analysis.cli.main import main
from analysis.errors import AnalysisError
from analysis.estimation.jackknife import jackknife, ratio_interval
from analysis.tables.tables import Tables, load

LEVEL = 0.99
NOBODY_IN_PARTICULAR = frame("person role", (0, 0, "none"), (1, 0, "none"))


def sent(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Applications of the window, answered two days later where they were interviewed."""
    table = frame("person opening channel sent interviewed accepted tie_strength heard_from", *rows)
    for stage in ("responded", "read"):
        table[stage] = np.where(table["interviewed"].notna(), table["sent"] + 2, NAN)
    return table.assign(offered=table["accepted"])


def market(folder: Path, **tables: pd.DataFrame) -> Tables:
    """A run of two replications in which every channel brought interviews and hires."""
    rows: list[tuple[object, ...]] = []
    for r in (0, 1):
        # Of 10 referrals 4 are interviewed and 2 hired, after 20 days; of 40 direct ones 4 and 1, after 40.
        rows += [
            (r, p, p, "referral", 120.0, 130.0 if p < 4 else NAN, 140.0 if p < 2 else NAN, 0.5, -1) for p in range(10)
        ]
        rows += [
            (r, 100 + p, p, "direct", 120.0, 130.0 if p < 4 else NAN, 160.0 if p < 1 else NAN, NAN, 3 if p < 1 else -1)
            for p in range(40)
        ]
        rows += [
            (r, 200 + p, p, "recruiter", 120.0, 130.0 if p < 2 else NAN, 150.0 if p < 1 else NAN, NAN, -1)
            for p in range(10)
        ]
    return load(run(folder, persons=NOBODY_IN_PARTICULAR, applications=sent(*rows), **tables))


def test_every_pattern_row_has_a_measure_with_its_source_and_denominator() -> None:
    rows = [row.id for row in load_evidence() if row.role == "pattern"]
    assert list(PATTERNS) == rows
    for name, (setting, measure) in PATTERNS.items():
        assert setting in SETTINGS
        assert (measure.__doc__ or "").startswith(f"{name}: ")
        assert "enominator" in (measure.__doc__ or "")
    assert set(pattern_table.pattern_notes()) <= set(rows)


def test_the_jackknife_of_a_mean_is_students_t() -> None:
    values = np.array([3.0, 5.0, 4.0, 8.0])
    sums = np.column_stack([values, np.ones(4)])
    value, low, high = jackknife(sums, lambda s: float(s[0] / s[1]), LEVEL)
    assert (value, low, high) == pytest.approx(
        (5.0, *stats.t.interval(LEVEL, 3, loc=5.0, scale=values.std(ddof=1) / 2))
    )


def test_the_interval_of_a_ratio_covers_the_truth_as_often_as_it_says() -> None:
    rng, runs, inside = np.random.default_rng(5), 400, 0
    for _ in range(runs):
        sums = np.column_stack([rng.poisson(60, 12), rng.poisson(30, 12)]).astype(float)
        _, low, high = ratio_interval(sums, lambda s: float(s[0] / s[1]), 0.9)
        inside += low <= 2 <= high
    assert inside / runs == pytest.approx(0.9, abs=4 * (0.09 / runs) ** 0.5)


def test_one_replication_has_no_interval_and_decides_nothing() -> None:
    value, low, high = jackknife(np.array([[2.0, 1.0]]), lambda s: float(s[0]), LEVEL)
    assert value == 2
    assert np.isnan([low, high]).all()
    assert verdict(low, high, (0.0, 9.0)) == "undecided"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1.1, 1.9, "holds"), (0.2, 0.9, "fails"), (2.1, 3.0, "fails"), (0.9, 1.5, "undecided"), (0.5, 2.5, "undecided")],
)
def test_a_verdict_is_of_the_whole_interval(low: float, high: float, said: str) -> None:
    assert verdict(low, high, (1.0, 2.0)) == said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("P1", 4.0),  # 4 of 10 over 4 of 40
        ("P2", 8.0),  # 2 of 10 over 1 of 40
        ("P3", (2 / 10) / (4 / 60)),  # half of the hires over a sixth of the applicants
        ("P4", 1 / 10 - 1 / 40),  # 0.2 > 0.1 > 0.025: the step to direct is the smaller
        ("P5", 3 / 4),  # two referred, one direct who heard of it from a contact, one recruited
        ("P12", 20 / 40),
    ],
)
def test_rows_of_the_applications_table_counted_by_hand(tmp_path: Path, name: str, value: float) -> None:
    found = PATTERNS[name][1](market(tmp_path), LEVEL)
    assert found.value == pytest.approx(value)
    assert found.evidence == name
    assert found.replications == 2


def exposure(*rows: tuple[object, ...]) -> pd.DataFrame:
    return frame("person contact day job strength mutual_contacts stands_for", *rows)


def test_weaker_ties_bring_most_jobs_and_a_stronger_one_more(tmp_path: Path) -> None:
    seen, ended = [], []
    for r in (0, 1):
        # Ninety weak ties for every ten strong ones; three jobs by weak ties alone, one where a strong one led too.
        seen += [(r, 50, 51, 110.0, False, 0.3, 2, 90.0), (r, 50, 52, 110.0, False, 0.9, 2, 10.0)]
        seen += [(r, p, 60 + p, 141.0, True, 0.3, 2, 1.0) for p in range(4)]
        seen += [(r, 3, 70, 141.0, True, 0.9, 2, 1.0)]
        seen += [(r, 9, 70, 141.0, True, 0.9, 2, 1.0)]  # not searching: no job of a seeker
        ended += [(r, p, 90.0, 140.5, "direct") for p in range(4)] + [(r, 9, 90.0, 135.0, "gave_up")]
    found = tie_patterns.weak_ties(
        market(tmp_path, exposure=exposure(*seen), spells=frame("person start end how", *ended)), LEVEL
    )
    assert found.value == 3 / 4
    assert found.n == 8
    assert "brings 2.25 " in found.detail  # 1 job for 10 ties over 4 for 90


def by_mutual(folder: Path, rate: dict[int, int]) -> Tables:
    """So many jobs for a thousand ties with so many mutual contacts, in four replications that differ a little."""
    seen, ended = [], []
    for r in range(4):
        person = 0
        for mutual, jobs in rate.items():
            seen.append((r, 5000, 1, 110.0, False, 0.3, mutual, 1000.0))
            for _ in range(jobs + r % 2):
                seen.append((r, person, 1, 141.0, True, 0.3, mutual, 1.0))
                ended.append((r, person, 90.0, 140.5, "referral"))
                person += 1
    applications = sent(*((r, 0, 0, "direct", 120.0, NAN, NAN, NAN, -1) for r in range(4)))
    return load(
        run(
            folder,
            persons=NOBODY_IN_PARTICULAR,
            applications=applications,
            exposure=exposure(*seen),
            spells=frame("person start end how", *ended),
        )
    )


def test_an_inverted_u_of_mutual_contacts_is_found_at_its_peak(tmp_path: Path) -> None:
    mutual = [0, 1, 2, 3, 5, 8, 12, 16, 20, 30, 45]
    curve = {m: round(200 * np.exp(-1.5 * (np.log1p(m) - np.log1p(10)) ** 2)) for m in mutual}
    found = tie_patterns.mutual_contacts(by_mutual(tmp_path, curve), LEVEL)
    assert found.value == pytest.approx(10, rel=0.1)
    assert found.verdict == "holds"
    valley = {m: 20 + round(40 * (np.log1p(m) - np.log1p(5)) ** 2) for m in mutual}
    none = tie_patterns.mutual_contacts(by_mutual(tmp_path, valley), LEVEL)
    assert np.isnan(none.value)
    assert none.verdict == "fails"


def test_the_slope_of_reemployment_by_employed_contacts_is_found(tmp_path: Path) -> None:
    rng, rows, people, jobs = np.random.default_rng(3), [], [], []
    for r in range(6):
        for p in range(500):
            former, ability = int(rng.integers(4, 30)), float(rng.normal())
            employed = int(rng.binomial(former, rng.uniform(0.4, 1.0)))
            people.append((r, p, ability, float(rng.normal()), p % 3))
            rows += (
                [(r, p, 150.0, former, 7, employed - 1), (r, p, 150.0, former, 8, 1)]
                if employed
                else [(r, p, 150.0, former, -1, 0)]
            )
            if rng.random() < 0.1 + 0.6 * employed / former + 0.05 * np.tanh(ability):
                jobs.append((r, p, 200.0, 7))
    tables = load(
        run(
            tmp_path,
            persons=frame("person ability experience field", *people),
            applications=sent(*((r, 0, 0, "direct", 120.0, NAN, NAN, NAN, -1) for r in range(6))),
            displaced=frame("person day former employer former_colleagues", *rows),
            jobs=frame("person start employer", *jobs),
        )
    )
    found = search_patterns.employed_contacts(tables, LEVEL)
    assert found.low < 0.06 < found.high
    assert found.high - found.low < 0.05
    assert found.n == 3000


def test_the_chance_to_find_a_job_late_over_early(tmp_path: Path) -> None:
    spells, people = [], []
    for r in (0, 1):
        # Ten searches begin on day 100: five end in week 10, one of the five left in week 30, the others go on.
        for p in range(10):
            end, how = (168.0, "direct") if p < 5 else (308.0, "referral") if p == 5 else (NAN, "none")
            spells.append((r, p, 100.0, end, how, False))
            people.append((r, p, 0.0, 0))
        spells.append((r, 10, 100.0, 168.0, "direct", True))  # in work all the time: not counted
        people.append((r, 10, 0.0, 0))
    story = "title: By hand\nextends: baseline\ntime: {warm_up: 100 days, window: 570 days, follow_up: 60 days}\n"
    tables = load(
        run(
            tmp_path,
            story,
            persons=frame("person ability field", *people),
            applications=sent(*((r, 0, 0, "direct", 120.0, NAN, NAN, NAN, -1) for r in (0, 1))),
            spells=frame("person start end how employed", *spells),
        )
    )
    found = search_patterns.duration(tables, LEVEL)
    early = 5 / (5 * (168 - 156) / 7 + 5 * 18)
    late = 1 / ((308 - 282) / 7 + 4 * 18)
    assert found.value == pytest.approx(late / early)
    assert found.verdict == "holds"  # both replications say the same


def test_only_asks_for_known_rows() -> None:
    assert pattern_table.chosen("p5, P1") == ["P1", "P5"]
    with pytest.raises(AnalysisError, match=r"no pattern 'P13'; patterns are P1, P2"):
        pattern_table.chosen("P1,P13")


def test_a_setting_is_simulated_once_and_only_where_a_row_needs_it(tmp_path: Path) -> None:
    asked = []

    def simulate(setting: PatternScenario) -> object:
        asked.append(setting)
        return market_run

    market_run = market(tmp_path)
    found = list(pattern_table.measure_patterns(simulate, ["P12", "P1"]))  # type: ignore[arg-type]
    assert asked == [SETTINGS["baseline"]]
    table = pattern_table.patterns_table(found)
    assert table["evidence"].tolist() == ["P1", "P12"]
    assert table["setting"].tolist() == ["baseline", "baseline"]
    page = pattern_table.patterns_markdown(table)
    assert "| P12 |" in page
    assert "what fails stays" in page


@pytest.mark.slow
def test_the_command_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--set", "population.people=600", "--set", "openings.growth=0.004"]
    asked = [
        "patterns",
        "--replications",
        "2",
        "--seed",
        "3",
        "--workers",
        "1",
        *small,
        "--quiet",
        "--results",
        str(tmp_path / "results"),
        "--out",
        str(tmp_path / "reports"),
    ]
    assert main([*asked, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["evidence"] for row in rows] == list(PATTERNS)
    assert {row["verdict"] for row in rows} <= set(IN_PATTERN_FILES.values())
    assert all(row["notes"] for row in rows if row["verdict"] == "outside")
    written = pd.read_csv(tmp_path / "reports" / "patterns" / "patterns.csv")
    assert written["evidence"].tolist() == list(PATTERNS)
    assert (tmp_path / "reports" / "patterns" / "patterns.md").read_text().count("\n| P") == len(PATTERNS)
    assert main([*asked, "--only", "P1"]) == 0
    assert "published" in capsys.readouterr().out
