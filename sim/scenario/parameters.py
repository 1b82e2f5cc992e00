"""Every parameter of the model, declared once: default, unit, bounds, meaning and source.

Validation, help, the JSON Schema and the documentation are made from these classes. Times are in days, shares in
[0, 1], noises in standard deviations of match quality. The source ``evidence:K5`` is the row K5 of
``analysis/claims/evidence.csv``; ``calibrated`` means that the value was fitted to calibration rows and seed bands,
never to a pattern row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

Unit = Literal[
    "days",
    "share",
    "hours per week",
    "hours",
    "people",
    "count",
    "ties",
    "sd",
    "precision weight",
    "per week",
    "per employee per week",
    "exponent",
    "strength",
    "familiarity",
    "score",
    "correlation",
    "switch",
    "goodwill",
    "field widths",
    "weeks of pay",
    "text",
    "label",
]

MODEL = "design choice of this model"
CALIBRATED = "calibrated"


TieKindName = Literal[
    "close_friend",
    "mentor",
    "colleague",
    "former_colleague",
    "classmate",
    "acquaintance",
    "online",
]


def parameter(
    default: Any,
    unit: Unit,
    meaning: str,
    source: str = MODEL,
    *,
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    lt: float | None = None,
) -> Any:
    """Declare a parameter; schema and documentation also show its unit and source."""
    return Field(
        default=default,
        description=meaning,
        ge=ge,
        le=le,
        gt=gt,
        lt=lt,
        json_schema_extra={"unit": unit, "source": source},
    )


class Section(BaseModel):
    """A group of parameters: immutable, without other names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


class Population(Section):
    """The people of the market."""

    people: int = parameter(5000, "people", "Number of people in the labour market.", ge=20, le=5_000_000)
    fields: int = parameter(
        4, "count", "Number of occupational fields, arranged in a ring of neighbours.", ge=1, le=100
    )
    employed: float = parameter(
        0.92, "share", "Share of people who hold a job at the start of the run.", CALIBRATED, ge=0, le=1
    )
    experience_correlation: float = parameter(
        0.33, "correlation", "Correlation of the experience on a résumé with ability.", "evidence:K4", ge=0, le=1
    )


class TieKind(Section):
    """One kind of tie: how many a person has, how strong they are, and how they fade."""

    mean_degree: float = parameter(10.0, "ties", "Mean number of ties of this kind a person has.", ge=0, le=1000)
    half_life: float = parameter(365.0, "days", "Time in which strength halves without a touch.", gt=0, le=36500)
    strength: float = parameter(0.5, "strength", "Mean strength right after a touch, at the start.", gt=0, lt=1)
    familiarity: float = parameter(
        0.5, "familiarity", "Mean of how well the contact knows the person's skills and aims.", gt=0, lt=1
    )


def _kind(degree: float, half_life: float, strength: float, familiarity: float) -> TieKind:
    return TieKind(mean_degree=degree, half_life=half_life, strength=strength, familiarity=familiarity)


