"""A larger sweep than the tests': python -m tests.sweep --places 3000 --seed 5."""

import argparse
import sys

import ui  # noqa: F401 -- before NumPy, as in the dashboard: one thread for each matrix product
from tests.sweep.places import places
from tests.sweep.sweep import Found, swept


def main() -> None:
    """Draw so many places and print what is false there, what is said and what is withheld."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = Found()
    for i, (_, found) in enumerate(swept(places(options.places, options.seed)), start=1):
        total.add(found)
        for problem in found.false:
            print(problem, flush=True)
        if sys.stderr.isatty():
            print(f"\r{i} of {options.places}", end="", file=sys.stderr)
    n = sum(total.sentences.values())
    print(f"{n:,} sentences at {options.places:,} places, {len(total.false)} problems.")
    for key, asked in total.asked.items():
        print(f"{key}: no word of the penalty at {total.withheld[key]} of {asked} places from λ = 3 on")
    sys.exit(bool(total.false))


if __name__ == "__main__":
    main()
