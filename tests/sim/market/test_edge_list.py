"""Networks as they come: every form is read to what it holds, or refused in one line."""

from pathlib import Path
from typing import Any

import igraph
import numpy as np
import pandas as pd
import polars as pl
import pytest
from paths import DATA

from sim import EdgeList, ScenarioError, load_scenario, read_edge_list
from sim.market.codes import Kind
from sim.scenario.scenario import Scenario

# Name of a file in tests/data/edges, how it is read, people and directed ties in it.
SAMPLES: list[tuple[str, dict[str, Any], int, int]] = [
    ("adjacency_matrix.csv", {}, 12, 20),
    ("comment_then_header.csv", {}, 3, 3),
    ("count_header_selfloops.txt", {}, 30, 57),
    ("duplicates_by_wave.csv", {"wave": 1}, 22, 25),
    ("duplicates_by_wave.csv", {"wave": "2"}, 22, 25),
    ("empty_network.csv", {}, 0, 0),
    ("float_ids.csv", {}, 19, 20),
    ("graph.graphml", {}, 12, 20),
    ("newman.gml", {}, 12, 20),
    ("pajek.net", {}, 12, 12),
    ("snap_directed.txt", {}, 40, 90),
    ("snap_directed.txt", {"both_ways": True}, 40, 180),
]


def pairs(read: EdgeList) -> list[tuple[int, int]]:
    return sorted(zip(read.person.tolist(), read.contact.tolist(), strict=True))


