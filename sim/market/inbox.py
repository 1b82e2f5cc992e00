"""What waits for the employers: unread applications, people invited, and today's requests of their openings.

State only; the work is done by `sim/processes/desk.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from simpy import Event

from sim.market.columns import Pending


@dataclass(slots=True)
class Inbox:
    """The inboxes of all openings.

    Direct applications are not listed here, for they are too many: the board knows the rows of each opening.

    Attributes
    ----------
    vouched : Pending
        Candidacies with a report, by the day on which they are read.
    pile : dict of list
        Other candidacies not yet read, by opening.
    invited : dict of list
        Candidacies invited and not yet interviewed, by opening.
    reviews, interviews : list
        Requests of today: the opening, and the event that says when the work is done.
    """

    vouched: Pending = field(default_factory=Pending)
    pile: dict[int, list[int]] = field(default_factory=dict)
    invited: dict[int, list[int]] = field(default_factory=dict)
    reviews: list[tuple[int, Event]] = field(default_factory=list)
    interviews: list[tuple[int, Event]] = field(default_factory=list)

    def forget(self, opening: int) -> None:
        """Drop what waits for an opening that has closed."""
        self.pile.pop(opening, None)
        self.invited.pop(opening, None)
