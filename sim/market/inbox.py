"""What waits for the employers: unread applications, people invited, and what their openings ask for today.

State only; the work is done by `sim/processes/desk.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from simpy import Event

from sim.market.columns import Pending


@dataclass(slots=True)
class Inbox:
    """The inboxes of all openings.

    Direct applications are too many to list one by one: the board knows where those of each opening stand.

    Attributes
    ----------
    vouched : Pending
        Candidacies with a vouching name, by the day on which they are read.
    pile : dict of list
        Other candidacies not yet read, by opening.
    invited : dict of list
        Candidacies invited and not yet interviewed, by opening.
    reviews, interviews : list
        What openings ask for today: the opening, and the event that tells it that the work is done.
    """

    vouched: Pending = field(default_factory=Pending)
    pile: dict[int, list[int]] = field(default_factory=dict)
    invited: dict[int, list[int]] = field(default_factory=dict)
    reviews: list[tuple[int, Event]] = field(default_factory=list)
    interviews: list[tuple[int, Event]] = field(default_factory=list)

    def forget(self, opening: int) -> None:
        """An opening has closed: what waits for it waits in vain."""
        self.pile.pop(opening, None)
        self.invited.pop(opening, None)
