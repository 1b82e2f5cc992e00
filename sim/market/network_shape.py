"""The shape of a network: degrees, clustering, distances."""

from __future__ import annotations

import numpy as np

from sim.market.codes import NOBODY
from sim.market.network import Ties
from sim.market.people import People


def measure(ties: Ties, people: People) -> dict[str, float]:
    """Measure a network with igraph: mean and tail of degree, clustering, homophily by field, largest component."""
    import igraph

    held = ties.contact >= 0
    person, contact = ties.person[held], ties.contact[held]
    pairs = np.unique(np.column_stack([np.minimum(person, contact), np.maximum(person, contact)]), axis=0)
    graph = igraph.Graph(n=len(people), edges=pairs)
    degree = np.array(graph.degree())
    return {
        "people": float(len(people)),
        "ties": float(len(person)),
        "mean_degree": float(degree.mean()),
        "largest_degree": float(degree.max()),
        "degree_99th_over_median": float(np.quantile(degree, 0.99) / max(np.median(degree), 1.0)),
        "clustering": float(graph.transitivity_undirected()),
        "field_assortativity": float(graph.assortativity_nominal(people.field.tolist(), directed=False)),
        "largest_component": float(graph.connected_components().giant().vcount() / len(people)),
        "employed_contacts": float(np.mean(people.employer[contact] != NOBODY)) if len(contact) else float("nan"),
    }
