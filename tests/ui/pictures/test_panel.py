"""Panels as dicts: layers in their order, rows of their own in place, and nothing that two panels share."""

import altair as alt

from ui.pictures.chart import layer, table
from ui.pictures.panel import Panel


def marks(name: str) -> alt.Chart:
    return table(name).mark_point().encode(x=alt.X("a:Q"))


def test_layers_stand_on_each_other_in_their_order_and_a_panel_can_be_one():
    inner = layer(marks("one"), marks("two")).resolve_scale(color="independent")
    found = layer(inner, marks("three")).properties(height=90, title=alt.TitleParams("T", offset=3)).to_dict()
    first, last = found["layer"]
    assert [part["data"]["name"] for part in first["layer"]] == ["one", "two"]
    assert first["resolve"] == {"scale": {"color": "independent"}}
    assert last["data"] == {"name": "three"}
    assert (found["height"], found["title"]) == (90, {"text": "T", "offset": 3})
    assert layer(inner).properties(title="plain").to_dict()["title"] == "plain"


def test_a_panel_is_what_altair_makes_of_it():
    parts = [marks("one"), table("two").mark_line(color="red").encode(y=alt.Y("b:Q"))]
    theirs = alt.layer(*parts).properties(height=50).to_dict()
    ours = Panel.of(*parts).properties(height=50).to_dict()
    assert ours == {name: theirs[name] for name in ("layer", "height")}
    alt.LayerChart.from_dict(ours)


def test_rows_of_its_own_stay_in_a_layer():
    one = alt.Chart(alt.Data(values=[{"a": 7}])).mark_rule().encode(x=alt.X("a:Q"))
    (part,) = layer(one).to_dict()["layer"]
    assert part["data"] == {"values": [{"a": 7}]}
    assert not {"$schema", "config", "datasets"} & part.keys()


def test_what_is_changed_in_one_dict_is_not_in_another():
    panel = layer(marks("one"))
    panel.to_dict()["layer"][0]["mark"]["color"] = "red"
    assert "color" not in panel.to_dict()["layer"][0]["mark"]
    both = panel.properties(height=1), panel.properties(height=2)
    assert [one.to_dict()["height"] for one in both] == [1, 2]
    assert "height" not in panel.to_dict()
