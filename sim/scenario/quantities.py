"""All quantities that claims, checks, sweeps, calibration targets and reports can use, each declared once.

There are three kinds: rates of channels (``direct.response``), quantities of the market (``days_to_fill``) and
measures of the people of one role (``<role>.<measure>``). A declaration has the unit, the label, the meaning, and the
row of the evidence that publishes the same number. ``analysis/quantities`` attaches the measurement to each name; a
test names any that lacks its counterpart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# ---- channels and stages ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Channel:
    """A channel in words: ``label`` for a chart or table, ``plural`` for its applications."""

    label: str
    plural: str


ALL = "all"
"""Stands for all channels together in the name of a rate."""

CHANNELS: dict[str, Channel] = {
    "direct": Channel("Direct application", "direct applications"),
    "referral": Channel("Referral", "referrals"),
    "recruiter": Channel("Recruiter approach", "recruiter approaches"),
}
"""The channels of applications."""

STAGES: dict[str, str] = {
    "read": "Read",
    "response": "Answered",
    "interview": "Interview",
    "offer": "Offer",
    "hire": "Hired",
}
"""The stages that an application can reach after it was sent, each with its label."""

_OF_A_RATE = (*CHANNELS, ALL)

# ---- quantities ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuantityName:
    """The declaration of a quantity.

    Attributes
    ----------
    name
        As written in a claim; for a measure of a role, the part after the dot.
    unit
        Such as ``share`` or ``days``.
    label
        A few words for an axis or a table.
    meaning
        A sentence.
    evidence
        Row of ``evidence.csv`` that publishes the same number, such as ``K5``; empty if there is none.
    """

    name: str
    unit: str
    label: str
    meaning: str
    evidence: str = ""


def _by_name(declared: Iterable[QuantityName]) -> dict[str, QuantityName]:
    return {declaration.name: declaration for declaration in declared}


_SEED_BANDS = {"direct.response": "S1", "referral.response": "S2", "recruiter.response": "S3"}
_REACHES = {
    "read": "that are read",
    "response": "that get a response within the response window",
    "interview": "that lead to an interview",
    "offer": "that lead to an offer",
    "hire": "that lead to a job taken",
}


def _rate(channel: str, stage: str) -> QuantityName:
    name, whose = f"{channel}.{stage}", "applications of all channels" if channel == ALL else CHANNELS[channel].plural
    meaning = f"Share of {whose} {_REACHES[stage]}."
    return QuantityName(name, "share", f"{stage} rate of {channel}", meaning, _SEED_BANDS.get(name, ""))


RATES = _by_name(_rate(channel, stage) for channel in _OF_A_RATE for stage in STAGES)
"""Rates of channels, named ``<channel>.<stage>``."""

# Words shared by several declarations.
_SINCE = {
    "direct": "sending a direct application",
    "referral": "handing in a referral",
    "recruiter": "a recruiter's approach",
}
_SENT = "of the direct applications and referrals of its people in the window"
_PERSON = "for each of its people, in the window"
_ITS = {"direct": "direct applications", "referral": "referrals", "recruiter": "recruiters' approaches"}
_SEARCH = (
    "searches begun in the window count, or those begun on the day searches_from if the role sets it, each as far as "
    "it was followed (Aalen and Johansen)"
)

WEEKS_OF_SEARCH = (4, 8, 12, 26)
"""Weeks within which a search can bring an interview or a job."""

MARKET = _by_name(
    QuantityName(*row)
    for row in (
        (
            "applicants_per_opening",
            "count",
            "applicants per posted opening",
            "Applicants per publicly posted opening.",
            "K1",
        ),
        (
            "interviewed_per_opening",
            "count",
            "interviewed per posted opening",
            "Candidates interviewed per opening.",
            "K2",
        ),
        (
            "cold_to_interview",
            "share",
            "direct application to interview",
            "Share of direct applications that lead to an interview.",
            "K3",
        ),
        (
            "experience_odds_ratio",
            "ratio",
            "odds ratio of a response per standard deviation of experience",
            "Odds ratio of a response per standard deviation of experience.",
            "K4",
        ),
        (
            "letter_ratio",
            "ratio",
            "responses with a third party's letter over responses without",
            "Responses to the same résumés with a third party's letter over without.",
            "K5",
        ),
        ("offers_accepted", "share", "offers accepted", "Share of offers that are accepted.", "K6"),
        (
            "arrived_within_48h",
            "share",
            "direct applications arrived within 48 h of posting",
            "Share of applications that arrive within 48 hours of posting.",
            "K7a",
        ),
        (
            "arrived_within_96h",
            "share",
            "direct applications arrived within 96 h of posting",
            "Share of applications that arrive within 96 hours of posting.",
            "K7b",
        ),
        ("days_to_fill", "days", "days from posting to filled", "Days from posting to filled.", "K7c"),
        *(
            (
                f"days_to_answer_{channel}",
                "days",
                f"days to a response to {CHANNELS[channel].plural}",
                f"Median days from {since} to the response, where there is one.",
            )
            for channel, since in _SINCE.items()
        ),
        (
            "contact_share_of_hires",
            "share",
            "hires through a contact",
            "Share of hires through a referral, or through an application after a contact told of the opening.",
            "P5",
        ),
        (
            "ties_gone_after_a_year",
            "share",
            "distant ties gone after a year without upkeep",
            "Share of distant ties gone after a year, of people in roles whose plan gives ties no hours.",
            "K8a",
        ),
        (
            "close_ties_lost_a_year",
            "share",
            "close ties lost in a year",
            "Share of the closest ties of the people in the cast that fall below half of close_layer in a year.",
            "K8b",
        ),
        (
            "mention_given_news",
            "share",
            "job news mentioned to somebody it suits",
            "Share of job news that an insider could mention to somebody and does mention.",
            "K9",
        ),
        (
            "applications_week_1",
            "count",
            "applications in the first week of search",
            "Direct applications a seeker sends in the first week of search.",
        ),
        (
            "applications_week_25",
            "count",
            "applications in the 25th week of search",
            "Direct applications a seeker still searching sends in the 25th week.",
        ),
        (
            "weekly_hazard_week_4",
            "share",
            "chance to find a job in the fourth week of search",
            "Share of seekers still searching who find a job in the fourth week.",
        ),
        (
            "weekly_hazard_week_26",
            "share",
            "chance to find a job in the 26th week of search",
            "Share of seekers still searching who find a job in the 26th week.",
        ),
        (
            "hire_ratio_inside",
            "ratio",
            "chance to be hired with a former colleague inside over without",
            "Chance that a firm hires a displaced worker with a former colleague inside, over others.",
            "P8",
        ),
        (
            "quit_ratio_referred",
            "ratio",
            "quit rate of referred hires over that of others",
            "Rate at which referred hires leave of their own will over that of other hires, per year in the job.",
        ),
    )
)
"""Quantities of the market, such as ``days_to_fill``."""

MEASURES = _by_name(
    QuantityName(*row)
    for row in (
        (
            "response_rate",
            "share",
            "response rate",
            f"Share {_SENT} that get a response within the response window.",
        ),
        ("interview_rate", "share", "interview rate", f"Share {_SENT} that lead to an interview."),
        ("offer_rate", "share", "offer rate", f"Share {_SENT} that lead to an offer."),
        ("hire_rate", "share", "hire rate", f"Share {_SENT} that lead to a job taken."),
        *(
            (
                f"{channel}_response",
                "share",
                f"{channel} response",
                f"Share of its {plural} that get a response within the response window.",
            )
            for channel, plural in _ITS.items()
        ),
        ("referral_interview", "share", "referral interview", "Share of its referrals that lead to an interview."),
        (
            "direct_interview",
            "share",
            "direct interview",
            "Share of its direct applications that lead to an interview.",
        ),
        ("referrals_per_person", "count", "referrals per person", f"Referrals handed in {_PERSON}."),
        ("applications_per_person", "count", "applications per person", f"Direct applications sent {_PERSON}."),
        ("asks_per_person", "count", "asks per person", f"Asks made of contacts {_PERSON}."),
        ("interviews_per_person", "count", "interviews per person", f"Interviews {_PERSON}."),
        ("hires_per_person", "count", "hires per person", f"Jobs taken {_PERSON}."),
        ("approaches_per_person", "count", "approaches per person", f"Recruiters' approaches received {_PERSON}."),
        *(
            (
                f"hired_in_{weeks}_weeks",
                "share",
                f"hired in {weeks} weeks",
                f"Chance that a search ends in a job within {weeks} weeks; {_SEARCH}.",
            )
            for weeks in WEEKS_OF_SEARCH
        ),
        *(
            (
                f"interview_in_{weeks}_weeks",
                "share",
                f"interview in {weeks} weeks",
                f"Chance of an interview within {weeks} weeks of search; {_SEARCH}.",
            )
            for weeks in WEEKS_OF_SEARCH
        ),
        (
            "hours_per_interview",
            "hours",
            "hours per interview",
            "Hours its people give to search, ties and habits for each interview they get, in the whole run.",
        ),
        (
            "found_by_referral",
            "share",
            "jobs found by referral",
            "Share of the jobs its people take in the window that came through a referral.",
        ),
        *(
            (
                f"days_to_answer_{channel}",
                "days",
                f"days to a response to {CHANNELS[channel].plural}",
                f"Median days from {_SINCE[channel]} to the response, where there is one.",
            )
            for channel in ("referral", "direct")
        ),
        (
            "interviews_in_30_applications",
            "count",
            "interviews in 30 applications",
            "Mean interviews from the first 30 direct applications, of its people who send 30 or more.",
        ),
        (
            "one_in_30",
            "share",
            "one interview or none in 30 applications",
            "Share, of its people who send 30 direct applications, whose first 30 bring at most one interview.",
        ),
        ("employed_at_end", "share", "employed at end", "Share of its people who hold a job at the end of the run."),
        (
            "manager_at_end",
            "share",
            "manager at end",
            "Share of its people who have a say in hiring at the end of the run.",
        ),
        ("match_at_end", "sd", "match at end", "Mean match quality of the jobs its people hold at the end of the run."),
        (
            "wage_at_end",
            "score",
            "wage at end",
            "Mean wage score (what employers believe of the match) in jobs taken in the run and held at its end.",
        ),
        (
            "strength_at_end",
            "strength",
            "strength of ties at end",
            "Mean strength of its people's ties at the end of the run.",
        ),
        (
            "goodwill_at_end",
            "goodwill",
            "goodwill of contacts at end",
            "Mean goodwill of its people's contacts at the end of the run.",
        ),
        (
            "ties_at_end",
            "ties",
            "ties at end",
            "Mean number of ties of its people at the end of the run, without those that are gone.",
        ),
        (
            "vouch_precision",
            "precision weight",
            "weight of the referrer's report",
            "Mean precision weight of the reports handed in for its people by those who refer them.",
        ),
        (
            "hidden_share",
            "share",
            "jobs taken that were never posted",
            "Share of the jobs its people take in the window that were never posted.",
        ),
        (
            "willing",
            "share",
            "contacts willing to refer",
            "Share of asks and mentions of its people in the window in which the contact was willing to refer.",
        ),
        (
            "later_referrals",
            "count",
            "referrals after a first that failed",
            "Referrals by the end of the window after a first that failed, for each of its people whose first failed.",
        ),
        (
            "contacts_at_end_new",
            "ties",
            "new ties at end",
            "Mean number of ties of its people at the end that were made during the run, without those that are gone.",
        ),
    )
)
"""Measures of the people of one role, named ``<role>.<measure>``."""

TRACKED_MEASURES = (
    "interview_in_12_weeks",
    "hired_in_12_weeks",
    "hired_in_26_weeks",
    "interviews_per_person",
    "referrals_per_person",
)
"""Measures that sweeps and checks track for every role, in this order, even if the scenario claims nothing of them."""
