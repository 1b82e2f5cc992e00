"""Keep the golden run as it is now: `python tests/refresh_golden.py --why "what changed the tables, and why"`."""

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import golden  # noqa: E402  (the path comes first)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", required=True, help="what changed the tables, and why it should; kept in golden.json")
    why = parser.parse_args().why.strip()
    if len(why) < 20:
        parser.error("--why is a sentence for whoever finds the digest moved; say what changed and why")
    before = golden.kept()["digest"] if golden.FILE.exists() else None
    moved = golden.refresh(why) if before != golden.summary()["digest"] else []
    if not moved:
        sys.exit("The tables are what was kept; there is nothing to refresh.")
    print(f"{len(moved)} columns moved; {golden.FILE.name} keeps the new ones. Commit it with the change that did it.")


if __name__ == "__main__":
    main()