class Network(Section):
    """Who knows whom, and how well."""

    close_friend: TieKind = Field(default=_kind(5, 365, 0.85, 0.55), description="Close friends.")
    mentor: TieKind = Field(default=_kind(1, 540, 0.70, 0.85), description="Mentors.")
    colleague: TieKind = Field(default=_kind(12, 540, 0.60, 0.80), description="Colleagues at the same employer.")
    former_colleague: TieKind = Field(
        default=_kind(20, 360, 0.40, 0.65), description="Former colleagues."
    )
    classmate: TieKind = Field(default=_kind(15, 360, 0.30, 0.35), description="Former classmates.")
    acquaintance: TieKind = Field(default=_kind(70, 125, 0.20, 0.20), description="Acquaintances.")
    online: TieKind = Field(default=_kind(27, 125, 0.12, 0.15), description="Ties kept online only.")
    returned: float = parameter(
        0.85,
        "share",
        "Share of ties to acquaintances, classmates and online contacts that the other side returns.",
        ge=0,
        le=1,
    )
    spare: int = parameter(
        10, "ties", "Ties a person can add before new ones crowd out the weakest old ones.", ge=0, le=1000
    )
    close_layer: float = parameter(
        0.75,
        "strength",
        "Strength from which a tie belongs to the innermost layer of a personal network.",
        "evidence:K8c",
        gt=0,
        lt=1,
    )
    gone: float = parameter(
        0.03,
        "strength",
        "Strength below which a tie is gone: the contact no longer recalls the person.",
        "evidence:K8a",
        ge=0,
        lt=1,
    )
    circle: float = parameter(
        12.0, "people", "Mean size of the circles within which friends are made.", ge=2, le=10_000
    )
    class_size: float = parameter(60.0, "people", "Mean size of a school class.", ge=2, le=10_000)
    field_homophily: float = parameter(
        0.6, "share", "Share of acquaintance, friend and online ties made inside one's own field.", ge=0, le=1
    )
    degree_tail: float = parameter(
        3.0, "exponent", "Exponent of the power-law tail of sociability; smaller is heavier.", gt=2, le=10
    )
    dormancy: float = parameter(
        160.0, "days", "Mean time between chance meetings over a tie.", gt=0, le=36500
    )
    edge_list: str | None = parameter(
        None,
        "text",
        "File with ties used instead of a generated network: rows of two ends (columns person and contact, or source "
        "and target; optionally kind, strength, familiarity, goodwill and days_since_touch), a square matrix, GML, "
        "GraphML or Pajek; relative to the scenario file.",
    )
    edge_list_both_ways: bool = parameter(
        False, "switch", "Whether each tie of the edge list is read in both directions; one that says it is undirected always is."
    )
    edge_list_wave: str | None = parameter(
        None, "label", "Which wave of an edge list with a column wave is read; all merges them."
    )


class Upkeep(Section):
    """How touches, help and asks change a tie."""

    touch_gain: float = parameter(
        0.25, "share", "Share of the distance to full strength that one touch covers.", ge=0, le=1
    )
    waking: float = parameter(
        0.3, "share", "Further gain of a touch at full familiarity: a dormant tie wakes faster.", ge=0, le=1
    )
    familiarity_gain: float = parameter(
        0.15,
        "share",
        "Share of the distance to full familiarity covered by telling a contact about skills and aims.",
        ge=0,
        le=1,
    )
    familiarity_half_life: float = parameter(
        1100.0, "days", "Time in which familiarity halves without news.", gt=0, le=36500
    )
    goodwill_half_life: float = parameter(
        900.0, "days", "Time in which goodwill halves; it outlasts strength.", gt=0, le=36500
    )
    gift: float = parameter(0.35, "goodwill", "Goodwill earned by one act of help.", ge=0, le=10)
    ask_cost: float = parameter(0.3, "goodwill", "Goodwill spent by one ask.", ge=0, le=10)


def habit(meaning: str, *, hours_for: str) -> Any:
    """Declare a habit: the share of the crowd's hours that it gets, and what a role can give hours for."""
    field = parameter(0.0, "share", meaning, ge=0, le=1)
    field.json_schema_extra["hours_for"] = hours_for
    return field


class Habits(Section):
    """Shares of a person's hours for habits that build a network. Habits act through ties alone."""

    cross_field: float = habit("Reaching out to people in other fields.", hours_for="reaching out to other fields")
    meetups: float = habit("Going to meetups and following up.", hours_for="meetups")
    projects: float = habit("Volunteering and projects with others.", hours_for="projects with others")
    profile: float = habit("Keeping the public profile current.", hours_for="their profile")
    support: float = habit("Offering support, feedback and advice.", hours_for="support and advice")
    sharing: float = habit(
        "Sharing news and introducing contacts to each other.", hours_for="news and introductions"
    )


