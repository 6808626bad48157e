"""The overview's own example, in place of data that cannot be drawn in a plane."""

from dataclasses import replace

from core import Dataset, Settings
from ui.base.words import joined
from ui.data.shelf import SHARED
from ui.topics.topic import Context

# Few samples, much noise and a wide network: without a penalty it memorizes nearly all of them.
EXAMPLE = Settings(dataset="moons", hidden=(16, 16), learning_rate=1.0, epochs=1000, noise=0.5, n_samples=100)


def adapted(context: Context) -> Context:
    """The context itself where its data lie in a plane, else the example at the panel's seed and λ."""
    if context.data.in_a_plane:
        return context
    settings = replace(EXAMPLE, seed=context.settings.seed, lam=context.lam)
    return context.elsewhere(settings, SHARED)


def about(context: Context) -> str:
    """What is trained in place of the panel's data, and why; "" where the panel's data are shown."""
    if context.panel is None:
        return ""
    settings = context.settings
    return (
        f"{why_not_drawn(context.panel.data)}, so this page trains its own example: {settings.n_samples} "
        f"noisy moons, {joined([str(n) for n in settings.hidden])} hidden units, "
        f"α = {settings.learning_rate:g}, {settings.epochs:,} epochs. Seed and λ are the panel's; choose "
        "Moons, Circles, Xor or Spirals there to set the rest."
    )


def why_not_drawn(data: Dataset) -> str:
    """What keeps data from being drawn in a plane, as the beginning of a sentence."""
    if data.n_features == 2:
        return f"{data.source.label} has more than two classes"
    many = "too many columns" if data.n_features > 2 else "too few columns"
    return f"{data.source.label} has {many} to draw"