def written(tmp_path: Path, text: str | bytes, name: str = "ties.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(("name", "how", "people", "ties"), SAMPLES)
def test_samples_are_read_to_what_they_hold(name: str, how: dict[str, Any], people: int, ties: int) -> None:
    read = read_edge_list(DATA / "edges" / name, 500, **how)
    assert (read.people, len(read)) == (people, ties)
    assert len(set(pairs(read))) == ties
    assert (read.person != read.contact).all()
    assert read.line.startswith(f"{name}: {people} people, ")
    assert "\n" not in read.line


TRIANGLE = [(0, 1), (1, 2), (2, 0)]
FORMS = {
    "commas": "source,target,weight\n0,1,3\n1,2,1\n2,0,1\n",
    "semicolons": "Source;Target;Weight\n0;1;0,5\n1;2;1,0\n2;0;2,5\n",
    "tabs": "from\tto\n0\t1\n1\t2\n2\t0\n",
    "bars": "0|1\n1|2\n2|0\n",
    "spaces": "0  1\n1 2 \n  2 0\n",
    "spaces and tabs": "0 \t1\n1\t2\n2 0\n",
    "a matrix market file": "%%MatrixMarket matrix coordinate pattern general\n% made up\n3 3 3\n1 2\n2 3\n3 1\n",
    "konect": "% asym unweighted\n% 3 3 3\n1 2\n2 3\n3 1\n",
    "snap": "# Directed graph: made.txt\n# Nodes: 3 Edges: 3\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n2\t0\n",
    "counts above": "3 3\n0 1\n1 2\n2 0\n",
    "counts in two lines": "3\n3\n0 1\n1 2\n2 0\n",
    "counts from 1": "3 3\n1 2\n2 3\n3 1\n",
    "from 1": "person,contact\n1,2\n2,3\n3,1\n",
    "floats": "person,contact\n0.0,1.0\n1.0,2.0\n2.0,0.0\n",
    "gaps": "ego,alter\n10,200\n200,3000\n3000,10\n",
    "long numbers": "src dst\n1234567890123456789 2234567890123456789\n2234567890123456789 3234567890123456789\n"
    "3234567890123456789 1234567890123456789\n",
    "names": "FROM,TO\nann,bob\nbob,cleo\ncleo,ann\n",
    "names in quotes": 'from,to\n"b, ann","c, bob"\n"c, bob","d, cleo"\n"d, cleo","b, ann"\n',
    "names without a header": "ann bob\nbob cleo\ncleo ann\n",
    "a header nobody knows": "left,right\n0,1\n1,2\n2,0\n",
    "the ends in another order": "target,weight,source\n1,1,0\n2,1,1\n0,1,2\n",
    "a matrix": "0 1 0\n0 0 1\n1 0 0\n",
    "a matrix with names": ",ann,bob,cleo\nann,0,1,0\nbob,,0,2.5\ncleo,1,NA,0\n",
    "a matrix with names above": "ann,bob,cleo\n0,1,0\n0,0,1\n1,0,0\n",
    "a matrix as R writes it": "ann bob cleo\nann 0 1 0\nbob 0 0 1\ncleo 1 0 0\n",
    "a matrix whose people know themselves": "1,1,0,0\n0,1,1,0\n1,0,1,0\n0,0,0,1\n",
    "rows with names, as R writes them": '"from" "to"\n"1" "ann" "bob"\n"2" "bob" "cleo"\n"3" "cleo" "ann"\n',
    "spaces after commas": "ann, bob\nbob, cleo\ncleo, ann\n",
    "pajek in Latin-1": '*Vertices 3\n1 "José"\n2 b\n3 c\n*Arcs\n1 2\n2 3\n3 1\n'.encode("latin-1"),
    "twice, and oneself": "0 1\n0 1\n1 1\n1 2\n2 0\n",
    "windows": b"\xef\xbb\xbfperson,contact\r\n0,1\r\n1,2\r\n2,0\r\n",
    "unicode text of excel": "person\tcontact\r\n0\t1\r\n1\t2\r\n2\t0\r\n".encode("utf-16"),
    "gephi": "Source,Target,Type,Id,Label,timeset,Weight\n"
    "0,1,Directed,0,,,1.0\n1,2,Directed,1,,,1.0\n2,0,Directed,2,,,1.0\n",
    "gml": 'Creator "x"\nVersion 1\ngraph [ comment "a [ b" directed 1 node [ id 5 label "é" graphics [ x 1 ] ]\n'
    "node [ id 7 ] node [ id 9 ] edge [ source 5 target 7 ] edge [ source 7 target 9 ] edge [ source 9 target 5 ] ]\n",
    "graphml": "<graphml xmlns='http://graphml.graphdrawing.org/xmlns'><graph edgedefault='directed'><node id='a'/>"
    "<node id='b'/><node id='c'/><edge source='a' target='b'/><edge source='b' target='c'/>"
    "<edge source='c' target='a'/></graph></graphml>",
    "pajek": "*Network made up\n*Vertices 3\n1 a\n2 b\n3 c\n*Arcslist\n1 2\n2 3\n3 1\n",
    "a matrix of pajek": "*Vertices 3\n*Matrix\n0 1 0\n0 0 1\n1 0 0\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_one_network_in_every_form(tmp_path: Path, form: str) -> None:
    people = 4 if form == "a matrix whose people know themselves" else 3
    read = read_edge_list(written(tmp_path, FORMS[form]), people)
    assert pairs(read) == sorted(TRIANGLE), read.line
    assert read.people == people
    assert f"{people} people, 3 directed ties" in read.line


UNDIRECTED = {
    "konect": "% sym\n1 2\n2 3\n",
    "matrix market": "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n1 2 0.5\n2 3 1\n",
    "snap": "# Undirected graph: made.txt\n0\t1\n1\t2\n",
    "gephi": "Source,Target,Type\n0,1,Undirected\n1,2,undirected\n",
    "gml": "graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] edge [ source 0 target 1 ] edge [ source 1 target 2 ] ]",
    "pajek": "*Vertices 3\n*Edges\n1 2\n2 3\n",
    "matrix": "0 1 0\n1 0 1\n0 1 0\n",
    "graphml": "<graphml><graph edgedefault='directed'><node id='a'/><node id='b'/><node id='c'/>"
    "<edge source='a' target='b' directed='false'/><edge source='b' target='c' directed='false'/></graph></graphml>",
}


@pytest.mark.parametrize("form", UNDIRECTED)
def test_what_says_that_it_is_undirected_is_read_both_ways(tmp_path: Path, form: str) -> None:
    read = read_edge_list(written(tmp_path, UNDIRECTED[form]), 5)
    assert pairs(read) == [(0, 1), (1, 0), (1, 2), (2, 1)] or pairs(read) == [(1, 2), (2, 1), (2, 3), (3, 2)], read.line
    assert "2 ties both ways (4 directed); 2 of the 5 people in the market without a tie" in read.line


def test_both_ways_when_told_keeps_what_each_side_says(tmp_path: Path) -> None:
    text = "person,contact,kind,strength\n0,1,mentor,0.25\n1,0,Mentor,0.5\n1,2,Former Colleague,\n"
    read = read_edge_list(written(tmp_path, text), both_ways=True)
    assert pairs(read) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    found = dict(
        zip(zip(read.person.tolist(), read.contact.tolist(), strict=True), read.given["strength"], strict=True)
    )
    assert (found[0, 1], found[1, 0]) == (0.25, 0.5)
    assert np.isnan(found[2, 1])
    assert {Kind.words[code] for code in read.kind} == {"mentor", "former_colleague"}


def test_the_line_says_what_became_of_the_rest(tmp_path: Path) -> None:
    text = "# Nodes: 9 Edges: 7\nsource,target,weight,since\n0,1,1,a\n0,1,2,b\n3,3,1,c\n5,1,1,d\n"
    assert read_edge_list(written(tmp_path, text), 20).line == (
        "ties.txt: 9 people, 2 directed ties; 17 of the 20 people in the market without a tie; 1 listed more than once "
        "merged; 1 of oneself dropped; the file says it has 7 ties, and lists 4; columns weight, since not used"
    )
    waves = "wave,person,contact\n1,0,1\n2,1,0\n2,2,0\n"
    assert read_edge_list(written(tmp_path, waves), 3, wave="2").line == (
        "ties.txt: 3 people, 2 directed ties; 1 of other waves left out; wave 2 of 2"
    )
    assert len(read_edge_list(written(tmp_path, waves), 3, wave="all")) == 3
    strengths = "wave,person,contact,strength\n1,0,1,0.5\n2,0,1,0.75\n2,1,2,\n"
    both = read_edge_list(written(tmp_path, strengths), 3, wave="all")
    assert both.given["strength"][0] == 0.75
    assert "2 waves merged, and where they differ the one listed last counts" in both.line
    assert "0 ties: nobody knows anybody" in read_edge_list(written(tmp_path, "person,contact\n"), 3).line
    names = read_edge_list(written(tmp_path, "from,to\nzoe,ann\n"), 3)
    assert (names.names, pairs(names)) == (("ann", "zoe"), [(1, 0)])
    assert "names numbered from 0 in alphabetical order, ann first" in names.line
    shifted = read_edge_list(written(tmp_path, "from,to\n3,1\n"), 3)
    assert pairs(shifted) == [(2, 0)]
    assert "numbers 1 to 3 read as 0 to 2" in shifted.line
    gaps = read_edge_list(written(tmp_path, "from,to\n70,0\n"), 3)
    assert pairs(gaps) == [(1, 0)]
    assert "numbers 0 to 70 with gaps renumbered from 0 to 1" in gaps.line


def test_numbers_that_fit_into_the_market_are_taken_at_their_word(tmp_path: Path) -> None:
    read = read_edge_list(written(tmp_path, "source,target\n7,3\n"), 8)
    assert pairs(read) == [(7, 3)]
    assert read.names[7] == "7"


def test_times_are_waves_only_if_they_repeat_a_tie(tmp_path: Path) -> None:
    panel = "from,to,time\n0,1,1\n1,2,1\n0,1,2\n"
    with pytest.raises(ScenarioError, match=r"found 2 waves \(1, 2\)"):
        read_edge_list(written(tmp_path, panel), 3)
    assert len(read_edge_list(written(tmp_path, panel), 3, wave=2)) == 1
    moments = "from,to,t\n0,1,1700000001\n1,2,1700000002\n2,0,1700000003\n"
    assert "column time not used" in read_edge_list(written(tmp_path, moments), 3).line


FAULTS = {
    "several waves": ("person,contact,wave\n0,1,1\n0,1,2\n", {}, "wave: found 2 waves (1, 2); choose one with"),
    "a wave that is not there": ("person,contact,wave\n0,1,1\n", {"wave": 3}, "found '3'; expected one of 1, or all"),
    "a wave without a column": ("person,contact\n0,1\n", {"wave": 3}, "found '3'; there is no column wave"),
    "neither header nor tie": ("left,right\nann,bob\n", {}, ":1: person: found left, right; expected a header"),
    "a number among names": ("ann bob\nbob cleo\n1.5 ann\n", {}, ":3: person: found '1.5'; expected a name"),
    "a name among numbers": ("0 1\n1 2\nbob 0\n", {}, ":3: person: found 'bob'; expected a whole number"),
    "a rounded number": ("from,to\n1.5e18,2\n2,3\n", {}, ":2: person: found '1.5e18'; expected a whole number"),
    "no number": ("from,to\n1,NA\n2,3\n", {}, ":2: contact: found 'NA'; expected a whole number"),
    "two spellings of a number": ("from,to\n1,2\n01,3\n", {}, ":3: network.edge_list: found '01'; expected one"),
    "a matrix that names others": (",x,y,z\na,0,1,0\nb,1,0,1\n", {}, "expected a header with person and contact"),
    "an empty end": ("from,to\n1.0,\n2,3\n", {}, ":2: contact: found ''; expected a whole number"),
    "a long row": ("0 1\n1 2 3\n2 3\n", {}, ":2: person: found 3 cells; expected 2"),
    "a short row": ("0 1 1\n1 2\n2 3 1\n", {}, ":2: person: found 2 cells; expected 3"),
    "one column": ("person\n1\n", {}, ":1: contact: no column of this name"),
    "two ends of a kind": ("source,source,target\n0,1,2\n", {}, ":1: source: this column is twice"),
    "a matrix with words": (",a,b,c\na,0,x,0\nb,0,0,0\nc,0,0,0\n", {}, ":2: b: found 'x'; expected 0 or 1"),
    "a matrix below 0": ("0 -1 0 0\n0 0 1 0\n1 0 0 0\n0 0 0 0\n", {}, "found"),
    "two kinds of nodes": ("% bip\n1 1\n", {}, ":1: network.edge_list: a network of two kinds of nodes"),
    "a matrix that is not square": ("%%MatrixMarket matrix coordinate real general\n3 4 1\n1 2 1\n", {}, "3 by 4"),
    "an open quote": ('from,to\n"ann,bob\n', {}, "is not a list of ties"),
    "json": ('{"nodes": []}', {}, "is JSON; expected rows of cells"),
    "a web page": ("<!DOCTYPE html><html>", {}, "is a web page; download the file itself"),
    "a spreadsheet": (b"PK\x03\x04rest", {}, "is a spreadsheet"),
    "a pdf": (b"%PDF-1.7\n", {}, "is a PDF"),
    "gzip": (b"\x1f\x8b\x08", {}, "is packed with gzip"),
    "latin-1": ("from,to\nJosé,Ann\n".encode("latin-1"), {}, "byte 11 (line 2) is not UTF-8 text"),
    "gml of an unknown node": ("graph [ node [ id 1 ]\nedge [ source 1 target 7 ] ]", {}, ":2: edge.target: found '7'"),
    "gml with a node twice": ("graph [ node [ id 1 ] node [ id 1 ] ]", {}, "two nodes with the id 1"),
    "half a gml": ("graph [ node [ id 1 ]", {}, "ends in the middle"),
    "a closed gml": ("graph [ node [ id 1 ] ] ]", {}, "found ']' where no value ends"),
    "half a graphml": ("<graphml><graph>", {}, "is not XML"),
    "other xml": ("<?xml version='1.0'?><svg/>", {}, "first element is svg; expected graphml"),
    "graphml of an unknown node": (
        "<graphml><graph><node id='a'/><edge source='a' target='b'/></graph></graphml>", {}, "edge 1: found 'b'",
    ),
    "two graphs": ("<graphml><graph/><graph/></graphml>", {}, "found 2 graphs; expected one"),
    "pajek beyond its people": ("*Vertices 2\n*Arcs\n1 3\n", {}, ":3: network.edge_list: found '3'; expected a number"),
    "pajek from 0": ("*Vertices 2\n*Arcs\n0 1\n", {}, "expected a number from 1 to 2"),
    "pajek of two modes": ("*Vertices 5 2\n*Edges\n1 3\n", {}, "two kinds of nodes"),
    "pajek of something else": ("*Vertices 2\n*Partition\n1\n", {}, "found *partition; read are *Vertices"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, fault: str) -> None:
    text, how, says = FAULTS[fault]
    with pytest.raises(ScenarioError) as caught:
        read_edge_list(written(tmp_path, text), 20, **how)  # type: ignore[arg-type]
    assert says in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)


def test_objects_are_read_as_files_are(tmp_path: Path) -> None:
    table = pd.DataFrame(TRIANGLE, columns=["Source", "Target"])
    holed = pd.DataFrame({"from": [0.0, 1.0, 2.0], "to": [1, 2, 0], "strength": [0.5, None, 0.25]})
    graph = igraph.Graph(TRIANGLE, directed=True)
    graph.es["strength"] = [0.5, None, 0.25]
    for source in (table, holed, pl.DataFrame(table), graph, [[0, 1, 0], [0, 0, 1], [1, 0, 0]]):
        read = read_edge_list(source)
        assert pairs(read) == sorted(TRIANGLE)
        assert read.line.startswith("the network: 3 people, 3 directed ties")
    for given in (read_edge_list(holed), read_edge_list(graph)):
        assert np.nan_to_num(given.given["strength"], nan=-1).tolist() == [0.5, -1, 0.25]
    undirected = igraph.Graph.Full(3)
    undirected.vs["name"] = ["ann", "bob", "cleo"]
    read = read_edge_list(undirected)
    assert (len(read), read.names) == (6, ("ann", "bob", "cleo"))
    with pytest.raises(ScenarioError, match="found a int; expected a path, a DataFrame, a graph or a square array"):
        read_edge_list(5)
    kept = read_edge_list(holed).write(tmp_path / "kept.csv")
    again = read_edge_list(kept, 3)
    assert (pairs(again), again.given["strength"][0]) == (sorted(TRIANGLE), 0.5)


def test_a_graph_of_networkx_is_read() -> None:
    networkx = pytest.importorskip("networkx")
    graph = networkx.DiGraph(TRIANGLE)
    graph.add_node("alone")
    read = read_edge_list(graph, 5)
    assert (pairs(read), read.people, read.names) == (sorted(TRIANGLE), 4, ("0", "1", "2", "alone"))
    assert len(read_edge_list(networkx.path_graph(3))) == 4


def of_file(path: Path, **settings: object) -> Scenario:
    return load_scenario(
        "baseline", {"network.edge_list": str(path), **{f"network.{k}": v for k, v in settings.items()}}
    )


def test_how_a_list_is_read_counts_only_where_there_is_one(tmp_path: Path) -> None:
    path = written(tmp_path, "person,contact,wave\n0,1,1\n1,2,2\n")
    assert load_scenario("baseline", {"network.edge_list_wave": "1"}).digest == load_scenario("baseline").digest
    assert of_file(path, edge_list_wave="1").digest != of_file(path, edge_list_wave="2").digest
    assert of_file(path, edge_list_wave=1) == of_file(path, edge_list_wave="1"), "a number is a label, too"
