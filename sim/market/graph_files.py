"""Networks in the formats of graph programs: GML, GraphML and Pajek; and the objects of igraph and networkx.

Read here and not by igraph, which reads a Pajek file with arcs and edges as if all were edges, and ends the process at
some broken files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from sim.errors import printable
from sim.market.listed_ties import GIVEN, Fault, Listed

Node = dict[str, list[Any]]
"""A part of a GML file: its keys, each with the values given for it."""

_TOKEN = re.compile(r'"([^"]*)"|([][])|([^\s\[\]"]+)')
_VERTEX = re.compile(r'([0-9]+)\s+(?:"([^"]*)"|(\S+))')
TIE_COLUMNS = ("kind", *GIVEN, "wave")
MOST_NODES = 20_000_000
LINE = " line"  # where a part of a GML file begins; no key of a file holds a space


def format_of(text: str) -> str:
    """Return ``gml``, ``graphml``, ``pajek``, or nothing for what looks like none of them."""
    lines = [line.strip() for line in text[:20_000].splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "%"))]
    start = lines[0].lower() if lines else ""
    if start.startswith(("<?xml", "<graphml")):
        return "graphml"
    if start.startswith(("*vertices", "*network", "*arcs", "*edges")):
        return "pajek"
    beginning = " ".join(lines[:20]).lower()
    if re.match(r"((creator|comment)\s+\"[^\"]*\"\s*|version\s+\S+\s*|(creator|comment) .*?)*graph\s*\[", beginning):
        return "gml"
    return ""


def read_graph_file(text: str, fault: Fault, kind: str) -> Listed:
    """Read a network in one of the formats of `format_of`."""
    return {"gml": _gml, "graphml": _graphml, "pajek": _pajek}[kind](text, Listed(fault))


# ---- GML ------------------------------------------------------------------------------------------------------------


def _gml(text: str, listed: Listed) -> Listed:
    tree = _gml_tree(text, listed)
    graphs = [graph for graph in tree.get("graph", []) if isinstance(graph, dict)]
    if len(graphs) != 1:
        raise listed.fault("graph", f"found {len(graphs)} graphs; expected one", None)
    graph = graphs[0]
    undirected = str(_one(graph, "directed", "0")) in ("0", "false")
    names = listed.labels
    for node in _parts(graph, "node"):
        key = _one(node, "id", None)
        if key is None:
            raise listed.fault("node", "found a node without an id", _one(node, LINE, None))
        if key in names:
            raise listed.fault("node", f"found two nodes with the id {printable(key)}", _one(node, LINE, None))
        names[key] = _one(node, "label", key)
    listed.nodes = list(names)
    rows = []
    for edge in _parts(graph, "edge"):
        line = _one(edge, LINE, None)
        pair = []
        for end in ("source", "target"):
            key = _one(edge, end, None)
            if key not in names:
                found = "nothing" if key is None else f"'{printable(str(key))}'"
                raise listed.fault(f"edge.{end}", f"found {found}; expected the id of a node", line)
            pair.append(key)
        listed.add(pair[0], pair[1], line, both_ways=undirected)
        rows.append({key: str(_one(edge, key, "")) for key in edge if key not in ("source", "target", LINE)})
    _columns(rows, listed)
    return listed


def _parts(graph: Node, key: str) -> list[Node]:
    return [part for part in graph.get(key, []) if isinstance(part, dict)]


def _one(node: Node, key: str, default: Any) -> Any:
    values = node.get(key)
    return values[0] if values else default


def _gml_tree(text: str, listed: Listed) -> Node:
    """Read the keys and values of a GML file."""
    root: Node = {}
    above: list[Node] = []
    here, key, line, counted = root, "", 1, 0
    text = re.sub(r"(?m)^[ \t]*#.*$", "", text)
    for match in _TOKEN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        quoted, bracket, word = match.groups()
        if bracket == "]":
            if key or not above:
                raise listed.fault("", "found ']' where no value ends; it is no GML file", line)
            here = above.pop()
        elif bracket == "[":
            if not key:
                raise listed.fault("", "found '[' without a key before it; it is no GML file", line)
            inner: Node = {LINE: [line]}
            here.setdefault(key, []).append(inner)
            above.append(here)
            here, key = inner, ""
        elif not key:
            if word is None:
                raise listed.fault("", f'found "{printable(quoted)}" where a key should stand', line)
            key = word.lower()
        else:
            here.setdefault(key, []).append(word if quoted is None else quoted)
            key = ""
    if above or key:
        raise listed.fault("", "ends in the middle; it is not a whole GML file", line)
    return root


# ---- GraphML --------------------------------------------------------------------------------------------------------


def _graphml(text: str, listed: Listed) -> Listed:
    # The text is decoded already; a declaration of another encoding is of no use any more.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    try:
        root = ET.fromstring(text)  # noqa: S314  (expat refuses entities that grow)
    except ET.ParseError as error:
        line, _ = error.position
        # The line is said already, and its tokens are the parser's.
        reason = str(error).partition(": line ")[0].replace("token", "mark")
        raise listed.fault("", f"is not XML: {printable(reason, 80)}", line) from None
    except (ValueError, RecursionError) as error:
        raise listed.fault("", f"is not XML: {printable(str(error), 80)}", None) from None
    if _tag(root) != "graphml":
        raise listed.fault("", f"is XML, but its first element is {printable(_tag(root))}; expected graphml", None)
    graphs = [part for part in root if _tag(part) == "graph"]
    if len(graphs) != 1:
        raise listed.fault("graph", f"found {len(graphs)} graphs; expected one", None)
    graph = graphs[0]
    keys = {key.get("id", ""): key.get("attr.name", "") for key in root if _tag(key) == "key"}
    undirected = graph.get("edgedefault") == "undirected"
    nodes = [node.get("id", "") for node in graph if _tag(node) == "node"]
    known = set(nodes)
    if len(known) < len(nodes):
        raise listed.fault("node", "found two nodes with one id", None)
    listed.nodes = nodes
    rows = []
    for number, edge in enumerate((part for part in graph if _tag(part) == "edge"), 1):
        pair = [edge.get("source", ""), edge.get("target", "")]
        for end, name in zip(("source", "target"), pair, strict=True):
            if name not in known:
                where = f"edge {number}: found '{printable(name)}'; expected the id of a node"
                raise listed.fault(f"edge.{end}", where, None)
        directed = edge.get("directed")
        listed.add(pair[0], pair[1], None, both_ways=undirected if directed is None else directed == "false")
        data = [part for part in edge if _tag(part) == "data"]
        rows.append({keys.get(part.get("key", ""), ""): (part.text or "").strip() for part in data})
    _columns(rows, listed)
    return listed


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


# ---- Pajek ----------------------------------------------------------------------------------------------------------


def _pajek(text: str, listed: Listed) -> Listed:
    section, row = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        if line.startswith("*"):
            section, row = _section(line, listed, number), 0
        elif section == "vertices":
            vertex = _VERTEX.match(line)
            if vertex:
                listed.labels[vertex[1]] = vertex[2] or vertex[3] or vertex[1]
        elif section:
            row += 1
            for person, contact in _pajek_pairs(section, row, line.split(), listed, number):
                _pajek_tie(person, contact, section.startswith("edges"), listed, number)
        else:
            raise listed.fault("", f"found '{printable(line)}'; expected *Vertices", number)
    return listed


def _section(line: str, listed: Listed, number: int) -> str:
    """Return what the lines below a heading are."""
    words = line[1:].lower().split()
    section = words[0].rstrip(":") if words else ""
    if section == "vertices":
        _vertices(words, listed, number)
    elif section == "network":
        return ""
    elif section not in ("arcs", "edges", "arcslist", "edgeslist", "matrix"):
        known = "*Vertices, *Arcs, *Edges, *Arcslist, *Edgeslist and *Matrix"
        raise listed.fault("", f"found *{printable(section)}; read are {known}", number)
    return section


def _pajek_pairs(section: str, row: int, cells: list[str], listed: Listed, line: int) -> list[tuple[str, str]]:
    """Return the ties that a line lists."""
    if section == "matrix":
        return [(str(row), str(place)) for place, cell in enumerate(cells, 1) if cell.strip("0.")]
    if section.endswith("list"):
        return [(cells[0], other) for other in cells[1:]]
    if len(cells) < 2:
        raise listed.fault("", "found one number; expected two, the ends of a tie", line)
    return [(cells[0], cells[1])]


def _vertices(words: list[str], listed: Listed, line: int) -> None:
    if listed.nodes is not None:
        raise listed.fault("", "found a second network; expected one", line)
    if len(words) > 2:
        raise listed.fault("", "a network of two kinds of nodes; expected ties between people", line)
    count = words[1] if len(words) == 2 else ""
    if not (count.isascii() and count.isdecimal() and len(count) < 12 and int(count) <= MOST_NODES):
        raise listed.fault("", f"found '{printable(count)}'; expected the number of people after *Vertices", line)
    listed.nodes = [str(number) for number in range(1, int(count) + 1)]


def _pajek_tie(person: str, contact: str, both_ways: bool, listed: Listed, line: int) -> None:
    count = len(listed.nodes or ())
    for end in (person, contact):
        if not (end.isascii() and end.isdecimal() and len(end) < 12 and 1 <= int(end) <= count):
            raise listed.fault("", f"found '{printable(end)}'; expected a number from 1 to {count}", line)
    listed.add(str(int(person)), str(int(contact)), line, both_ways=both_ways)


# ---- objects --------------------------------------------------------------------------------------------------------


def ties_of_graph(graph: Any, fault: Fault) -> Listed:
    """Read the graph of igraph or networkx; other people than its nodes there are none."""
    listed = Listed(fault)
    rows: list[Mapping[str, Any]]
    if hasattr(graph, "get_edgelist"):
        names = graph.vs["name"] if "name" in graph.vs.attributes() else range(graph.vcount())
        listed.nodes = [str(name) for name in names]
        undirected = not graph.is_directed()
        pairs: Iterator[tuple[int, int]] = iter(graph.get_edgelist())
        for person, contact in pairs:
            listed.add(listed.nodes[person], listed.nodes[contact], None, both_ways=undirected)
        rows = [edge.attributes() for edge in graph.es]
    else:
        listed.nodes = [str(node) for node in graph.nodes]
        undirected = not graph.is_directed()
        rows = []
        for person, contact, data in graph.edges(data=True):
            listed.add(str(person), str(contact), None, both_ways=undirected)
            rows.append(data)
    if len(set(listed.nodes)) < len(listed.nodes):
        raise fault("node", "two nodes have one name", None)
    _columns([{key: "" if value is None else str(value) for key, value in row.items()} for row in rows], listed)
    return listed


def _columns(rows: list[dict[str, str]], listed: Listed) -> None:
    """Take from the attributes of ties those that are columns of ours; the others are noted as unused."""
    names = dict.fromkeys(name for row in rows for name in row if name)
    for name in names:
        if name.lower() in TIE_COLUMNS:
            listed.columns[name.lower()] = [row.get(name, "") for row in rows]
        else:
            listed.unused.append(printable(name, 40))
