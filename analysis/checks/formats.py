"""The result of a check for machines: JSON, JUnit XML, Markdown for a CI summary, annotations of scenario files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from analysis.checks import power
from analysis.checks.drift import Finding
from analysis.checks.result import CheckResult
from analysis.checks.sentences import (
    HEADS,
    Checked,
    claim_text,
    closing,
    detects,
    remarks,
    row_of,
    summary_line,
    unit_in,
    what_changed,
)

FINE = ("same", "moved", "holds")
KINDS = {"changed": "failure", "fails": "failure"}
_MARKS = {"undecided": "warning", "moved": "notice"}
COUNTS = {"test": "tests", "failure": "failures", "error": "errors", "skipped": "skipped"}


def as_json(checked: Checked) -> dict[str, Any]:
    """Return everything as plain objects; unknown numbers are None."""
    return {
        "exit_code": checked.exit_code,
        "false_alarm": checked.how.false_alarm,
        "power": power.POWER,
        "seconds": round(checked.seconds, 3),
        "scenarios": [_scenario_json(result) for result in checked.results],
    }


def _scenario_json(result: CheckResult) -> dict[str, Any]:
    quantities = [
        {
            **asdict(finding),
            "unit": unit_in(result, finding.name),
            "detects": detects(result.reference.quantities[finding.name], result.plan),
        }
        for finding in result.quantities
    ]
    content: dict[str, Any] = _known(
        {
            "scenario": result.scenario,
            "verdict": result.verdict,
            "exit_code": result.exit_code,
            "level": result.level,
            "replications": result.replications,
            "looks": list(result.plan.looks),
            "changes": list(result.changes),
            "stopped_early": result.stopped_early,
            "moved": list(result.moved),
            "notes": list(result.notes),
            "quantities": quantities,
            "claims": [asdict(judgement) for judgement in result.claims],
            "reference": {
                "replications": result.of,
                "seed": result.reference.seed,
                "made_with": result.reference.made_with,
                "why": result.reference.history[-1]["why"] if result.reference.history else "",
            },
        }
    )
    return content


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _known(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_known(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def junit(checked: Checked) -> str:
    """Return JUnit XML: one suite for each scenario, one case for each quantity and claim.

    A quantity that moved within its margin is a case that passes, with a remark in its output.
    An undecided case is an error, not a pass; it is skipped if the check stopped early for another reason.
    """
    root = ET.Element("testsuites", name="referralsim check", time=f"{checked.seconds:.3f}")
    totals = dict.fromkeys(COUNTS, 0)
    for result in checked.results:
        suite = ET.SubElement(root, "testsuite", name=result.scenario, time="0")
        counts = dict.fromkeys(COUNTS, 0)
        for name, verdict, message in _cases(result):
            case = ET.SubElement(
                suite,
                "testcase",
                classname=result.scenario,
                name=_printable(name),
                time="0",
                file=checked.files[result.scenario],
            )
            counts["test"] += 1
            kind = KINDS.get(verdict, "skipped" if result.stopped_early else "error") if verdict not in FINE else ""
            if kind:
                counts[kind] += 1
                ET.SubElement(case, kind, type=verdict, message=_printable(message)).text = _printable(message)
            elif verdict == "moved":
                ET.SubElement(case, "system-out").text = _printable(message)
        ET.SubElement(suite, "system-out").text = _printable("\n".join([summary_line(result), *remarks(result)]))
        suite.attrib.update({COUNTS[key]: str(count) for key, count in counts.items()})
        totals = {key: totals[key] + counts[key] for key in totals}
    root.attrib.update({COUNTS[key]: str(count) for key, count in totals.items()})
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _cases(result: CheckResult) -> Iterator[tuple[str, str, str]]:
    if result.level == "bytes":
        yield "tables", "same", "same tables"
        for name in result.reference.quantities:
            yield name, "same", "same tables"
    for finding in result.quantities:
        yield finding.name, finding.verdict, sentence(result, finding)
    for claim in result.claims:
        yield claim.claim, claim.verdict, claim_text(result, claim)


def sentence(result: CheckResult, finding: Finding) -> str:
    """Say a quantity's value in the reference and now, and the verdict."""
    name, before, now, difference, margin, verdict = row_of(finding, unit_in(result, finding.name))
    return f"{name} {verdict.lower()}: {before} in the reference, {now} now, difference {difference}, margin {margin}"


def _printable(text: str) -> str:
    """Drop characters that XML does not allow."""
    return "".join(sign for sign in text if sign in "\n\t" or ord(sign) >= 32)


def markdown(checked: Checked) -> str:
    """Return Markdown for a CI summary: a table of scenarios, then what changed."""
    code = checked.exit_code
    head = {0: "Rates hold", 1: "Rates drifted or a claim broke", 3: "Undecided"}[code]
    lines = [
        f"## {head}",
        "",
        "| scenario | verdict | compared | moved, changed or failing |",
        "| --- | --- | --- | --- |",
    ]
    for result in checked.results:
        compared = "tables" if result.level == "bytes" else f"{result.replications} replications"
        quantities, claims = what_changed(result)
        off = [*(finding.name for finding in quantities), *(judgement.claim for judgement in claims)]
        lines.append(f"| {result.scenario} | {_strong(result.verdict)} | {compared} | {_cell(', '.join(off)) or '–'} |")
    for result in checked.results:
        quantities, claims = what_changed(result)
        if not quantities and not claims and not result.changes:
            continue
        lines += ["", f"### {result.scenario}", "", *(f"{line}  " for line in remarks(result))]
        if quantities:
            lines += ["", f"| {' | '.join(HEADS)} |", f"|{' --- |' * len(HEADS)}"]
            for finding in quantities:
                *cells, verdict = row_of(finding, unit_in(result, finding.name))
                lines.append(f"| {' | '.join(map(_cell, cells))} | {_strong(verdict.lower())} |")
        if claims:
            lines += ["", *(f"- {_strong(judgement.verdict)}: {claim_text(result, judgement)}" for judgement in claims)]
    return "\n".join([*lines, "", *(f"{line}  " for line in closing(checked))]) + "\n"


def _strong(verdict: str) -> str:
    return f"**{verdict}**" if verdict in ("changed", "broken", "fails") else verdict


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def file_annotations(checked: Checked) -> Iterator[str]:
    """Give workflow commands that annotate scenario files.

    Errors for what changed or fails, warnings for what is undecided, notices for what moved within its margin.
    """
    for result in checked.results:
        place = _property(checked.files[result.scenario])
        for name, verdict, message in _cases(result):
            kind = "error" if verdict in KINDS else _MARKS.get(verdict, "")
            if kind and not (verdict == "undecided" and result.stopped_early):
                yield f"::{kind} file={place},title={_property(f'{result.scenario}: {name}')}::{_data(message)}"
        if result.changes:
            yield f"::notice file={place},title={_property(result.scenario)}::{_data(next(remarks(result)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
