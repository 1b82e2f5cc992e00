"""What happens to an opening, by hand: it comes up, is posted, and closes; a job left is opened again or not."""

import numpy as np
import pytest
from small_markets import small

from sim.market.codes import NOBODY, Visibility
from sim.market.market import Market
from sim.processes import openings
from sim.processes.schedule import build


def quiet(overrides: dict[str, object] | None = None) -> Market:
    """A market on day 0."""
    return build(small(overrides), 1, 0)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_of_replacement_decides_whether_a_job_is_opened_again(share: float) -> None:
    market = quiet({"openings.replacement": share})
    people = np.flatnonzero(market.people.employer != NOBODY)[:50].tolist()
    opened = [openings.replace(market, person, 3) for person in people]
    if share:
        assert opened == list(range(50))
        assert (market.openings["employer"] == 3).all()
        assert market.openings["field"].tolist() == market.people.field[people].tolist()
        assert len(set(market.openings["draw_key"].tolist())) == 50
    else:
        assert opened == [None] * 50
        assert not len(market.openings)
    # Each departure counts, whether or not the job comes up again: the next one has draws of its own.
    assert market.departures[people].tolist() == [1] * 50


@pytest.mark.parametrize(
    ("hidden", "internal_first", "visibility"),
    [(1.0, 0.0, Visibility.HIDDEN), (0.0, 1.0, Visibility.INTERNAL_FIRST), (0.0, 0.0, Visibility.PUBLIC)],
)
def test_visibility_at_the_limits(hidden: float, internal_first: float, visibility: int) -> None:
    market = quiet({"openings.hidden": hidden, "openings.internal_first": internal_first})
    for key in range(20):
        openings.open_job(market, 0, 0, key)
    assert (market.openings["visibility"] == visibility).all()
    assert market.unannounced == list(range(20))


def test_the_draws_of_an_opening_come_from_its_key_and_not_from_its_number() -> None:
    first, second = quiet(), quiet()
    openings.open_job(second, 5, 1, 99)
    one, other = openings.open_job(first, 0, 0, 7), openings.open_job(second, 0, 0, 7)
    assert one != other
    for name in ("visibility", "requirement", "bar", "pile"):
        assert first.openings[name][one] == second.openings[name][other], name


def test_an_opening_is_on_the_board_from_posting_to_closing() -> None:
    market = quiet()
    opening = openings.open_job(market, 0, 0, 7)
    slot = int(market.openings["board_slot"][opening])
    assert np.isinf(market.board.posted[slot])
    openings.post(market, opening)
    assert market.board.posted[slot] == market.openings["posted"][opening] == 0.0
    market.inbox.pile[opening], market.inbox.invited[opening] = [1], [2]
    openings.close(market, opening)
    assert np.isinf(market.board.posted[slot])
    assert market.openings["closed"][opening] == 0.0
    assert np.isnan(market.openings["filled"][opening])
    assert opening not in market.inbox.pile
    assert opening not in market.inbox.invited
