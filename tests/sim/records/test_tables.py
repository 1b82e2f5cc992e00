"""The tables a run leaves: their columns and types, and that their rows add up."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from small_markets import frames, small, tables_of

CATEGORY = "category"
F4, I1, I2, I4, BOOL = np.float32, np.int8, np.int16, np.int32, np.bool_
APPLICATIONS = {
    "replication": I2,
    "application": I4,
    "person": I4,
    "opening": I4,
    "employer": I4,
    "channel": CATEGORY,
    "sent": F4,
    "arrived": F4,
    "read": F4,
    "responded": F4,
    "interviewed": F4,
    "offered": F4,
    "accepted": F4,
    "started": F4,
    "closed": F4,
    "closed_reason": CATEGORY,
    "censored": BOOL,
    "in_window": BOOL,
    "replied": F4,
    "interested": F4,
    "referrer": I4,
    "tie_kind": CATEGORY,
    "tie_strength": F4,
    "familiarity": F4,
    "goodwill": F4,
    "mutual_contacts": I2,
    "initiated_by": CATEGORY,
    "ask": CATEGORY,
    "vouch": CATEGORY,
    "match": F4,
    "belief_mean": F4,
    "belief_variance": F4,
    "letter_response": I1,
    "ability": F4,
    "experience": F4,
}
OPENINGS = {
    "replication": I2,
    "opening": I4,
    "employer": I4,
    "field": I2,
    "visibility": CATEGORY,
    "opened": F4,
    "posted": F4,
    "closed": F4,
    "filled": F4,
    "applicants": I4,
    "direct_applicants": I4,
    "read": I4,
    "invited": I4,
    "interviewed": I4,
    "hired_person": I4,
    "hired_channel": CATEGORY,
    "in_window": BOOL,
}
PERSONS = {
    "replication": I2,
    "person": I4,
    "field": I2,
    "ability": F4,
    "experience": F4,
    "employer_start": I4,
    "employer_end": I4,
    "state_start": CATEGORY,
    "state_end": CATEGORY,
    "degree": I4,
}
SPELLS = {
    "replication": I2,
    "person": I4,
    "start": F4,
    "end": F4,
    "employed": BOOL,
    "how": CATEGORY,
    "censored": BOOL,
}
PATHWAY = {
    "replication": I2,
    "path": I4,
    "person": I4,
    "opening": I4,
    "referrer": I4,
    "initiated_by": CATEGORY,
    "step": CATEGORY,
    "time": F4,
    "ended": BOOL,
    "reason": CATEGORY,
}
SCHEMAS = {"applications": APPLICATIONS, "openings": OPENINGS, "persons": PERSONS, "spells": SPELLS, "pathway": PATHWAY}
CATEGORIES = {
    "applications.channel": {"direct", "referral", "recruiter"},
    "applications.ask": {"none", "informed", "rushed"},
    "applications.vouch": {"none", "resume", "letter", "manager"},
    "applications.initiated_by": {"none", "contact", "seeker"},
    "openings.visibility": {"public", "internal_first", "hidden"},
    "openings.hired_channel": {"direct", "referral", "recruiter", "none"},
    "persons.state_start": {"not_looking", "open", "searching"},
    "pathway.step": {"recall", "reach_out", "vouch", "hand_over", "weigh", "interview", "outcome"},
}
STEPS = ("recall", "reach_out", "vouch", "hand_over", "weigh", "interview", "outcome")


def rows_of(table: pd.DataFrame, columns: list[str]) -> list[tuple[float, ...]]:
    """The rows of some columns in an order of their own."""
    return sorted(map(tuple, table[columns].to_numpy().tolist()))


@pytest.fixture(scope="module")
def scenario():
    return small({"population.people": 600})


@pytest.fixture(scope="module")
def tables(scenario):
    return tables_of(scenario, replication=3)


@pytest.fixture(scope="module")
def made(tables) -> dict[str, pd.DataFrame]:
    return frames(tables)


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_and_types(tables, name: str) -> None:
    schema = tables[name].schema
    assert set(SCHEMAS[name]) <= set(schema.names)
    for column, kind in SCHEMAS[name].items():
        found = schema.field(column).type
        if kind == CATEGORY:
            assert pa.types.is_dictionary(found), column
            assert found.value_type == pa.string(), column
        else:
            assert found == pa.from_numpy_dtype(kind), column
    assert tables[name].num_rows > 0
    for column in tables[name].columns:
        if pa.types.is_floating(column.type):
            assert not np.isnan(column.drop_null().to_numpy()).any(), "what is missing is NULL"
        else:
            assert column.null_count == 0, "what is no float is -1 or a word where it is missing"
    assert (tables[name].column("replication").to_numpy() == 3).all()


def test_a_database_counts_what_pandas_counts(tables, made, tmp_path) -> None:
    """DuckDB counts NaN as a value, so that every application would have been answered."""
    parquet.write_table(tables["applications"], tmp_path / "applications.parquet")
    query = f"SELECT count(responded), count(*) FROM '{tmp_path}/applications.parquet'"
    ((answered, sent),) = duckdb.sql(query).fetchall()
    assert 0 < answered < sent == len(made["applications"])
    assert answered == made["applications"]["responded"].notna().sum()
    assert made["applications"]["responded"].dtype == np.float32, "in pandas NULL is NaN"


@pytest.mark.parametrize("column", CATEGORIES)
def test_categories_are_those_of_the_model(made, column: str) -> None:
    table, name = column.split(".")
    assert set(made[table][name].cat.categories) == CATEGORIES[column]


def test_a_market_in_which_nothing_happens_leaves_empty_tables_of_the_same_shape(tables) -> None:
    still = tables_of(
        small(
            {
                "population.people": 20,
                "openings.growth": 0,
                "careers.layoff": 0,
                "careers.searching": 0,
                "careers.start_search": 0,
                "population.employed": 1.0,
            }
        )
    )
    for name in SCHEMAS:
        assert still[name].schema.equals(tables[name].schema), name
        assert still[name].num_rows == (20 if name == "persons" else 0)


def test_rows_are_numbered_from_0(made) -> None:
    for table, name in (("applications", "application"), ("openings", "opening"), ("persons", "person")):
        assert made[table][name].tolist() == list(range(len(made[table])))
    assert sorted(made["pathway"].path.unique()) == list(range(made["pathway"].path.nunique()))


def test_counts_of_openings_are_those_of_applications(made) -> None:
    a, o = made["applications"], made["openings"]

    def count(rows: pd.DataFrame) -> list[int]:
        return rows.opening.value_counts().reindex(o.opening, fill_value=0).tolist()

    assert o.applicants.tolist() == count(a[a.arrived.notna()])
    assert o.direct_applicants.tolist() == count(a[a.channel == "direct"])
    assert o.read.tolist() == count(a[a.read.notna()])
    assert o.invited.tolist() == count(a[a.responded.notna()])
    assert o.interviewed.tolist() == count(a[a.interviewed.notna()])
    assert (a.employer == o.employer.to_numpy()[a.opening]).all()


def test_hires_are_the_same_in_all_tables(made) -> None:
    a, o, paths = made["applications"], made["openings"], made["pathway"]
    hired = a[a.accepted.notna()].set_index("opening")
    assert hired.index.is_unique
    filled = o[o.filled.notna()].set_index("opening")
    assert set(hired.index) == set(filled.index)
    hired = hired.loc[filled.index]
    assert (hired.person == filled.hired_person).all()
    assert (hired.channel.astype(str) == filled.hired_channel.astype(str)).all()
    assert (hired.accepted == filled.filled).all()
    assert (hired.closed_reason == "hired").all()
    assert (o.hired_person[o.filled.isna()] == -1).all()
    assert (o.hired_channel[o.filled.isna()] == "none").all()
    referred, through = hired[hired.channel == "referral"].reset_index(), paths[paths.reason == "hired"]
    assert rows_of(referred, ["person", "opening"]) == rows_of(through, ["person", "opening"])
    by_how = made["spells"].how.value_counts()
    assert (
        by_how[["direct", "referral", "recruiter"]]
        <= hired.channel.value_counts().reindex(["direct", "referral", "recruiter"])
    ).all(), "who was not searching has no spell to end"


def test_persons_have_what_their_applications_say(made) -> None:
    a, p = made["applications"], made["persons"]
    assert (a.ability == p.ability.to_numpy()[a.person]).all()
    assert (a.experience == p.experience.to_numpy()[a.person]).all()


def test_what_belongs_to_a_channel_stands_only_there(made) -> None:
    a = made["applications"]
    referral, recruiter = a.channel == "referral", a.channel == "recruiter"
    assert ((a.referrer >= 0) == referral).all()
    for name in ("tie_kind", "initiated_by", "vouch"):
        assert ((a[name] != "none") == referral).all(), name
    for name in ("tie_strength", "familiarity", "goodwill"):
        assert (a[name].notna() == referral).all(), name
    assert ((a.mutual_contacts >= 0) == referral).all()
    assert ((a.ask != "none") == (referral & (a.initiated_by == "seeker"))).all()
    assert not a.replied[~recruiter].notna().any()
    assert (a.interested.notna() <= a.replied.notna()).all()
    assert (a.interested[a.interested.notna()] == a.replied[a.interested.notna()]).all()
    assert (a.arrived[~recruiter] == a.sent[~recruiter]).all()
    assert (a.arrived[recruiter].notna() <= a.interested[recruiter].notna()).all()


def test_belief_is_recorded_where_something_was_read(made) -> None:
    a = made["applications"]
    assert (a.belief_mean.notna() == a.read.notna()).all()
    assert (a.belief_variance.notna() == a.read.notna()).all()
    assert ((a.letter_response >= 0) == (a.read.notna() & (a.channel == "direct"))).all()
    assert set(a.letter_response) == {-1, 0, 1}


def test_window_and_censoring(made, scenario) -> None:
    a, o, time = made["applications"], made["openings"], scenario.time
    horizon = time.warm_up + time.window + time.follow_up
    for table, begun in ((a, a.sent), (o, o.opened)):
        assert (table.in_window == ((begun >= time.warm_up) & (begun < time.warm_up + time.window))).all()
    assert (a.censored == (horizon - a.sent < time.response_window)).all()
    assert a.censored.any()
    assert not a.censored[a.in_window].any(), "the follow-up is as long as the response window"


def test_closed_reasons_say_what_the_times_say(made) -> None:
    a, closed = made["applications"], made["openings"].closed.to_numpy()
    closed = closed[a.opening]
    reason = a.closed_reason.astype(str)
    assert (a.accepted.notna() == (reason == "hired")).all()
    assert (reason[a.offered.notna()].isin(["hired", "declined", "open"])).all()
    assert np.isnan(closed[reason == "open"]).all()
    assert a.closed[reason == "open"].isna().all()
    assert (reason[~np.isnan(closed)] != "open").all()
    assert a.interested[reason == "not_interested"].isna().all()
    assert (a.channel[reason.isin(["not_interested", "too_late"])] == "recruiter").all()
    over = reason.isin(["rejected", "silence"])
    assert over.any()
    assert a.accepted[over].isna().all()
    assert (a.closed[over] == closed[over]).all()
    by_employer = a[over].groupby("employer").closed_reason.nunique()
    assert (by_employer == 1).all(), "an employer sends rejections or does not"


def test_a_reply_still_to_come_is_no_refusal() -> None:
    # Everybody asked on the last days is interested and takes weeks to say so: nobody has said no.
    a = frames(
        tables_of(
            small(
                {
                    "recruiters.interest_not_looking": 1,
                    "recruiters.interest_searching": 1,
                    "recruiters.reply_lag": 30,
                }
            )
        )
    )["applications"]
    recruited = a[a.channel == "recruiter"]
    assert recruited.interested.isna().any()
    assert not (recruited.closed_reason == "not_interested").any()


def test_paths_go_step_by_step(made) -> None:
    p = made["pathway"]
    order = p.step.map({step: i for i, step in enumerate(STEPS)}).astype(int)
    by_path = p.assign(order=order).sort_values("path", kind="stable")
    same = (by_path.path.diff() == 0).to_numpy()  # as the row before
    assert (np.diff(by_path.order)[same[1:]] == 1).all(), "no step is left out or repeated"
    assert (np.diff(by_path.time)[same[1:]] >= 0).all()
    last = ~np.append(same[1:], False)
    assert (by_path.ended == last).all()
    assert ((by_path.reason != "goes_on") == last).all()
    first = p.groupby("path").head(1)
    assert ((first.step == "recall") == (first.initiated_by == "contact")).all()
    assert set(first.step) == {"recall", "reach_out"}


def test_paths_handed_over_are_the_referrals(made) -> None:
    a, p = made["applications"], made["pathway"]
    a = a[a.channel == "referral"]
    handed = p[p.step == "hand_over"]
    key = ["person", "opening", "referrer"]
    assert rows_of(handed, [*key, "time"]) == rows_of(a, [*key, "sent"])
    for step, column in (("weigh", "read"), ("interview", "interviewed")):
        assert rows_of(p[p.step == step], [*key, "time"]) == rows_of(a[a[column].notna()], [*key, column])


def test_spells_do_not_overlap_and_those_under_way_are_censored(made) -> None:
    s, p = made["spells"], made["persons"]
    assert (s.end.isna() == s.censored).all()
    assert ((s.how == "none") == s.censored).all()
    assert (s.end[~s.censored] >= s.start[~s.censored]).all()
    assert (s.groupby("person").censored.sum() <= 1).all()
    searching = set(p.person[p.state_end == "searching"])
    assert set(s.person[s.censored]) == searching
    ordered = s.sort_values(["person", "start"])
    same = ordered.person.to_numpy()[1:] == ordered.person.to_numpy()[:-1]
    assert (ordered.start.to_numpy()[1:][same] >= ordered.end.to_numpy()[:-1][same]).all()