class HabitCosts(Section):
    """What the habits cost and bring."""

    hours_per_outreach: float = parameter(3.0, "hours", "Time to win one contact in another field.", gt=0, le=1000)
    hours_per_meetup: float = parameter(4.0, "hours", "Time one meetup takes, with its follow-up.", gt=0, le=1000)
    hiring_at_meetup: float = parameter(
        0.15, "share", "Share of people met at meetups who have a say in hiring.", ge=0, le=1
    )
    hours_per_project: float = parameter(
        25.0, "hours", "Time of working together until a mentor knows a person's work.", gt=0, le=1000
    )
    hours_per_profile: float = parameter(
        2.0, "hours", "Time to bring a stale profile half way up to date.", gt=0, le=1000
    )
    profile_half_life: float = parameter(
        365.0, "days", "Time in which the currency of a profile halves.", gt=0, le=36500
    )
    hours_per_help: float = parameter(1.5, "hours", "Time one act of help takes.", gt=0, le=1000)
    hours_per_round: float = parameter(1.0, "hours", "Time one round of news to contacts takes.", gt=0, le=1000)
    round_size: int = parameter(8, "ties", "Contacts reached by one round of news.", ge=1, le=1000)
    round_gain: float = parameter(0.08, "share", "Gain of strength from a piece of news.", ge=0, le=1)
    introductions: float = parameter(
        0.1, "share", "Chance that a round of news makes a contact's contact an acquaintance.", ge=0, le=1
    )
    met_strength: float = parameter(
        0.35, "strength", "Strength of a tie after a meeting and its follow-up.", gt=0, lt=1
    )
    met_familiarity: float = parameter(0.3, "familiarity", "Familiarity after such a meeting.", gt=0, lt=1)


class Employers(Section):
    """Who hires, and how big they are."""

    mean_size: float = parameter(25.0, "people", "Mean number of employees at the start.", ge=1, le=100_000)
    size_spread: float = parameter(1.0, "exponent", "Standard deviation of the logarithm of employer size.", ge=0, le=3)
    own_field: float = parameter(
        0.7, "share", "Share of an employer's jobs in its own main field.", ge=0, le=1
    )
    bonus: float = parameter(
        1.0, "weeks of pay", "Bonus of an employee whose referral is hired.", ge=0, le=52
    )
    notify: float = parameter(
        0.45, "share", "Share of employers that send a rejection; the others stay silent.", ge=0, le=1
    )


class Openings(Section):
    """The jobs on offer."""

    growth: float = parameter(
        0.0006612, "per employee per week", "Rate of new jobs from growth, a Poisson stream.", CALIBRATED, ge=0, le=1
    )
    replacement: float = parameter(0.9, "share", "Share of leavers whose job is opened again.", ge=0, le=1)
    hidden: float = parameter(0.25, "share", "Share of openings that never reach a public board.", ge=0, le=1)
    internal_first: float = parameter(
        0.2, "share", "Share of openings known only inside the firm before they are posted.", ge=0, le=1
    )
    internal_lead: float = parameter(
        10.0, "days", "Time for which an internal-first opening is known only inside.", ge=0, le=365
    )
    bar: float = parameter(0.357, "score", "Score an applicant must pass to be invited.", CALIBRATED, ge=-5, le=10)
    bar_spread: float = parameter(0.15, "score", "Standard deviation of the bar between openings.", ge=0, le=5)
    hire_bar: float = parameter(
        0.6163,
        "score",
        "Score a candidate must pass after the interview to be offered the job.",
        CALIBRATED,
        ge=-5,
        le=10,
    )
    expires: float = parameter(
        100.0, "days", "An opening without a hire is withdrawn at the first review after this time.", gt=0, le=1000
    )


class Matching(Section):
    """Match quality of a person and an opening: weights are normalised to unit variance over applicants."""

    ability: float = parameter(0.6, "sd", "Weight of ability.", ge=0, le=10)
    fit: float = parameter(0.5, "sd", "Weight of the fit of skills to the opening.", ge=0, le=10)
    luck: float = parameter(0.62, "sd", "Weight of luck particular to the pair.", ge=0, le=10)


