"""What a claim can be about: the rates of channels, the quantities of the market and the measures of a role.

Each has a unit and a meaning; how it is counted is decided by analysis, on tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sim.errors import did_you_mean, printable

CHANNELS = ("direct", "referral", "recruiter", "all")
STAGES = ("read", "response", "interview", "offer", "hire")

QUANTITIES: dict[str, tuple[str, str]] = {
    "applicants_per_opening": ("count", "Applicants per publicly posted opening."),
    "interviewed_per_opening": ("count", "Candidates interviewed per opening."),
    "cold_to_interview": ("share", "Share of direct applications that lead to an interview."),
    "experience_odds_ratio": ("ratio", "Odds ratio of a response per standard deviation of experience."),
    "letter_ratio": ("ratio", "Responses to the same résumés with a third party's letter over without."),
    "offers_accepted": ("share", "Share of offers that are accepted."),
    "arrived_within_48h": ("share", "Share of applications that arrive within 48 hours of posting."),
    "arrived_within_96h": ("share", "Share of applications that arrive within 96 hours of posting."),
    "days_to_fill": ("days", "Days from posting to filled."),
    "days_to_answer_direct": ("days", "Median days from sending a direct application to the answer, where one came."),
    "days_to_answer_referral": ("days", "Median days from handing in a referral to the answer, where one came."),
    "days_to_answer_recruiter": ("days", "Median days from a recruiter's approach to the answer, where one came."),
    "contact_share_of_hires": (
        "share",
        "Share of hires that came by a referral, or by applying where a contact told of the opening.",
    ),
    "ties_gone_after_a_year": (
        "share",
        "Share of the distant ties of people in roles whose plan does nothing for ties gone after a year.",
    ),
    "close_ties_lost_a_year": (
        "share",
        "Share of the innermost ties of the people in the cast that fall below half that layer in a year.",
    ),
    "mention_given_news": ("share", "Share of job news that its holder could mention to somebody and does mention."),
    "applications_week_1": ("count", "Direct applications a seeker sends in the first week of search."),
    "applications_week_25": ("count", "Direct applications a seeker still searching sends in the 25th week."),
    "weekly_hazard_week_4": ("share", "Share of seekers still searching who find a job in the fourth week."),
    "weekly_hazard_week_26": ("share", "Share of seekers still searching who find a job in the 26th week."),
    "hire_ratio_inside": (
        "ratio",
        "Chance that a firm hires a displaced worker with a former colleague inside, over others.",
    ),
    "quit_ratio_referred": (
        "ratio",
        "Rate at which referred hires leave of their own will over that of other hires, per year in the job.",
    ),
}
"""Market quantities: unit and meaning."""

_SENT = "of the direct applications and referrals of its people in the window"
_PERSON = "for each of its people, in the window"
_CHANNEL = {"direct": "direct applications", "referral": "referrals", "recruiter": "recruiters' approaches"}
_WITHIN = (4, 8, 12, 26)
_SEARCH = "counted are those begun in the window, or where the role has searches_from those begun on that day"

MEASURES: dict[str, tuple[str, str]] = {
    "response_rate": ("share", f"Share {_SENT} that are answered within the response window."),
    "interview_rate": ("share", f"Share {_SENT} that lead to an interview."),
    "offer_rate": ("share", f"Share {_SENT} that lead to an offer."),
    "hire_rate": ("share", f"Share {_SENT} that lead to a job taken."),
    **{
        f"{channel}_response": ("share", f"Share of its {words} that are answered within the response window.")
        for channel, words in _CHANNEL.items()
    },
    "referral_interview": ("share", "Share of its referrals that lead to an interview."),
    "direct_interview": ("share", "Share of its direct applications that lead to an interview."),
    "referrals_per_person": ("count", f"Referrals handed in {_PERSON}."),
    "applications_per_person": ("count", f"Direct applications sent {_PERSON}."),
    "asks_per_person": ("count", f"Asks made of contacts {_PERSON}."),
    "interviews_per_person": ("count", f"Interviews {_PERSON}."),
    "hires_per_person": ("count", f"Jobs taken {_PERSON}."),
    "approaches_per_person": ("count", f"Recruiters' approaches received {_PERSON}."),
    **{
        f"hired_in_{weeks}_weeks": ("share", f"Share of searches that end in a job within {weeks} weeks; {_SEARCH}.")
        for weeks in _WITHIN
    },
    **{
        f"interview_in_{weeks}_weeks": ("share", f"Share of searches with an interview in {weeks} weeks; {_SEARCH}.")
        for weeks in _WITHIN
    },
    "hours_per_interview": (
        "hours",
        "Hours its people give to search, ties and habits for each interview they get, in the whole run.",
    ),
    "found_by_referral": ("share", "Share of the jobs its people take in the window that came through a referral."),
    "days_to_answer_referral": ("days", "Median days from handing in a referral to the answer, where one came."),
    "days_to_answer_direct": ("days", "Median days from sending a direct application to the answer, where one came."),
    "interviews_in_30_applications": (
        "count",
        "Mean interviews from the first 30 direct applications of those of its people who send so many.",
    ),
    "one_in_30": (
        "share",
        "Share, of its people who send 30 direct applications, whose first 30 bring one interview or none.",
    ),
    "employed_at_end": ("share", "Share of its people who hold a job at the end of the run."),
    "manager_at_end": ("share", "Share of its people who have a say in hiring at the end of the run."),
    "match_at_end": ("sd", "Mean match quality of the jobs its people hold at the end of the run."),
    "wage_at_end": ("score", "Mean wage score of its people in a job taken during the run and held at its end."),
    "strength_at_end": ("strength", "Mean strength of its people's ties at the end of the run."),
    "goodwill_at_end": ("goodwill", "Mean goodwill of its people's contacts at the end of the run."),
    "ties_at_end": ("ties", "Mean number of ties, those gone not counted, of its people at the end of the run."),
    "vouch_precision": (
        "precision weight",
        "Mean precision weight of the reports handed in for its people by those who refer them.",
    ),
    "hidden_share": ("share", "Share of the jobs its people take in the window that were never posted."),
    "willing": (
        "share",
        "Share of asks and mentions of its people in the window in which the contact was willing to refer.",
    ),
    "later_referrals": (
        "count",
        "Referrals by the end of the window after a first that failed, for each of its people with such.",
    ),
    "contacts_at_end_new": (
        "ties",
        "Mean number of ties made during the run, those gone not counted, of its people at the end.",
    ),
}
"""Measures of the people of one role, named as ``<role>.<measure>``: unit and meaning."""


ROLE_NAME = re.compile("[a-z][a-z0-9_]{0,39}")

RATES = tuple(f"{channel}.{stage}" for channel in CHANNELS for stage in STAGES)

NAMES = (*RATES, *QUANTITIES)
"""The names that every scenario knows; those of roles come beside them."""

RESERVED = {
    **dict.fromkeys(CHANNELS, "a channel"),
    **dict.fromkeys(STAGES, "a stage"),
    **dict.fromkeys(QUANTITIES, "a market quantity"),
}

CROWD = "none"
"""What tables call the role of everybody outside the cast."""


# Ends of what a number of a unit can be; at least 0 where nothing is said.
_LIMITS: dict[str, tuple[float | None, float | None]] = {
    "share": (0.0, 1.0),
    "strength": (0.0, 1.0),
    "sd": (None, None),
    "score": (None, None),
    "goodwill": (None, None),
}


def limits(unit: str, *, difference: bool = False) -> tuple[float | None, float | None]:
    """Return the least and the largest a number of a unit, or a difference of two, can be; None for no end."""
    low, high = _LIMITS.get(unit, (0.0, None))
    return (None if high is None else -high, high) if difference else (low, high)


def may_be_negative(name: str) -> bool:
    """Tell whether the rate, quantity or measure of this name can fall below 0."""
    return limits(unit_of(name))[0] is None


def check_role_name(name: str) -> str:
    """Return the name if a role may be called so; raise ``ValueError`` if not."""
    if not ROLE_NAME.fullmatch(name):
        raise ValueError(
            "a role cannot be called so; expected lower-case letters, digits and '_', the first a letter, "
            "at most 40 of them"
        )
    reserved = RESERVED | {CROWD: "everybody outside the cast"}
    if name in reserved:
        raise ValueError(f"'{name}' is the name of {reserved[name]}; expected another name for the role")
    return name


def no_such_role(name: str, roles: Collection[str]) -> str:
    """Say that no role has this name, and which do."""
    if not roles:
        return f"no role is called '{printable(name)}'; this scenario has no cast"
    near = did_you_mean(name, roles) or f"; the cast is {', '.join(sorted(roles))}"
    return f"no role is called '{printable(name)}'{near}"


def role_of(name: str) -> tuple[str, str] | None:
    """Split ``<role>.<measure>``; None for a rate of a channel, a market quantity and what is no name at all."""
    role, dot, measure = name.partition(".")
    if not dot or measure not in MEASURES or role in RESERVED or not ROLE_NAME.fullmatch(role):
        return None
    return role, measure


def unit_of(name: str) -> str:
    """Return the unit of a rate, of a market quantity or of a role's measure."""
    if name in QUANTITIES:
        return QUANTITIES[name][0]
    split = role_of(name)
    return MEASURES[split[1]][0] if split else "share"


