"""Every parameter of the model, declared once: default, unit, bounds, meaning and source.

The documentation, the JSON Schema, the validation and the help are all made from these classes.
Inside the program times are days, shares lie in [0, 1] and noises are in standard deviations of match quality.
``evidence:K5`` as a source means the row K5 of ``analysis/evidence.csv``; ``calibrated`` means the value was
fitted to the calibration rows and seed bands, never to a pattern row.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Unit = Literal[
    "days", "share", "hours per week", "hours", "people", "count", "ties", "sd", "precision weight",
    "per week", "per employee per week", "exponent", "strength", "familiarity", "score", "correlation", "switch",
    "goodwill", "field widths", "text",
]

MODEL = "design choice of this model"
CALIBRATED = "calibrated"


def parameter(
    default: Any, unit: Unit, meaning: str, source: str = MODEL, *, ge: float | None = None, le: float | None = None,
    gt: float | None = None, lt: float | None = None,
) -> Any:
    """Declare one parameter; the unit and the source travel with it into the schema and the documentation."""
    return Field(
        default=default, description=meaning, ge=ge, le=le, gt=gt, lt=lt,
        json_schema_extra={"unit": unit, "source": source},
    )


class Section(BaseModel):
    """A group of parameters: immutable, and closed to names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


class Population(Section):
    """Who there is."""

    people: int = parameter(5000, "people", "Number of people in the labour market.", ge=20, le=5_000_000)
    fields: int = parameter(4, "count", "Number of occupational fields, arranged in a ring of neighbours.", ge=1, le=100)
    employed: float = parameter(
        0.92, "share", "Share of people who hold a job at the start of the run.", CALIBRATED, ge=0, le=1)
    experience_correlation: float = parameter(
        0.3, "correlation", "How far the experience a résumé lists goes with ability.", "evidence:K4", ge=0, le=1)


class TieKind(Section):
    """One kind of tie: how many a person has and how it lives."""

    mean_degree: float = parameter(10.0, "ties", "Mean number of ties of this kind a person has.", ge=0, le=1000)
    half_life: float = parameter(365.0, "days", "Time in which strength halves without a touch.", gt=0, le=36500)
    strength: float = parameter(0.5, "strength", "Mean strength right after a touch, at the start.", gt=0, lt=1)
    familiarity: float = parameter(
        0.5, "familiarity", "Mean of how well the contact knows the person's skills and targets.", gt=0, lt=1)


def _kind(degree: float, half_life: float, strength: float, familiarity: float) -> TieKind:
    return TieKind(mean_degree=degree, half_life=half_life, strength=strength, familiarity=familiarity)


class Network(Section):
    """Who knows whom, and how well."""

    close_friend: TieKind = Field(default=_kind(5, 3650, 0.85, 0.55), description="Close friends.")
    mentor: TieKind = Field(default=_kind(1, 720, 0.70, 0.85), description="Mentors.")
    colleague: TieKind = Field(default=_kind(12, 540, 0.60, 0.80), description="Colleagues at the same employer.")
    former_colleague: TieKind = Field(
        default=_kind(20, 360, 0.40, 0.65), description="People once at the same employer.")
    classmate: TieKind = Field(default=_kind(15, 360, 0.30, 0.35), description="People of the same class.")
    acquaintance: TieKind = Field(default=_kind(35, 110, 0.20, 0.20), description="Acquaintances.")
    online: TieKind = Field(default=_kind(12, 110, 0.12, 0.15), description="Ties kept online only.")
    circle: float = parameter(12.0, "people", "Mean size of the circles within which friends are made.", ge=2, le=10_000)
    class_size: float = parameter(60.0, "people", "Mean size of a school class.", ge=2, le=10_000)
    field_homophily: float = parameter(
        0.6, "share", "Share of acquaintance, friend and online ties made inside one's own field.", ge=0, le=1)
    degree_tail: float = parameter(
        3.0, "exponent", "Exponent of the power-law tail of sociability; smaller is heavier.", gt=2, le=10)
    dormancy: float = parameter(
        120.0, "days", "Mean time between chance touches of a tie in everyday life.", gt=0, le=36500)
    edge_list: str | None = parameter(
        None, "text", "CSV file with the columns person, contact and optionally kind, strength, familiarity, "
        "goodwill and days_since_touch, used instead of a generated network; relative to the scenario file.")


