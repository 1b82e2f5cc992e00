"""Keep the golden run as it is now: `python tests/support/refresh_golden.py --why "what changed, and why"`."""

import argparse
import sys

import golden_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", required=True, help="what changed the tables, and why it should; kept in golden.json")
    why = parser.parse_args().why.strip()
    if len(why) < 20:
        parser.error("--why is a sentence for whoever finds the digest moved; say what changed and why")
    before, now = golden_run.kept() if golden_run.FILE.exists() else {}, golden_run.summary()
    # A new parameter moves the scenario's digest and perhaps no table.
    if all(before.get(name) == now[name] for name in ("digest", "scenario")):
        sys.exit("Tables and defaults are what was kept; there is nothing to refresh.")
    moved = golden_run.refresh(why)
    print(
        f"{len(moved)} columns moved; {golden_run.FILE.name} keeps the new ones. Commit it with the change that did it."
    )


if __name__ == "__main__":
    main()
