"""python -m benchmarks: time this core against its peers."""

import argparse
from types import ModuleType

from benchmarks import growth, logistic, report, rest, training

BENCHMARKS: dict[str, ModuleType] = {
    "training": training,
    "logistic": logistic,
    "growth": growth,
    "rest": rest,
}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time this core against other ways to train the same networks, in turns in one process. "
        "Prints Markdown tables of ratios to this core, and how far the results agree. "
        "Peers that are not installed are skipped.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="training: 50 networks of four shapes; peers are JAX, PyTorch, scikit-learn and plain NumPy\n"
        "logistic: logistic regression to its optimum on a path of 40 λ; scikit-learn and skglm\n"
        "growth:   time and memory of this core against the number of λ, rows and hidden units\n"
        "rest:     time until the dashboard's grid is at rest, and how often that is told wrongly\n\n"
        "Peers: pip install scikit-learn jax skglm torch altair vl-convert-python",
    )
    parser.add_argument("which", nargs="*", metavar="BENCHMARK", help=f"{', '.join(BENCHMARKS)}; default all")
    parser.add_argument(
        "--quick", action="store_true", help="fewer epochs, sizes and rounds: about 4 minutes"
    )
    parser.add_argument(
        "--save", action="store_true", help=f"write figures, tables and chart to {report.RESULTS.name}/"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.which) - set(BENCHMARKS):
        parser.error(f"BENCHMARK must be {' or '.join(BENCHMARKS)}, got {', '.join(sorted(unknown))}")
    options.which = options.which or list(BENCHMARKS)
    return options


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and save where asked; arguments: of the command line, where they are not its own."""
    options = parse(arguments)
    for name in options.which:
        benchmark = BENCHMARKS[name]
        rows = benchmark.measure(options.quick)
        table = benchmark.table(rows, benchmark.rounds_of(options.quick))
        print(f"\n## {name.capitalize()}\n\n{table}\n\n{report.described(report.machine())}\n", flush=True)
        if options.save:
            report.save(name, rows, table)
            if name == "training":
                report.save_chart(rows)


if __name__ == "__main__":
    main()