def known(name: str) -> str:
    """Return the name of a rate, a market quantity or a measure of some role; else raise ``ValueError``."""
    if name not in NAMES and role_of(name) is None:
        raise ValueError(_unknown(name, ()))
    return name


def known_among(name: str, roles: Collection[str]) -> str:
    """Return the name if it is known and, where it is of a role, the role is in the cast; else raise ``ValueError``."""
    split = role_of(name)
    if split is not None and split[0] not in roles:
        raise ValueError(no_such_role(split[0], roles))
    if split is None and name not in NAMES:
        raise ValueError(_unknown(name, roles))
    return name


def _unknown(name: str, roles: Collection[str]) -> str:
    """Say that nothing has this name; the nearest name, or what there is."""
    role, dot, measure = name.partition(".")
    if dot and role in roles:
        near = did_you_mean(measure, MEASURES).replace("'", f"'{role}.", 1)
        return f"unknown rate '{printable(name)}'{near or '; the measures of a role are ' + ', '.join(MEASURES)}"
    names = (*NAMES, *(f"{one}.{measure}" for one in roles for measure in MEASURES))
    channels, stages, quantities = ", ".join(CHANNELS), ", ".join(STAGES), ", ".join(QUANTITIES)
    cast = f" (roles: {', '.join(sorted(roles))})" if roles else ""
    expected = (
        f"; expected <channel>.<stage> (channels: {channels}; stages: {stages}), <role>.<measure>{cast} or {quantities}"
    )
    return f"unknown rate '{printable(name)}'{did_you_mean(name, names) or expected}"