class Signals(Section):
    """How precisely each signal shows match quality (standard deviation of its noise)."""

    resume: float = parameter(1.421, "sd", "A résumé.", CALIBRATED, gt=0, le=100)
    contact_stranger: float = parameter(1.8, "sd", "A contact with no familiarity at all.", CALIBRATED, gt=0, le=100)
    contact_close: float = parameter(0.6744, "sd", "A contact with full familiarity.", CALIBRATED, gt=0, le=100)
    profile_stale: float = parameter(1.8, "sd", "A recruiter reading a stale profile.", CALIBRATED, gt=0, le=100)
    profile_current: float = parameter(1.2, "sd", "A recruiter reading a current profile.", CALIBRATED, gt=0, le=100)
    interview: float = parameter(0.8, "sd", "An interview.", gt=0, le=100)
    vouch_resume: float = parameter(
        1.6, "sd", "Noise added if a contact only passes on the résumé.", CALIBRATED, ge=0, le=100
    )
    vouch_letter: float = parameter(
        0.8, "sd", "Noise added if a contact writes a letter.", CALIBRATED, ge=0, le=100
    )
    vouch_manager: float = parameter(
        0.0, "sd", "Noise added if a contact speaks with the hiring manager.", ge=0, le=100
    )


class Screening(Section):
    """How an employer reads, believes and decides. Nothing here depends on the channel."""

    resumes_per_review: int = parameter(
        127, "count", "Résumés an employer can read for one opening at one review.", CALIBRATED, ge=1, le=100_000
    )
    interview_slots: int = parameter(
        6, "count", "Candidates an employer can interview for one opening in one round.", "evidence:K2", ge=1, le=1000
    )
    first_look: float = parameter(
        3.0,
        "days",
        "Time from posting (or from opening, if it is not posted) until candidates invited on a report are called to "
        "interviews.",
        ge=0,
        le=365,
    )
    early_margin: float = parameter(
        0.75,
        "score",
        "How far above the hire bar a candidate must be for an offer before the first review: what waiting is expected "
        "to bring. Set a little below what an inbox brings in the baseline, since an employer minds the wait.",
        ge=0,
        le=10,
    )
    first_review: float = parameter(
        15.0,
        "days",
        "Time from posting (or from opening, if it is not posted) to the first review.",
        "evidence:K7c",
        ge=0,
        le=365,
    )
    review_every: float = parameter(7.0, "days", "Time between reviews.", gt=0, le=365)
    vouched_read_after: float = parameter(
        1.0, "days", "Time until an application with a report is read.", ge=0, le=365
    )
    risk_aversion: float = parameter(
        0.5, "score", "Weight of the variance of a belief against its mean.", CALIBRATED, ge=0, le=10
    )
    trust: float = parameter(
        0.5474,
        "precision weight",
        "Weight that an employer gives to a report by somebody without a record.",
        CALIBRATED,
        ge=0,
        le=1,
    )
    learning: float = parameter(
        0.4,
        "exponent",
        "How far one interview moves a referrer's record: by the share 1 - exp(-learning) of the difference.",
        ge=0,
        le=5,
    )
    favouritism: float = parameter(
        0.2, "sd", "How much contacts overstate the match over strong ties and understate it over weak ones; employers do not correct for it.", ge=0, le=5
    )


