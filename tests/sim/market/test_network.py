"""Who knows whom: the generated network's shape measured by igraph, and a user's edge list read or refused."""

import igraph
import numpy as np
import pytest
from small_markets import small, write_edges

from sim import ScenarioError, load_scenario
from sim.market.codes import NOBODY, Kind
from sim.market.employers import make_employers
from sim.market.network import Ties, make_ties
from sim.market.network_shape import measure
from sim.market.people import People, make_people
from sim.processes.schedule import build
from sim.streams import Streams

N = 6000


class Held:
    """Ties without the free rows between them."""

    def __init__(self, ties: Ties) -> None:
        self.ties, self.held = ties, ties.contact >= 0

    def __len__(self) -> int:
        return len(self.ties)

    def __getattr__(self, name: str):
        value = getattr(self.ties, name)
        return value[self.held] if isinstance(value, np.ndarray) and len(value) == len(self.held) else value


def network(
    overrides: dict[str, object] | None = None, seed: int = 5, people: int = N, returned: float = 1.0
) -> tuple[Held, People]:
    """A network whose ties are all returned, unless asked otherwise."""
    asked = {"population.people": people, "network.returned": returned, **(overrides or {})}
    scenario, streams = small(asked), Streams(seed, 0)
    crowd, former = make_people(scenario, make_employers(scenario, streams), streams)
    return Held(make_ties(scenario, crowd, former, streams)), crowd


@pytest.fixture(scope="module")
def generated() -> tuple[Ties, People]:
    return network()


@pytest.fixture(scope="module")
def measured(generated) -> dict[str, float]:
    ties, people = generated
    return measure(ties.ties, people)


def shape(overrides: dict[str, object]) -> dict[str, float]:
    ties, people = network(overrides)
    return measure(ties.ties, people)