class Employers(Section):
    """Who hires, and how big they are."""

    mean_size: float = parameter(25.0, "people", "Mean number of employees at the start.", ge=1, le=100_000)
    size_spread: float = parameter(
        1.0, "exponent", "Standard deviation of the logarithm of employer size.", ge=0, le=3)
    own_field: float = parameter(
        0.7, "share", "Share of an employer's jobs that lie in its own main field.", ge=0, le=1)
    notify: float = parameter(
        0.45, "share", "Share of employers that send a rejection; the others stay silent.", ge=0, le=1)


class Openings(Section):
    """The jobs on offer."""

    growth: float = parameter(
        0.0008, "per employee per week", "New jobs from growth, a Poisson stream.", CALIBRATED, ge=0, le=1)
    replacement: float = parameter(
        0.9, "share", "Share of leavers whose job is opened again.", ge=0, le=1)
    hidden: float = parameter(
        0.25, "share", "Share of openings that never reach a public board.", ge=0, le=1)
    internal_first: float = parameter(
        0.2, "share", "Share of openings offered round inside before they are posted.", ge=0, le=1)
    internal_lead: float = parameter(
        10.0, "days", "How long an internal-first opening is known inside only.", ge=0, le=365)
    bar: float = parameter(
        0.4, "score", "Score an applicant must pass to be invited.", CALIBRATED, ge=-5, le=10)
    bar_spread: float = parameter(0.15, "score", "Standard deviation of the bar between openings.", ge=0, le=5)
    hire_bar: float = parameter(
        0.6, "score", "Score a candidate must pass after the interview to be offered the job.", CALIBRATED, ge=-5, le=10)
    expires: float = parameter(
        100.0, "days", "An opening without a hire is withdrawn after this time.", gt=0, le=1000)


class Matching(Section):
    """Match quality of a person and an opening: weights are normalised to unit variance over applicants."""

    ability: float = parameter(0.6, "sd", "Weight of ability.", ge=0, le=10)
    fit: float = parameter(0.5, "sd", "Weight of the fit of skills to the opening.", ge=0, le=10)
    luck: float = parameter(0.62, "sd", "Weight of what is particular to the pair.", ge=0, le=10)


class Signals(Section):
    """How precisely each way of looking sees match quality (standard deviation of its noise)."""

    resume: float = parameter(1.4, "sd", "A résumé.", CALIBRATED, gt=0, le=100)
    contact_stranger: float = parameter(
        1.8, "sd", "A contact with no familiarity at all.", CALIBRATED, gt=0, le=100)
    contact_close: float = parameter(
        0.7, "sd", "A contact with full familiarity.", CALIBRATED, gt=0, le=100)
    profile_stale: float = parameter(1.8, "sd", "A recruiter reading a stale profile.", CALIBRATED, gt=0, le=100)
    profile_current: float = parameter(1.2, "sd", "A recruiter reading a current profile.", CALIBRATED, gt=0, le=100)
    interview: float = parameter(0.8, "sd", "An interview.", gt=0, le=100)
    vouch_resume: float = parameter(
        1.6, "sd", "Noise added when a contact only passes the résumé on.", CALIBRATED, ge=0, le=100)
    vouch_letter: float = parameter(
        0.8, "sd", "Noise added when a contact writes a recommendation.", CALIBRATED, ge=0, le=100)
    vouch_manager: float = parameter(
        0.0, "sd", "Noise added when a contact speaks with the hiring manager.", ge=0, le=100)