class Search(Section):
    """How seekers spend their week."""

    hours_per_week: float = parameter(
        8.0, "hours per week", "Mean hours an active seeker spends on search.", "evidence:K10", gt=0, le=100
    )
    hours_spread: float = parameter(
        0.5, "exponent", "Standard deviation of the logarithm of weekly hours between seekers.", ge=0, le=3
    )
    applications: float = parameter(0.75, "share", "Share of the hours spent on applications.", ge=0, le=1)
    asks: float = parameter(0.03, "share", "Share of the hours spent on asking contacts for a referral.", ge=0, le=1)
    upkeep: float = parameter(0.22, "share", "Share of the hours spent on keeping ties alive.", ge=0, le=1)
    habits: Habits = Field(default=Habits(), description="Share of the hours spent on each habit.")
    quiet_hours: float = parameter(
        0.0, "hours per week", "Hours a week people give to ties and habits while not searching.", ge=0, le=100
    )
    asks_from: float = parameter(
        0.0, "days", "Time into the search before a person asks contacts; 0 asks from the start.", ge=0, le=36500
    )
    wiser: float = parameter(
        0.5,
        "share",
        "Share of applications for which a person taught by an interview picks the better of two postings.",
        ge=0,
        le=1,
    )
    hours_per_application: float = parameter(
        2.188, "hours", "Time one application takes.", "evidence:K10", gt=0, le=100
    )
    hours_per_ask: float = parameter(1.0, "hours", "Time one ask takes.", gt=0, le=100)
    hours_per_touch: float = parameter(0.5, "hours", "Time one touch of a tie takes.", gt=0, le=100)
    effort_half_life: float = parameter(
        75.0,
        "days",
        "Duration of search in which the part of the effort above the floor halves.",
        "evidence:K10",
        gt=0,
        le=36500,
    )
    effort_floor: float = parameter(
        0.5017,
        "share",
        "Share of the first week's effort that remains in a long search.",
        "evidence:K10",
        ge=0,
        le=1,
    )
    other_field: float = parameter(0.1, "share", "Share of applications sent to a neighbouring field.", ge=0, le=1)
    looks: int = parameter(
        8,
        "count",
        "Most postings that a person looks at for an application, until one is new to them; if none is, the time is "
        "lost.",
        ge=1,
        le=100,
    )
    freshness: float = parameter(
        0.0362,
        "days",
        "Age scale of interest in a posting: interest falls as 1 / (1 + age / scale).",
        "evidence:K7a",
        gt=0,
        le=365,
    )


class Referrals(Section):
    """From a contact who hears of an opening to a name handed in."""

    team: int = parameter(
        5, "people", "Employees who hear of an opening at their employer first.", CALIBRATED, ge=0, le=10_000
    )
    recall: float = parameter(
        1.0,
        "share",
        "Chance that an insider recalls a fully strong, fully familiar seeker of the right field.",
        "evidence:K9",
        ge=0,
        le=1,
    )
    other_field_recall: float = parameter(
        0.1, "share", "Recall of a seeker of another field, relative to one of the right field.", ge=0, le=1
    )
    recall_open: float = parameter(
        0.3, "share", "Recall of somebody who is only open to offers, relative to a seeker.", ge=0, le=1
    )
    stake: float = parameter(
        0.15, "score", "How much a contact raises their bar to protect a name without a record.", ge=0, le=5
    )
    bonus_pull: float = parameter(0.12, "score", "How much a bonus of one week of pay lowers that bar.", ge=0, le=5)
    bonus_effort: float = parameter(0.1, "share", "How much a bonus of one week of pay raises recall.", ge=0, le=5)
    passes_on: int = parameter(
        2, "ties", "Contacts to whom each insider passes on the news of an opening.", ge=0, le=100
    )
    news_recall: float = parameter(
        0.36,
        "share",
        "Chance that a contact with job news tells a fully strong, fully familiar seeker.",
        "evidence:K9",
        ge=0,
        le=1,
    )
    interviewer_tie: float = parameter(
        0.3, "share", "Chance that an interview leaves a tie to somebody at the employer.", ge=0, le=1
    )
    new_colleagues: int = parameter(4, "ties", "Colleagues who become ties when somebody is hired.", ge=0, le=100)
    contact_bar: float = parameter(
        -0.1274,
        "score",
        "Belief about the match up to which a contact does not lend their name.",
        CALIBRATED,
        ge=-5,
        le=10,
    )
    willingness: float = parameter(
        1.2, "exponent", "How steeply willingness to refer rises with tie strength and goodwill.", ge=0, le=20
    )
    rushed_penalty: float = parameter(
        0.5, "share", "How much a rushed ask lowers willingness.", ge=0, le=1
    )
    informed_familiarity: float = parameter(
        0.35, "familiarity", "Familiarity from which an ask counts as informed.", ge=0, le=1
    )
    letter_familiarity: float = parameter(
        0.4, "familiarity", "Familiarity from which a contact writes a letter.", ge=0, le=1
    )
    manager_strength: float = parameter(
        0.45, "strength", "Tie strength from which a familiar contact speaks with the hiring manager.", ge=0, le=1
    )
    mention_lag: float = parameter(2.0, "days", "Mean time from hearing of an opening to mentioning it.", ge=0, le=365)
    handover_lag: float = parameter(
        2.0, "days", "Mean time from agreeing to refer to handing in the name.", ge=0, le=365
    )