def coded(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """One number for each ordered pair of people."""
    return first.astype(np.int64) * N + second


def pairs(ties: Held) -> list[tuple[int, int]]:
    return list(zip(ties.person.tolist(), ties.contact.tolist(), strict=True))


# ---- structure -----------------------------------------------------------------------------------------------------


def test_every_tie_has_its_return_and_nobody_knows_themselves(generated) -> None:
    ties, _ = generated
    assert (ties.person != ties.contact).all()
    there, back = coded(ties.person, ties.contact), coded(ties.contact, ties.person)
    order, turned = there.argsort(), back.argsort()
    assert (np.diff(there[order]) > 0).all(), "no tie stands twice"
    assert (there[order] == back[turned]).all()
    assert (ties.kind[order] == ties.kind[turned]).all()


def test_rows_stand_by_person_with_room_and_are_indexed_by_contact(generated) -> None:
    ties = generated[0].ties
    spare = small().network.spare
    degree = np.bincount(ties.person[ties.contact >= 0], minlength=N)
    assert (np.diff(ties.start) == degree + spare).all()
    assert (np.repeat(np.arange(N), np.diff(ties.start)) == ties.person).all()
    row, group = ties.to(np.arange(N))
    assert sorted(row.tolist()) == np.flatnonzero(ties.contact >= 0).tolist()
    assert (ties.contact[row] == group).all()
    row, group = ties.of(np.arange(N))
    assert (ties.person[row] == group).all()
    assert (ties.contact[row] >= 0).all()


def test_loose_ties_are_not_always_returned() -> None:
    ties, _ = network(returned=0.6)
    returned = np.isin(coded(ties.contact, ties.person), coded(ties.person, ties.contact))
    loose = ties.kind == Kind.words.index("acquaintance")
    back = returned[loose].mean()
    # Of n pairs n + 0.6 n ties stand, and 2 * 0.6 n of them have their return: 0.75. Four standard errors.
    assert abs(back - 0.75) < 4 * (0.75 * 0.25 / loose.sum()) ** 0.5
    assert returned[ties.kind == Kind.words.index("colleague")].all()


def test_a_new_tie_takes_a_free_row_and_then_the_weakest(tmp_path) -> None:
    ties = listed(tmp_path, ["0,1,mentor,0.9", "0,2,mentor,0.2"], "person,contact,kind,strength")[0].ties
    spare = small().network.spare
    strength = np.where(ties.contact >= 0, ties.strength, 0.0)

    def add(contact: int, strong: float) -> int:
        rows = slice(ties.start[0], ties.start[1])
        weight = np.where(ties.contact[rows] >= 0, ties.strength[rows], 0.0)
        return len(
            ties.add(
                np.array([0]),
                np.array([contact]),
                kind=5,
                strength=strong,
                familiarity=0.1,
                goodwill=0.0,
                now=7.0,
                weight=weight,
            )
        )

    assert strength[ties.start[0]] in (np.float32(0.9), np.float32(0.2))
    for contact in range(3, 3 + spare):
        assert add(contact, 0.5) == 1
    assert ties.degree()[0] == 2 + spare
    assert add(3, 0.9) == 0, "a tie that stands already"
    assert add(0, 0.9) == 0, "oneself"
    assert add(18, 0.1) == 0, "weaker than the weakest"
    assert add(18, 0.6) == 1
    assert 2 not in ties.contact[ties.start[0] : ties.start[1]], "the weakest went"
    assert {1, 18} <= set(ties.contact[ties.start[0] : ties.start[1]].tolist())
    row, _ = ties.to(np.array([2, 18]))
    assert ties.contact[row].tolist() == [18], "and nobody finds it under its old contact"


def test_values_are_inside_their_ranges(generated) -> None:
    ties, _ = generated
    for column in (ties.strength, ties.familiarity):
        assert ((column > 0) & (column < 1)).all()
    assert (ties.touched <= 0).all()
    assert (ties.goodwill >= 0).all()


def test_kinds_join_whom_they_should(generated) -> None:
    ties, people = generated
    colleagues = ties.kind == Kind.words.index("colleague")
    employer = people.employer
    assert (employer[ties.person[colleagues]] == employer[ties.contact[colleagues]]).all()
    assert (employer[ties.person[colleagues]] != NOBODY).all()
    mentors = ties.kind == Kind.words.index("mentor")
    assert (people.field[ties.person[mentors]] == people.field[ties.contact[mentors]]).all()


@pytest.mark.parametrize("kind", Kind.words)
def test_a_kind_alone_has_its_mean_degree_and_strength(kind: str) -> None:
    off = {f"network.{other}.mean_degree": 0 for other in Kind.words if other != kind}
    roomy = {"network.circle": 200, "network.class_size": 200, "employers.mean_size": 200}
    of_kind = {"mean_degree": 6, "strength": 0.3, "familiarity": 0.6}
    mine = {f"network.{kind}.{name}": value for name, value in of_kind.items()}
    ties, _ = network({**off, **roomy, **mine}, people=4000)
    assert (ties.kind == Kind.words.index(kind)).all()
    # Some pairs meet twice or meet themselves, so the mean lies a little under what was asked, and never over.
    assert 0.85 * 6 < len(ties) / 4000 <= 6
    # The spread is symmetric on the logit scale: the median is the value of the kind. The bound is 4.5 standard errors
    # of a median, 1.2533 sd/sqrt(n) on the logit scale.
    for column, middle, spread in ((ties.strength, 0.3, 0.5), (ties.familiarity, 0.6, 0.7)):
        logit = np.median(np.log(column / (1 - column))) - np.log(middle / (1 - middle))
        assert abs(logit) < 4.5 * 1.2533 * spread / len(ties) ** 0.5


def test_mean_degree_is_near_the_sum_of_the_kinds(measured) -> None:
    asked = sum(getattr(small().network, kind).mean_degree for kind in Kind.words)
    # Unemployed people have no colleagues; overlaps of kinds are one tie.
    assert 0.7 * asked < measured["mean_degree"] <= asked


def test_no_kinds_make_no_ties() -> None:
    ties, _ = network({f"network.{kind}.mean_degree": 0 for kind in Kind.words}, people=50)
    assert len(ties) == 0
    assert ties.degree().tolist() == [0] * 50
    assert ties.shared_contacts(np.array([1]), np.array([2])).tolist() == [0]


# ---- shape ---------------------------------------------------------------------------------------------------------


def test_friends_of_friends_know_each_other_far_more_than_by_chance(generated, measured) -> None:
    ties, found = generated[0], measured
    random = igraph.Graph.Degree_Sequence(ties.degree().tolist(), method="configuration").simplify()
    density = found["mean_degree"] / (N - 1)
    assert found["clustering"] > 5 * density, "than in a random graph of equal density"
    assert found["clustering"] > 2.5 * random.transitivity_undirected(), "than in one of equal degrees"
    assert found["largest_component"] > 0.99


def test_homophily_follows_the_scenario(measured) -> None:
    assert measured["field_assortativity"] > 0.2
    mixed, some, apart = (
        shape({"network.field_homophily": share, "population.people": 800})["field_assortativity"]
        for share in (0.05, 0.6, 0.95)
    )
    assert mixed < some - 0.05 < apart - 0.1


def test_a_few_know_very_many(measured) -> None:
    # A random graph has Poisson degrees: with a mean of some 90 its 99th percentile is 1.25 medians.
    assert measured["degree_99th_over_median"] > 1.8
    light = shape({"network.degree_tail": 10, "population.people": 2000})
    assert light["degree_99th_over_median"] < 0.8 * measured["degree_99th_over_median"]


def test_the_same_seed_knits_the_same_network() -> None:
    assert pairs(network(people=200)[0]) == pairs(network(people=200)[0])
    assert pairs(network(people=200)[0]) != pairs(network(people=200, seed=6)[0])


# ---- measures and mutual contacts, by hand -------------------------------------------------------------------------


def listed(tmp_path, rows: list[str], header: str = "person,contact", people: int = 20) -> tuple[Ties, People]:
    path = write_edges(tmp_path / "ties.csv", rows, header)
    return network({"network.edge_list": path}, people=people)


def both_ways(*edges: tuple[int, int]) -> list[str]:
    return [f"{a},{b}" for a, b in edges] + [f"{b},{a}" for a, b in edges]


def test_measures_of_a_triangle_with_a_tail(tmp_path) -> None:
    ties, people = listed(tmp_path, both_ways((0, 1), (1, 2), (0, 2), (2, 3)))
    found = measure(ties.ties, people)
    assert found["ties"] == 8
    assert found["mean_degree"] == pytest.approx(8 / 20)
    assert found["largest_degree"] == 3
    assert found["clustering"] == pytest.approx(3 / 5)  # one triangle of three corners, five connected triples
    assert found["largest_component"] == pytest.approx(4 / 20)
    assert found["employed_contacts"] == pytest.approx(np.mean(people.employer[ties.contact] != NOBODY))


def test_one_way_ties_are_measured_whichever_way_they_point(tmp_path) -> None:
    up, people = listed(tmp_path, ["0,1", "1,2"])
    down, _ = listed(tmp_path, ["1,0", "2,1"])
    assert measure(up.ties, people)["mean_degree"] == pytest.approx(4 / 20)
    assert measure(down.ties, people)["mean_degree"] == pytest.approx(4 / 20)


def test_mutual_contacts_by_hand(tmp_path) -> None:
    ties, _ = listed(tmp_path, both_ways((0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (5, 0)))
    mutual = ties.shared_contacts(np.array([0, 1, 0, 0, 7]), np.array([1, 0, 2, 5, 8]))
    assert mutual.tolist() == [2, 2, 0, 0, 0]
    assert ties.shared_contacts(np.zeros(0, int), np.zeros(0, int)).tolist() == []


# ---- edge lists ----------------------------------------------------------------------------------------------------


def test_an_edge_list_is_taken_at_its_word(tmp_path) -> None:
    ties, _ = listed(
        tmp_path,
        ["3,1,mentor,0.25,0.75,-1,30", "1,3,,,,,", "0,19,close_friend,0.5,,,"],
        "person,contact,kind,strength,familiarity,goodwill,days_since_touch",
    )
    assert pairs(ties) == [(0, 19), (1, 3), (3, 1)]
    assert [Kind.words[kind] for kind in ties.kind] == ["close_friend", "acquaintance", "mentor"]
    assert (ties.strength[2], ties.familiarity[2], ties.goodwill[2], ties.touched[2]) == (0.25, 0.75, -1, -30)
    assert ties.strength[0] == 0.5
    assert 0 < ties.familiarity[0] < 1, "an empty cell takes what the kind would give"
    assert ties.touched[1] < 0


@pytest.mark.parametrize(
    "text",
    [
        "person,contact\r\n0,1\r\n1,0\r\n",
        "\ufeffperson,contact\n0,1\n1,0\n",
        " contact , person \n1,0\n 0 , 1 \n",
        'person,contact,kind\n"0","1",\n1,0,\n',
    ],
)
def test_a_list_may_come_as_programs_write_it(tmp_path, text: str) -> None:
    path = tmp_path / "ties.csv"
    path.write_bytes(text.encode())
    assert pairs(network({"network.edge_list": str(path)}, people=20)[0]) == [(0, 1), (1, 0)]


def test_the_order_of_the_lines_does_not_matter_to_who_knows_whom(tmp_path) -> None:
    rows = both_ways((0, 2), (5, 3), (9, 1))
    assert pairs(listed(tmp_path, rows)[0]) == pairs(listed(tmp_path, rows[::-1])[0])


HEAD = b"person,contact,kind,strength,familiarity,goodwill,days_since_touch\n"
FAULTS = {
    "empty file": (b"", 1, "person", "empty"),
    "no person": (b"contact\n1\n", 1, "person", "contact"),
    "no contact": (b"person\n1\n", 1, "contact", "person"),
    "a slip in a column": (b"person,contact,strenght\n0,1,0.5\n", 1, "strenght", "did you mean 'strength'"),
    "column twice": (b"person,contact,person\n0,1,2\n", 1, "person", "twice"),
    "a word for a number": (b"person,contact\n0,1\n1,bob\n", 3, "contact", "'bob'"),
    "a number below 0": (b"person,contact\n-1,2\n", 2, "person", "'-1'"),
    "a fraction of a person": (b"person,contact\n1.5,2\n", 2, "person", "'1.5'"),
    "more people than there are": (
        b"person,contact\n" + b"".join(b"%d,0\n" % n for n in range(1, 21)),
        None,
        "network.edge_list",
        "at least 21",
    ),
    "an endless number": (b"person,contact\n" + b"9" * 5000 + b",1\n", 2, "person", "a whole number"),
    "other digits": ("person,contact\n0,٣\n".encode(), 2, "contact", "a whole number"),
    "an empty end": (b"person,contact\n0,\n", 2, "contact", "''"),
    "a short line": (b"person,contact\n0\n", 2, "contact", "''"),
    "a long line": (b"person,contact\n0,1,2\n", 2, "person", "3"),
    "twice, with two strengths": (HEAD + b"0,1,,0.5,,,\n0,1,,0.6,,,\n", 3, "strength", "0.5 in line 2"),
    "unknown kind": (HEAD + b"0,1,frend,,,,\n", 2, "kind", "close_friend"),
    "strength in words": (HEAD + b"0,1,mentor,strong,,,\n", 2, "strength", "'strong'"),
    "strength over 1": (HEAD + b"0,1,mentor,1.01,,,\n", 2, "strength", "0 to 1"),
    "strength not a number": (HEAD + b"0,1,mentor,nan,,,\n", 2, "strength", "0 to 1"),
    "familiarity below 0": (HEAD + b"0,1,mentor,,-0.1,,\n", 2, "familiarity", "0 to 1"),
    "goodwill without end": (HEAD + b"0,1,mentor,,,inf,\n", 2, "goodwill", "-100 to 100"),
    "a touch to come": (HEAD + b"0,1,mentor,,,,-3\n", 2, "days_since_touch", "0 to 36500"),
    "not UTF-8": (b"person,contact\n0,1\n\xff,2\n", None, "network.edge_list", "UTF-8"),
    "a null byte": (b"person,contact\n0,1\n0\x00,2\n", None, None, ""),
    "an endless cell": (b"person,contact\n" + b"1" * 200_000 + b",1\n", None, None, ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_list_gets_one_line_that_says_where(tmp_path, fault: str) -> None:
    content, line, field, says = FAULTS[fault]
    path = tmp_path / "ties.csv"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        network({"network.edge_list": str(path)}, people=20)
    error = caught.value
    assert error.file == str(path)
    if line is not None:
        assert error.line == line
    if field is not None:
        assert error.field == field
    assert says in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400 + len(str(path))


def test_a_list_that_is_not_there_or_is_a_folder_is_said_to_be_unreadable(tmp_path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ScenarioError) as caught:
            network({"network.edge_list": str(path)}, people=20)
        assert caught.value.field == "network.edge_list"
        assert "\n" not in str(caught.value)


def test_a_personal_network_has_the_published_layers() -> None:
    market = build(load_scenario("baseline"), 1, 0)
    strength = market.ties.strength[market.ties.contact >= 0]
    layers = [np.count_nonzero(strength >= least) / len(market.people) for least in (0.75, 0.5, 0.25, 0.0)]
    # Dunbar's 5, 15, 50 and 150 (K8c); the outermost is short of it, since pairs that meet twice are one tie.
    assert layers == pytest.approx([4.5, 16, 53, 117], rel=0.03)