class Screening(Section):
    """How an employer reads, believes and decides. No word here knows how an application came."""

    resumes_per_review: int = parameter(
        130, "count", "Résumés an employer can read for one opening at one review.", CALIBRATED, ge=1, le=100_000)
    interview_slots: int = parameter(
        6, "count", "Candidates an employer can interview for one opening.", "evidence:K2", ge=1, le=1000)
    first_look: float = parameter(
        3.0, "days", "Time from opening until those invited because a name vouched for them are called to interviews.",
        ge=0, le=365)
    early_margin: float = parameter(
        0.25, "score", "By how much a candidate must pass the bar for an offer before the inbox has been reviewed: "
        "the worth of waiting for the rest.", ge=0, le=10)
    first_review: float = parameter(
        15.0, "days", "Time from opening to the first review of the inbox.", "evidence:K7c", ge=0, le=365)
    review_every: float = parameter(7.0, "days", "Time between reviews.", gt=0, le=365)
    vouched_read_after: float = parameter(
        1.0, "days", "Longest wait until an application with a vouching name is read.", ge=0, le=365)
    risk_aversion: float = parameter(
        0.5, "score", "Weight of the variance of belief against its mean.", CALIBRATED, ge=0, le=10)
    trust: float = parameter(
        0.6, "precision weight", "Weight an employer gives a report from somebody without a record.", CALIBRATED,
        ge=0, le=1)
    favouritism: float = parameter(
        0.2, "sd", "By how much a contact overstates, known to employers on average and discounted.", ge=0, le=5)


class Search(Section):
    """How seekers spend their week."""

    hours_per_week: float = parameter(
        8.0, "hours per week", "Mean hours an active seeker spends on search.", "evidence:K10", gt=0, le=100)
    hours_spread: float = parameter(
        0.5, "exponent", "Standard deviation of the logarithm of weekly hours between seekers.", ge=0, le=3)
    applications: float = parameter(
        0.75, "share", "Share of the hours spent on applications.", ge=0, le=1)
    asks: float = parameter(0.03, "share", "Share of the hours spent on asking contacts for a referral.", ge=0, le=1)
    upkeep: float = parameter(0.22, "share", "Share of the hours spent on keeping ties alive.", ge=0, le=1)
    hours_per_application: float = parameter(
        1.6, "hours", "Time one application takes.", "evidence:K10", gt=0, le=100)
    hours_per_ask: float = parameter(1.0, "hours", "Time one ask takes.", gt=0, le=100)
    hours_per_touch: float = parameter(0.5, "hours", "Time one touch of a tie takes.", gt=0, le=100)
    effort_half_life: float = parameter(
        75.0, "days", "Duration of search in which the part of the effort that flags halves.", "evidence:K10", gt=0, le=36500)
    effort_floor: float = parameter(
        0.5, "share", "Share of the first weekly applications that goes on however long the search.", "evidence:K10",
        ge=0, le=1)
    other_field: float = parameter(
        0.1, "share", "Share of applications sent to a neighbouring field.", ge=0, le=1)
    freshness: float = parameter(
        0.06, "days", "Age scale of interest in a posting: interest falls as 1 / (1 + age / scale).", "evidence:K7",
        gt=0, le=365)


class Referrals(Section):
    """The pathway from a contact who hears of an opening to a name handed in."""

    team: int = parameter(
        8, "people", "Employees who hear of an opening at their employer first.", CALIBRATED, ge=0, le=10_000)
    recall: float = parameter(
        0.6, "share", "Chance that an insider recalls a fully strong, fully familiar seeker of the right field.",
        "evidence:K9", ge=0, le=1)
    other_field_recall: float = parameter(
        0.1, "share", "Recall of a seeker of another field, relative to one of the right field.", ge=0, le=1)
    recall_open: float = parameter(
        0.3, "share", "Recall of somebody employed and merely open to offers, relative to an active seeker.", ge=0, le=1)
    contact_bar: float = parameter(
        0.1, "score", "Belief about the match below which a contact will not lend their name.", CALIBRATED, ge=-5, le=10)
    willingness: float = parameter(
        1.2, "exponent", "How steeply willingness to refer rises with tie strength and goodwill.", ge=0, le=20)
    rushed_penalty: float = parameter(
        0.5, "share", "By how much an ask out of the blue lowers willingness.", ge=0, le=1)
    informed_familiarity: float = parameter(
        0.35, "familiarity", "Familiarity from which an ask counts as informed.", ge=0, le=1)
    letter_familiarity: float = parameter(
        0.4, "familiarity", "Familiarity from which a contact writes a recommendation.", ge=0, le=1)
    manager_strength: float = parameter(
        0.45, "strength", "Tie strength from which a familiar contact speaks with the hiring manager.", ge=0, le=1)
    mention_lag: float = parameter(2.0, "days", "Mean time from hearing of an opening to mentioning it.", ge=0, le=365)
    handover_lag: float = parameter(2.0, "days", "Mean time from agreeing to refer to handing the name in.", ge=0, le=365)