class Recruiters(Section):
    """Recruiters who search profiles and approach people, searching or not."""

    sourced: float = parameter(0.3, "share", "Share of openings for which a recruiter searches.", ge=0, le=1)
    profiles_viewed: int = parameter(
        36, "count", "Profiles a recruiter looks at for one opening.", CALIBRATED, ge=1, le=10_000
    )
    approaches: int = parameter(
        10, "count", "People a recruiter approaches for one opening.", CALIBRATED, ge=1, le=1000
    )
    search_after: float = parameter(3.0, "days", "Time from opening to a recruiter's search.", ge=0, le=365)
    interest_not_looking: float = parameter(
        0.25, "share", "Share of people approached, not looking, who are interested.", ge=0, le=1
    )
    interest_searching: float = parameter(
        0.65, "share", "Share of seekers approached who are interested.", ge=0, le=1
    )
    reply: float = parameter(0.7, "share", "Share of people not interested who reply all the same.", ge=0, le=1)
    reply_lag: float = parameter(2.0, "days", "Mean time until a candidate replies.", ge=0, le=365)


class Hiring(Section):
    """From the invitation to the first day at work."""

    interview_lead: float = parameter(11.0, "days", "Time from a review to the round of interviews.", ge=0, le=365)
    decision_lag: float = parameter(8.0, "days", "Time from the interviews to the offer.", ge=0, le=365)
    answer_lag: float = parameter(5.0, "days", "Mean time a candidate takes to answer an offer.", ge=0, le=365)
    reservation: float = parameter(
        -1.1, "sd", "Worth to the candidate up to which an offer is declined.", "evidence:K6", ge=-10, le=10
    )
    notice: float = parameter(21.0, "days", "Mean time from accepting to starting.", ge=0, le=365)


class Careers(Section):
    """How people are promoted, leave jobs, and begin and end their search."""

    managers: float = parameter(0.12, "share", "Share of employees with a say in hiring at the start.", ge=0, le=1)
    promotion: float = parameter(
        0.0008, "per employee per week", "Chance of being promoted into a role with a say in hiring.", ge=0, le=1
    )
    quit: float = parameter(
        0.0006,
        "per employee per week",
        "Chance that an employee of average match quits and searches without a job.",
        ge=0,
        le=1,
    )
    quit_slope: float = parameter(
        0.5,
        "exponent",
        "How steeply quitting falls with match quality: the rate is quit · exp(-slope · match).",
        ge=0,
        le=5,
    )
    friend_at_work: float = parameter(
        0.5,
        "exponent",
        "How steeply quitting falls with the strength of a person's strongest tie to a colleague when hired; at 0.5 a "
        "tie of full strength counts like one standard deviation of match (social enrichment, Fernandez, Castilla and "
        "Moore 2000).",
        ge=0,
        le=5,
    )
    friend_half_life: float = parameter(
        365.0,
        "days",
        "Time at work in which this advantage halves, since others find friends there too.",
        gt=0,
        le=36500,
    )
    learning: float = parameter(
        180.0, "days", "Time in which an employer learns half of what it did not know about a new hire.", gt=0, le=36500
    )
    closure_at: float | None = parameter(
        None,
        "days",
        "Day on which employers close and lay off all their people at once; none if not given.",
        ge=0,
        le=36500,
    )
    closure_people: int = parameter(0, "people", "Least number of people laid off by this closure.", ge=0, le=1_000_000)

    layoff: float = parameter(
        0.0008, "per employee per week", "Chance that an employee loses the job.", CALIBRATED, ge=0, le=1
    )
    start_search: float = parameter(
        0.0055,
        "per employee per week",
        "Chance that an employee begins to search while in work.",
        CALIBRATED,
        ge=0,
        le=1,
    )
    stop_search: float = parameter(0.03, "per week", "Chance that an employed seeker stops searching.", ge=0, le=1)
    open: float = parameter(
        0.25, "share", "Share of employees of average match, not searching, who are open to offers.", ge=0, le=1
    )
    searching: float = parameter(
        0.11, "share", "Share of employees who are searching at the start.", CALIBRATED, ge=0, le=1
    )


