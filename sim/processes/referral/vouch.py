"""Step 3, vouch: the contact weighs whether to lend a name, and how."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import Ask, Reason, Vouch
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.mechanisms import vouching
from sim.streams import as_normal, as_uniform


def decide_to_vouch(
    market: Market, row: NDArray[Any], opening: NDArray[Any], *, reached: NDArray[Any], ask: Any
) -> None:
    """The contact weighs whether to lend a name, and how; paths begin here, and end here where it is a no."""
    if not len(row):
        return
    network, people, s = market.ties, market.people, market.scenario
    person, contact = network.person[row], network.contact[row]
    key = market.openings["draw_key"][opening]
    strength, familiarity, goodwill = state_now(market, row)
    ask = np.full(len(row), ask, np.int8)
    noise = vouching.contact_noise(familiarity, s.signals.contact_stranger, s.signals.contact_close)
    bits = market.streams.bits_of(("contact", "vouch", "willing", "hand over"), person, key, contact)
    chance = as_uniform(bits[2:])
    seen = market.match(person, opening) + noise * as_normal(bits[0])
    belief = seen / (1.0 + noise * noise)
    willing = vouching.willingness(strength, goodwill, s.referrals.willingness)
    willing *= np.where(ask == Ask.RUSHED, 1.0 - s.referrals.rushed_penalty, 1.0)
    refuses = chance[0] >= willing
    reason = np.where(refuses, np.int8(Reason.UNWILLING), np.int8(Reason.GOES_ON))
    if s.mechanisms.referrer_selection:
        bar = vouching.referral_bar(
            s.referrals.contact_bar,
            s.referrals.stake,
            people.record[contact],
            s.referrals.bonus_pull,
            s.employers.bonus,
        )
        reason[~refuses & (belief <= bar)] = Reason.POOR_FIT
    path = market.paths.add(
        len(row),
        person=person,
        opening=opening,
        referrer=contact,
        tie=row,
        initiated_by=np.where(ask, 2, 1),
        recalled=market.env.now,
        reached=reached,
        decided=reached,
        reason=reason,
    )
    on = np.flatnonzero(reason == Reason.GOES_ON)
    strength, familiarity, noise = strength[on], familiarity[on], noise[on]
    known = familiarity >= s.referrals.letter_familiarity
    # A word with the hiring manager takes a contact who has a say in hiring, or one near enough to make the effort.
    speaks = known & (people.manager[contact[on]] | (strength >= s.referrals.manager_strength))
    vouch = np.where(speaks, Vouch.MANAGER, np.where(known, Vouch.LETTER, Vouch.RESUME)).astype(np.int8)
    added = np.array([s.signals.vouch_resume, s.signals.vouch_letter, s.signals.vouch_manager])[vouch - Vouch.RESUME]
    report = seen[on] + added * as_normal(bits[1][on]) + s.screening.favouritism * (2.0 * strength - 1.0)
    weight = vouching.trust(s.screening.trust, people.record[contact[on]] if s.mechanisms.referrer_record else 0.0)
    market.handovers.add(
        reached[on] - s.referrals.handover_lag * np.log(chance[1][on]),
        path=path + on,
        person=person[on],
        opening=opening[on],
        report=report,
        precision=weight / (noise * noise + added * added),
        contact=contact[on],
        kind=network.kind[row[on]],
        strength=strength,
        familiarity=familiarity,
        goodwill=goodwill[on],
        ask=ask[on],
        vouch=vouch,
    )
