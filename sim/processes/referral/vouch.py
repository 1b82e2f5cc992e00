"""Step 3, vouch: the contact decides whether to lend a name, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats, Index
from sim.market.codes import Ask, InitiatedBy, Reason, Vouch
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.mechanisms import vouching
from sim.streams import as_normal, as_uniform


@dataclass(slots=True)
class _Request:
    """Requests to lend a name, one row a tie: the state of the tie, and what the contact sees of the match.

    `seen` is the match as the contact sees it, `noise` (SD) its noise; `form_luck` (normal) and `lag_luck` (uniform)
    are the draws for the form of vouching and for the time until the name is handed over.
    """

    row: Index
    person: NDArray[Any]
    contact: NDArray[Any]
    opening: NDArray[Any]
    reached: NDArray[Any]
    ask: NDArray[np.int8]
    strength: Floats
    familiarity: Floats
    goodwill: Floats
    noise: Floats
    seen: Floats
    form_luck: Floats
    lag_luck: Floats


def decide_to_vouch(
    market: Market, row: NDArray[Any], opening: NDArray[Any], *, reached: NDArray[Any], ask: Any
) -> None:
    """Contacts decide whether to lend a name, and in which form; begins a path, which ends here if they decline.

    Parameters
    ----------
    row, opening : ndarray of int, shape (n,)
        The ties from person to contact, and the openings.
    reached : ndarray, shape (n,)
        Day on which contact and person spoke of it.
    ask : int or ndarray, of `Ask`
        How the person asked; `Ask.NO_ASK` where the contact recalled them.
    """
    if not len(row):
        return
    ties, s = market.ties, market.scenario
    person, contact = ties.person[row], ties.contact[row]
    strength, familiarity, goodwill = state_now(market, row)
    noise = vouching.contact_noise(familiarity, s.signals.contact_stranger, s.signals.contact_close)
    key = market.openings["draw_key"][opening]
    bits = market.streams.bits_of(("contact", "vouch", "willing", "hand over"), person, key, contact)
    chance = as_uniform(bits[2:])
    seen = market.match(person, opening) + noise * as_normal(bits[0])
    ask = np.full(len(row), ask, np.int8)
    reason = _decisions(market, contact, ask, strength, goodwill, seen / (1.0 + noise * noise), chance[0])
    path = market.paths.add(
        len(row),
        person=person,
        opening=opening,
        referrer=contact,
        tie=row,
        initiated_by=np.where(ask, InitiatedBy.SEEKER, InitiatedBy.CONTACT),
        recalled=market.env.now,
        reached=reached,
        decided=reached,
        reason=reason,
    )
    on = np.flatnonzero(reason == Reason.GOES_ON)
    request = _Request(
        row=row[on],
        person=person[on],
        contact=contact[on],
        opening=opening[on],
        reached=reached[on],
        ask=ask[on],
        strength=strength[on],
        familiarity=familiarity[on],
        goodwill=goodwill[on],
        noise=noise[on],
        seen=seen[on],
        form_luck=as_normal(bits[1][on]),
        lag_luck=chance[1][on],
    )
    _lend_names(market, request, path + on)


def _decisions(
    market: Market,
    contact: NDArray[Any],
    ask: NDArray[np.int8],
    strength: Floats,
    goodwill: Floats,
    belief: Floats,
    luck: Floats,
) -> NDArray[np.int8]:
    """Whether each contact lends a name: `Reason.GOES_ON`, or why not."""
    s = market.scenario
    willing = vouching.willingness(strength, goodwill, s.referrals.willingness)
    willing *= np.where(ask == Ask.RUSHED, 1.0 - s.referrals.rushed_penalty, 1.0)
    refuses = luck >= willing
    reason = np.where(refuses, np.int8(Reason.UNWILLING), np.int8(Reason.GOES_ON))
    if s.mechanisms.referrer_selection:
        bar = vouching.referral_bar(
            s.referrals.contact_bar,
            s.referrals.stake,
            market.people.record[contact],
            s.referrals.bonus_pull,
            s.employers.bonus,
        )
        reason[~refuses & (belief <= bar)] = Reason.POOR_FIT
    return reason


def _lend_names(market: Market, request: _Request, path: Index) -> None:
    """Contacts choose the strongest form that they can give; the name is on its way to the employer."""
    r, s, people = request, market.scenario, market.people
    known = r.familiarity >= s.referrals.letter_familiarity
    # To speak with the hiring manager takes a say in hiring, or a tie strong enough to make the effort.
    speaks = known & (people.manager[r.contact] | (r.strength >= s.referrals.manager_strength))
    vouch = np.where(speaks, Vouch.MANAGER, np.where(known, Vouch.LETTER, Vouch.RESUME)).astype(np.int8)
    added = np.array([s.signals.vouch_resume, s.signals.vouch_letter, s.signals.vouch_manager])[vouch - Vouch.RESUME]
    report = r.seen + added * r.form_luck + s.screening.favouritism * (2.0 * r.strength - 1.0)
    weight = vouching.trust(s.screening.trust, people.record[r.contact] if s.mechanisms.referrer_record else 0.0)
    market.handovers.add(
        r.reached - s.referrals.handover_lag * np.log(r.lag_luck),
        path=path,
        person=r.person,
        opening=r.opening,
        report=report,
        precision=weight / (r.noise * r.noise + added * added),
        contact=r.contact,
        kind=market.ties.kind[r.row],
        strength=r.strength,
        familiarity=r.familiarity,
        goodwill=r.goodwill,
        ask=r.ask,
        vouch=vouch,
    )