class Recruiters(Section):
    """Recruiters who search profiles and approach people, searching or not."""

    sourced: float = parameter(0.3, "share", "Share of openings for which a recruiter searches.", ge=0, le=1)
    profiles_viewed: int = parameter(
        34, "count", "Profiles a recruiter looks at for one opening.", CALIBRATED, ge=1, le=10_000)
    approaches: int = parameter(
        10, "count", "People a recruiter approaches for one opening.", CALIBRATED, ge=1, le=1000)
    search_after: float = parameter(3.0, "days", "Time from opening to a recruiter's search.", ge=0, le=365)
    interest_not_looking: float = parameter(
        0.25, "share", "People not looking who say they are interested.", ge=0, le=1)
    interest_searching: float = parameter(
        0.65, "share", "Active seekers who say they are interested.", ge=0, le=1)
    reply: float = parameter(0.7, "share", "Uninterested people who reply all the same.", ge=0, le=1)
    reply_lag: float = parameter(2.0, "days", "Mean time until a candidate replies.", ge=0, le=365)


class Hiring(Section):
    """From the invitation to the first day at work."""

    interview_lead: float = parameter(11.0, "days", "Time from a review to the round of interviews.", ge=0, le=365)
    decision_lag: float = parameter(8.0, "days", "Time from the interviews to the offer.", ge=0, le=365)
    answer_lag: float = parameter(5.0, "days", "Mean time a candidate takes to answer an offer.", ge=0, le=365)
    reservation: float = parameter(
        -1.45, "sd", "A job below this draw of its worth to the candidate is declined.", "evidence:K6", ge=-10, le=10)
    notice: float = parameter(21.0, "days", "Mean time from accepting to starting.", ge=0, le=365)


class Careers(Section):
    """How people leave jobs and begin and end their search."""

    layoff: float = parameter(
        0.0012, "per employee per week", "Chance that an employee loses the job.", CALIBRATED, ge=0, le=1)
    start_search: float = parameter(
        0.0048, "per employee per week", "Chance that an employee begins to search while in work.", CALIBRATED, ge=0, le=1)
    stop_search: float = parameter(
        0.03, "per week", "Chance that an employed seeker stops searching.", ge=0, le=1)
    open: float = parameter(
        0.25, "share", "Share of employees who, though not searching, are open to what is offered.", ge=0, le=1)
    searching: float = parameter(
        0.11, "share", "Share of employees who are searching at the start.", CALIBRATED, ge=0, le=1)


class Time(Section):
    """What is simulated and what is counted."""

    warm_up: float = parameter(182.0, "days", "Time before anything is counted.", ge=0, le=36500)
    window: float = parameter(364.0, "days", "What starts in this time after the warm-up is counted.", gt=0, le=36500)
    follow_up: float = parameter(
        60.0, "days", "Time simulated after the window, so that what started in it can end.", ge=0, le=36500)
    response_window: float = parameter(
        60.0, "days", "A response counts when it comes within this time of sending.", gt=0, le=36500)


class Mechanisms(Section):
    """Parts of the model that can be switched off to see what they carry."""

    referrals: bool = parameter(True, "switch", "Contacts mention openings and hand names in.")
    recruiters: bool = parameter(True, "switch", "Recruiters search and approach.")
    vouching: bool = parameter(True, "switch", "A vouching name adds its report to the employer's belief.")
    priority_reading: bool = parameter(True, "switch", "What carries a vouching name is read first and early.")
    referrer_selection: bool = parameter(True, "switch", "Contacts lend their name only to those they believe in.")
    risk_aversion: bool = parameter(True, "switch", "Employers mind the variance of their belief.")
    tie_decay: bool = parameter(True, "switch", "Ties lose strength without a touch.")
    turnover: bool = parameter(True, "switch", "Layoffs, search on the job and replacement of leavers.")


class Audit(Section):
    """A measurement beside the market that changes nothing in it."""

    letter: bool = parameter(
        True, "switch", "For each résumé read without a vouching name, work out the answer the same résumé "
        "would have had with a third party's letter.", "evidence:K5")
    letter_familiarity: float = parameter(
        0.5, "familiarity", "How well the writer of that letter knows the person.", "evidence:K5", ge=0, le=1)