class Time(Section):
    """What is simulated and what is counted."""

    warm_up: float = parameter(182.0, "days", "Time before anything is counted.", ge=0, le=36500)
    window: float = parameter(
        364.0, "days", "Time after the warm-up; what begins in it is counted.", gt=0, le=36500
    )
    follow_up: float = parameter(
        60.0, "days", "Time simulated after the window, so that what began in it can end.", ge=0, le=36500
    )
    response_window: float = parameter(
        60.0, "days", "A response counts when it comes within this time of sending.", gt=0, le=36500
    )


class Mechanisms(Section):
    """Parts of the model that can be switched off to see what they contribute."""

    referrals: bool = parameter(True, "switch", "Contacts mention openings and hand in names.")
    recruiters: bool = parameter(True, "switch", "Recruiters search profiles and approach people.")
    vouching: bool = parameter(True, "switch", "Reports of contacts and recruiters enter the employer's belief.")
    priority_reading: bool = parameter(True, "switch", "Applications with a report are read first and early.")
    referrer_selection: bool = parameter(True, "switch", "Contacts lend their name only to those they believe in.")
    risk_aversion: bool = parameter(True, "switch", "The variance of an employer's belief lowers the score.")
    tie_decay: bool = parameter(True, "switch", "Ties lose strength without a touch.")
    news: bool = parameter(True, "switch", "Job news spreads along ties beyond the firm.")
    new_ties: bool = parameter(True, "switch", "Hires, interviews and habits make new ties.")
    goodwill: bool = parameter(True, "switch", "Help given and asks made change the willingness to refer.")
    referrer_record: bool = parameter(True, "switch", "Employers remember how each referrer's candidates did.")
    promotions: bool = parameter(True, "switch", "Employees are promoted into a say in hiring.")
    match_quits: bool = parameter(True, "switch", "Quitting depends on match quality and on friends at work.")
    search_capital: bool = parameter(True, "switch", "Interviews teach where to apply.")
    turnover: bool = parameter(
        True, "switch", "Promotions, layoffs, resignations, search on the job and replacement of leavers."
    )


class Audit(Section):
    """A measurement that changes nothing in the market."""

    letter: bool = parameter(
        True,
        "switch",
        "For each résumé read without a report, work out the response that it would have had with a third party's "
        "letter.",
        "evidence:K5",
    )
    letter_familiarity: float = parameter(
        0.65, "familiarity", "How well the writer of this letter knows the person.", "evidence:K5", ge=0, le=1
    )


