"""The menu: each page's file, title and address, and the sentence that it proves.

The frame builds the navigation from it and the overview its way on, so a page is named in one place. Tools
are pages that prove nothing: they stand in the toolbar over every page, not in the menu.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """A page in the menu."""

    file: str
    title: str
    url_path: str  # differs from the file's stem, or a fresh server opens the file without the frame
    sentence: str  # what the page proves, or what the tool is for
    default: bool = False
    icon: str = ""  # a tool's, in the toolbar

    @property
    def path(self) -> str:
        """Where it stands under the dashboard's address; that of the first page is empty."""
        return "" if self.default else self.url_path


MENU = (
    Entry(
        "pages/overview.py",
        "Overview",
        "start",
        "With the right λ a network stops memorizing noise.",
        default=True,
    ),
    Entry(
        "pages/sparsity.py",
        "L1 vs L2",
        "l1-vs-l2",
        "L1 makes weights exactly zero, L2 only small.",
    ),
    Entry(
        "pages/histograms.py",
        "Weight histograms",
        "weight-histograms",
        "A penalty pulls the weights to zero, epoch by epoch.",
    ),
    Entry(
        "pages/linearity.py",
        "Tanh",
        "tanh",
        "Small weights keep units in tanh's linear part.",
    ),
    Entry(
        "pages/hidden_units.py",
        "Hidden units",
        "cancelled-units",
        "A large λ cancels hidden units.",
    ),
    Entry(
        "pages/weight_decay.py",
        "Weight decay",
        "shrink-and-step",
        "One L2 step is a shrink and a gradient step.",
    ),
    Entry(
        "pages/bias_variance.py",
        "Bias and variance",
        "more-data-or-more-lambda",
        "Too much variance: get more data, or regularize.",
    ),
    Entry(
        "pages/gradient.py",
        "Gradient check",
        "gradient-check",
        "dW = dW_bp + λ/m·W really is the slope of J.",
    ),
    Entry(
        "pages/solvers.py",
        "Solvers",
        "where-zeros-come-from",
        "Exact zeros come from the step, not from L1 alone.",
    ),
    Entry(
        "pages/converter.py",
        "Converter",
        "same-lambda-elsewhere",
        "The same λ has another number in each library.",
    ),
)

TOOLS: tuple[Entry, ...] = (
    Entry(
        "pages/classroom.py",
        "Tour and scenarios",
        "tour-and-scenarios",
        "The lecture in questions to predict, and settings worth seeing.",
        icon=":material/school:",
    ),
    Entry(
        "pages/your_data.py",
        "Your data",
        "bring-your-own",
        "Every page works on a table that you bring.",
        icon=":material/upload_file:",
    ),
    Entry(
        "pages/tried.py",
        "What was tried",
        "what-was-tried",
        "Every setting that was trained, to sort and to compare.",
        icon=":material/history:",
    ),
)
