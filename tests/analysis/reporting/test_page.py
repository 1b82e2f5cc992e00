"""The report: a page that stands alone and can be read by anybody, numbers that agree, and nothing half-written."""

from __future__ import annotations

import csv
import dataclasses
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import sim
from analysis.claims import sentences as claim_sentences
from analysis.claims.evidence import load_evidence
from analysis.cli.main import main
from analysis.presentation import wording
from analysis.presentation.page import write_files
from analysis.reporting import contents, sentences
from analysis.reporting import page as report_page
from analysis.reporting.contents import file_names, report_charts
from analysis.reporting.findings import COVARIATES, Findings, find
from analysis.reporting.page import PAGE, publish
from analysis.reporting.sentences import rates_text
from analysis.reporting.summary import json_rows, summarise
from sim.errors import ScenarioError
from sim.own_files.listing import LIST

STEMS = tuple(chart.stem for chart in contents.CHARTS if chart.stem != "cast")
VOID = {"meta", "link", "br", "use", "path", "rect"}


@pytest.fixture(scope="module")
def folder(findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(
        findings, tmp_path_factory.mktemp("reports") / "baseline", overrides={"population.people": "400"}
    ).folder


class Page(HTMLParser):
    """What a reader's machine makes of a page: elements with their attributes, text, and whether all is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.faults += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\u00a0", " ").split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / PAGE).read_text(encoding="utf-8"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_page_is_well_formed_and_needs_nothing_else(page: Page, folder: Path) -> None:
    assert page.faults == []
    for tag, attributes in page.found:
        for name in ("src", "href", "xlink:href", "srcset", "data", "poster"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, name, value)
    assert page.all("script") == []
    assert page.all("iframe") == []
    text = (folder / PAGE).read_text(encoding="utf-8")
    assert "@import" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))


def test_ids_are_unique_and_every_reference_finds_one(page: Page, folder: Path) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.found if attributes.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    text = (folder / PAGE).read_text(encoding="utf-8")
    wanted = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) | set(re.findall(r'aria-labelledby="([^"]+)"', text))
    assert wanted <= set(ids)


def test_page_can_be_read_by_ear(page: Page, findings: Findings) -> None:
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.found if re.fullmatch(r"h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) >= 7
    assert all(cell.get("scope") in {"col", "row", "rowgroup"} for cell in page.all("th"))
    pictures = [one for one in page.all("svg") if one.get("role")]
    drawn = sum(len(charts) for charts in report_charts(findings).values())
    assert drawn >= 4
    assert len(pictures) == 2 * drawn  # each for wide and for narrow screens
    assert all(one["role"] == "img" and len(one["aria-label"] or "") > 100 for one in pictures)
    assert len({one["aria-label"] for one in pictures}) == drawn


def test_page_opens_with_the_sentence_then_chart_then_table(page: Page, findings: Findings) -> None:
    sentence = sentences.opening_sentence(findings.summary.rates, 60)
    assert sentence in page.text
    order = [tag for tag, attributes in page.found if tag in {"table", "figure"} or attributes.get("class") == "lead"]
    assert order[:3] == ["p", "figure", "table"]
    assert "simulated chances under stated assumptions, not a promise" in page.text


def test_page_says_how_it_was_made(page: Page, findings: Findings) -> None:
    manifest = findings.summary.manifest
    for part in (
        f"Seed {manifest['seed']}",
        "Replications 3",
        "Scenario baseline",
        "People 400",
        f"referralsim {manifest['versions']['referralsim']}",
        manifest["digest"],
        findings.summary.tables.eligible.text(),
        "population.people=400",
        "--set population.people='400'",
        "recruiter approaches sent",
    ):
        assert part in page.text


TUNED = ["S1", "S2", "S3", "K1", "K2", "K3", "K4", "K5", "K6", "K7a", "K7b", "K7c"]
PATTERNS = ["P1", "P2", "P3", "P5", "P12"]


def test_every_published_row_is_shown_with_range_source_and_verdict(page: Page, findings: Findings) -> None:
    shown = set(findings.calibration["evidence"])
    assert {*TUNED, *PATTERNS} <= shown
    for row in load_evidence():
        if row.id in shown:
            assert row.source in page.text
            assert row.quantity in page.text


def test_patterns_are_told_apart_from_what_was_tuned(page: Page, findings: Findings) -> None:
    known = findings.calibration.set_index("evidence")["tuned"]
    assert known[TUNED].all()
    assert not known[PATTERNS].any()
    assert page.text.count("pattern, not tuned on") == (~known).sum()


def test_misses_are_named_and_not_hidden(findings: Findings) -> None:
    rows = findings.calibration[findings.calibration["evidence"].isin([*TUNED, *PATTERNS])]
    said = ["fails" if row in {"K2", "K7c", "P5"} else "holds" for row in rows["evidence"]]
    changed = dataclasses.replace(findings, calibration=rows.assign(verdict=said, note=""))
    text = Page(report_page.page(changed, {}, {})).text  # without charts: the sentences stand beside them
    assert "10 of 12 published ranges hold with 99 % confidence, 2 fail, 0 undecided; failing: K2, K7c." in text
    assert "The patterns below were not tuned on: 4 of 5 hold, 1 fails, 0 undecided; failing: P5." in text
    assert text.count("✗ fails") >= 3
    row = text[text.index("K2 interviewed per opening") :]
    assert row.index("✗ fails") < row.index("K3 ")


def test_what_this_run_cannot_show_neither_holds_nor_is_undecided(findings: Findings) -> None:
    rows = findings.calibration[findings.calibration["evidence"].isin(TUNED)].assign(verdict="holds", note="")
    rows.loc[rows["evidence"] == "K5", ["verdict", "note"]] = ["undecided", "No letter was audited."]
    text = Page(report_page.page(dataclasses.replace(findings, calibration=rows), {}, {})).text
    assert "11 of 11 published ranges hold with 99 % confidence, 0 fail, 0 undecided; " in text
    assert "; not measurable in this run: K5." in text
    assert "No letter was audited." in text


def test_patterns_are_the_ratios_they_say(findings: Findings) -> None:
    tables = findings.summary.tables
    sent = tables.eligible.table
    hired = sent[sent["accepted"].notna()]
    value = findings.calibration.set_index("evidence")["value"]
    share_of_hires = (hired["channel"] == "referral").mean()
    assert value["P5"] == pytest.approx(share_of_hires, rel=0.2)  # counted over other hires in some releases
    assert value["P3"] == pytest.approx(share_of_hires / (sent["channel"] == "referral").mean())
    days = (hired["accepted"] - hired["sent"]).astype(float).groupby(hired["channel"], observed=True).mean()
    assert value["P12"] == pytest.approx(days["referral"] / days["direct"])
    interviews = sent["interviewed"].notna().groupby(sent["channel"], observed=True).mean()
    assert value["P1"] == pytest.approx(interviews["referral"] / interviews["direct"])


def test_every_claim_is_shown_with_its_verdict(page: Page, findings: Findings) -> None:
    for judgement in findings.summary.judgements:
        line = claim_sentences.claim_line(judgement)
        assert f"{line['claim']} {line['verdict']}" in page.text
    assert claim_sentences.verdict_counts(findings.summary.judgements) in page.text


def test_files_hold_the_numbers_of_the_tables(folder: Path, findings: Findings) -> None:
    rates = rows_of(folder / "rates.csv")
    assert [(row["channel"], row["stage"], int(row["count"])) for row in rates] == [
        (row["channel"], row["stage"], row["count"]) for row in json_rows(findings.summary)
    ]
    assert {"response", "interview", "offer", "hire"} == {row["stage"] for row in rows_of(folder / "contrasts.csv")}
    assert len(rows_of(folder / "calibration.csv")) == len(findings.calibration)
    assert {row["term"] for row in rows_of(folder / "effects.csv")} == {"referral", "recruiter", *COVARIATES}
    for stem in ("response", "funnel", "time_to_response", "effects"):
        assert (folder / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
        assert "</svg>" in (folder / f"{stem}.svg").read_text(encoding="utf-8")
        assert rows_of(folder / f"{stem}.csv")


def test_effects_per_standard_deviation_come_from_the_model(findings: Findings) -> None:
    assert findings.model is not None
    model = findings.model.effects.set_index("term")
    table = findings.summary.tables.eligible.table
    for row in findings.effects.to_dict("records"):
        step = 1.0 if row["kind"] == "channel" else table[row["term"]].astype(float).std()
        assert row["effect"] == pytest.approx(step * model.loc[row["term"], "effect"])
        assert row["high"] == pytest.approx(step * model.loc[row["term"], "high"])


def test_unadjusted_effect_is_the_plain_difference(findings: Findings) -> None:
    difference = findings.contrasts.query(
        "stage == 'response' and measure == 'difference' and channel == 'referral' and reference == 'direct'"
    )
    effect = findings.effects.set_index("term").loc["referral", "unadjusted"]
    assert effect == pytest.approx(difference["estimate"].iloc[0], abs=1e-6)


# That each chart by itself repeats its bytes stands in test_charts.py: one is enough to see a page, a table or an id
# of an embedded chart that does not.
@pytest.mark.parametrize("drawn", [("effects",), pytest.param(STEMS, marks=pytest.mark.slow, id="all")])
def test_same_run_gives_the_same_bytes(
    findings: Findings, drawn: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "CHARTS", tuple(chart for chart in contents.CHARTS if chart.stem in drawn))
    once, again = (
        publish(findings, tmp_path / name, overrides={"population.people": "400"}).folder for name in ("once", "again")
    )
    written = contents_of(again)
    assert written == contents_of(once)
    assert {f"{drawn[0]}.png", f"{drawn[0]}.svg", PAGE} <= set(written)


def contents_of(folder: Path) -> dict[str, bytes]:
    """What a user sees in a folder, without the hidden list of the files that the program wrote."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != LIST}


def test_nothing_changes_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "r", {PAGE: b"old", "rates.csv": b"old"}, last=PAGE)
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name.startswith(".rates.csv."):
            raise OSError(28, "No space left on device", str(self))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_files(tmp_path / "r", {PAGE: b"new", "rates.csv": b"new"}, last=PAGE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r"]
    assert contents_of(tmp_path / "r") == {PAGE: b"old", "rates.csv": b"old"}


def test_old_files_of_a_report_go_and_files_of_others_stay(tmp_path: Path) -> None:
    write_files(tmp_path / "r", {PAGE: b"old", "effects.csv": b"old", "effects.svg": b"old"}, last=PAGE)
    (tmp_path / "r" / "reference.json").write_text("{}")
    write_files(tmp_path / "r", {PAGE: b"new"}, last=PAGE, stale=["effects.csv", "effects.svg"])
    assert contents_of(tmp_path / "r").keys() == {PAGE, "reference.json"}
    assert (tmp_path / "r" / PAGE).read_bytes() == b"new"


def test_files_of_others_are_refused_before_anything_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, name in (
        (["report", "jill"], "reports/jill/report.html"),
        (["report", "jill"], "reports/jill/rates.csv"),
        (["compare", "eli-ben"], "reports/compare-eli-ben/comparison.csv"),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("<title>Notes – mine</title>")
        assert main([*arguments, "--quiet"]) == 2
        assert capsys.readouterr().err == (
            f"{name}: is there, and the program did not write it; move it, or choose another folder\n"
        )
        assert file.read_text() == "<title>Notes – mine</title>"
        file.unlink()
    assert not (tmp_path / "results").exists()


def test_a_page_of_a_former_version_is_taken_over_and_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / PAGE).write_text("<title>Jill – referralsim report</title>", encoding="utf-8")
    (folder / "rates.csv").write_text("old")
    (folder / "effects.csv").write_text("old")
    (folder / "mine.csv").write_text("mine")
    write_files(folder, {PAGE: b"new", "rates.csv": b"new"}, last=PAGE, stale=["effects.csv"])
    assert contents_of(folder) == {PAGE: b"new", "rates.csv": b"new", "mine.csv": b"mine"}
    (folder / "rates.csv").unlink()
    (folder / "rates.csv").symlink_to(folder / "mine.csv")
    with pytest.raises(ScenarioError, match="is a link"):
        write_files(folder, {PAGE: b"newer", "rates.csv": b"newer"}, last=PAGE)
    assert contents_of(folder) == {PAGE: b"new", "rates.csv": b"mine", "mine.csv": b"mine"}


def test_every_file_written_is_known_to_the_clearing_of_old_ones(folder: Path) -> None:
    of_casts = {"cast.csv", "cast.png", "cast.svg"}
    assert contents_of(folder).keys() == set(file_names()) - of_casts


def test_what_cannot_be_estimated_is_said_instead(tmp_path: Path) -> None:
    """A week among thirty people answers nobody: no chart of waits, no model, and the reasons in their place."""
    scenario = sim.load_scenario(
        "baseline", {"population.people": 30, "time.window": "1 week", "time.warm_up": "1 week"}
    )
    found = find(summarise(sim.simulate(scenario, replications=1, seed=3)))
    assert {"effects", "time_to_response"} <= set(found.missing)
    folder = publish(found, tmp_path / "tiny").folder
    page = Page((folder / PAGE).read_text(encoding="utf-8"))
    assert page.faults == []
    assert found.missing["effects"] in page.text
    assert found.missing["time_to_response"] in page.text
    assert not (folder / "effects.csv").exists()
    assert not (folder / "effects.svg").exists()


def test_words_of_a_scenario_cannot_become_markup(findings: Findings) -> None:
    scenario = findings.summary.scenario.model_copy(update={"title": "<script>alert(1)</script> & co"})
    summary = dataclasses.replace(findings.summary, scenario=scenario)
    text = report_page.page(dataclasses.replace(findings, summary=summary), {}, {})
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in text


def test_terminal_table_fits_eighty_columns(findings: Findings) -> None:
    lines = rates_text(findings.summary).splitlines()[:7]
    assert all(len(line) <= 84 for line in lines)
    assert lines[0].split() == ["channel", "sent", "response", "interview", "offer", "hire", "band"]
    assert findings.summary.bands["verdict"].iloc[0] in lines[2]


def test_json_rows_hold_no_value_that_is_not_json(findings: Findings) -> None:
    table = findings.summary.rates.assign(rate=float("nan"), high=float("inf"))
    rows = json_rows(dataclasses.replace(findings.summary, rates=table))
    assert {row["rate"] for row in rows} == {row["high"] for row in rows} == {None}
    assert all(type(value) in {str, int, float, type(None)} for row in rows for value in row.values())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (["Student t over 4 replications"] * 2, "Student t over 4 replications"),
        (
            ["Student t over 4 replications", "replications, Wilson with effective number 72"],
            "Student t over 4 replications and Wilson with effective numbers where events are few",
        ),
        (
            ["replications, Wilson with effective number 72", "replications, Wilson with effective number 60"],
            "Wilson with effective numbers",
        ),
    ],
)
def test_methods_are_named_once(table: list[str], said: str) -> None:
    assert wording.method(pd.DataFrame({"n": 10, "method": table})) == said
