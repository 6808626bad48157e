"""A panel as a dict, its marks on each other: put together without the copies that Altair makes of parts."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import altair as alt

Spec = dict[str, Any]
OF_THE_WHOLE = ("$schema", "config", "datasets")  # what Altair writes into each part as if it stood alone


@dataclass(frozen=True, eq=False)
class Panel:
    """Layers of marks, and what is said of them together: height, title, resolve."""

    layers: tuple[Spec, ...]
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, *parts: "alt.Chart | Panel") -> "Panel":
        """The parts on each other, the first at the bottom."""
        return cls(tuple(part.to_dict() if isinstance(part, Panel) else _marks(part) for part in parts))

    def properties(self, **more: Any) -> "Panel":
        """The same panel with its height or its title."""
        plain = {
            name: value.to_dict() if hasattr(value, "to_dict") else value for name, value in more.items()
        }
        return replace(self, more={**self.more, **plain})

    def resolve_scale(self, **channels: str) -> "Panel":
        """The same panel whose layers have scales of their own in these channels."""
        return replace(self, more={**self.more, "resolve": {"scale": channels}})

    def to_dict(self) -> Spec:
        """A dict of its own."""
        return deepcopy({"layer": list(self.layers), **self.more})


def _marks(chart: alt.Chart) -> Spec:
    """One layer, its own rows in it."""
    found: Spec = chart.to_dict(validate=False)
    rows = found.get("datasets", {}).get(found.get("data", {}).get("name"))
    if rows is not None:
        found["data"] = {"values": rows}
    return {name: part for name, part in found.items() if name not in OF_THE_WHOLE}