class Contact(Section):
    """A contact placed beside each copy of a role, such as a former teammate or a mentor."""

    placed: bool = parameter(False, "switch", "Whether there is such a contact.")
    kind: TieKindName = parameter("former_colleague", "text", "Kind of the tie; one of the kinds under network.")
    strength: float = parameter(0.5, "strength", "Strength of the tie at its last touch.", gt=0, lt=1)
    familiarity: float = parameter(0.6, "familiarity", "How well the contact knows the person.", gt=0, lt=1)
    goodwill: float = parameter(0.3, "goodwill", "Goodwill of the contact.", ge=-10, le=10)
    days_since_touch: float = parameter(30.0, "days", "Days since the last touch at the start.", ge=0, le=36500)
    manager: bool = parameter(False, "switch", "Whether the contact has a say in hiring.")
    grows: float = parameter(
        0.0, "per week", "Further openings a week at the contact's employer, in the person's field.", ge=0, le=10
    )


class _RoleToUpkeep(Section):
    """The first parameters of a role, up to the shares of its hours that go into habits."""

    count: int = parameter(50, "people", "Number of copies placed.", ge=1, le=100_000)
    ability: float | None = parameter(None, "sd", "Their ability; as for the crowd if not given.", ge=-6, le=6)
    experience: float | None = parameter(None, "sd", "Their experience; as for the crowd if not given.", ge=-6, le=6)
    group: bool = parameter(False, "switch", "Whether they form a group, with more ties to one another.")
    homophily: float = parameter(
        0.5, "share", "Share of their ties that are inside the group, if they form one.", ge=0, le=1
    )
    employed: bool | None = parameter(
        None, "switch", "Whether they hold a job at the start; as for the crowd if not given."
    )
    searches_from: float | None = parameter(
        None,
        "days",
        "Day on which they begin to search; as for the crowd if not given.",
        ge=0,
        le=36500,
    )
    hours_per_week: float | None = parameter(
        None, "hours per week", "Their hours when searching; as for the crowd if not given.", gt=0, le=100
    )
    quiet_hours: float | None = parameter(
        None, "hours per week", "Their hours for ties and habits when not searching.", ge=0, le=100
    )
    applications: float | None = parameter(None, "share", "Share of their hours for applications.", ge=0, le=1)
    asks: float | None = parameter(None, "share", "Share of their hours for asks.", ge=0, le=1)
    upkeep: float | None = parameter(None, "share", "Share of their hours for keeping ties alive.", ge=0, le=1)

if TYPE_CHECKING:
    _RoleToHabits = _RoleToUpkeep
else:
    _RoleToHabits = create_model(
        "_RoleToHabits",
        __base__=_RoleToUpkeep,
        **{
            name: (
                float | None,
                parameter(
                    None, "share", f"Share of their hours for {field.json_schema_extra['hours_for']}.", ge=0, le=1
                ),
            )
            for name, field in Habits.model_fields.items()
        },
    )


class Role(_RoleToHabits):
    """Copies of one person, placed into the market to follow their story.

    The shares of their hours for each of `Habits` are between `upkeep` and `asks_from`.
    """

    asks_from: float | None = parameter(None, "days", "Time into the search before they ask contacts.", ge=0, le=36500)
    bursts: float | None = parameter(
        None, "days", "Days over which hours are saved up, to be spent at once; evenly if not given.", gt=0, le=3650
    )
    ties: float | None = parameter(
        None, "ties", "Mean number of their ties at the start; as for the crowd if not given.", ge=0, le=10_000
    )
    strength: float | None = parameter(
        None, "strength", "Strength of their ties at the start; as for each kind if not given.", gt=0, lt=1
    )
    familiarity: float | None = parameter(
        None, "familiarity", "How well their contacts know them at the start.", gt=0, lt=1
    )
    goodwill: float | None = parameter(None, "goodwill", "Goodwill they start with.", ge=-10, le=10)
    days_since_touch: float | None = parameter(
        None, "days", "Days since they were last in touch with their contacts at the start.", ge=0, le=36500
    )
    other_fields: float | None = parameter(
        None, "share", "Share of their contacts who work in other fields.", ge=0, le=1
    )
    contact: Contact = Field(default=Contact(), description="A contact placed beside each of them.")
