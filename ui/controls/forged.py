"""What a browser sends for a widget is only taken where a person could have chosen it there.

Streamlit turns what arrives into a widget's value without a look at its kind. Text for a number then fails at
every run from there on, before the page begins, so that the session is lost; and an option that is none
becomes the default in silence. Here such a value counts as not sent: the widget keeps what it held.
"""

from collections.abc import Sequence
from functools import cache
from threading import local
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value, user_key_from_element_id
from streamlit.runtime.state.session_state import Serialized, WStates

NUMBERS = ("double_value", "int_value")
WRITTEN_ONE_WAY = (*NUMBERS, "bool_value", "string_array_value")  # kinds of which a value has just one form
REFUSED = Serialized(WidgetState())  # stands in place of what was refused

never_empty: set[str] = set()  # keys of widgets that always have a value, though Streamlit would clear them
_run = local()  # a run has a thread to itself: the keys of the widgets for which it refused something


@cache
def refuse_forged_values() -> None:
    """From now on, for all sessions: the place where Streamlit reads what was sent looks at it first."""
    read = WStates.__getitem__

    def look_and_read(self: WStates, key: str) -> Any:
        state, metadata = self.states.get(key), self.widget_metadata.get(key)
        if isinstance(state, Serialized) and state is not REFUSED and metadata is not None:
            state = self.states[key] = state if can_be_chosen(state.value, metadata) else REFUSED
            if state is REFUSED:
                _note(key)
        if state is REFUSED:
            raise KeyError(key)  # Streamlit then takes it for not sent
        return read(self, key)

    WStates.__getitem__ = look_and_read  # type: ignore[method-assign]


def can_be_chosen(state: WidgetState, metadata: WidgetMetadata[Any]) -> bool:
    """Whether it is of the widget's kind, and one of its options where it has some.

    A number out of bounds, or an option that is none, is read as something else, which is written otherwise.
    """
    kind, expected = state.WhichOneof("value"), metadata.value_type
    is_clearable = metadata.clearable and user_key_from_element_id(metadata.id) not in never_empty
    if kind is None:
        return is_clearable or expected not in (*WRITTEN_ONE_WAY, "string_value")
    if kind != expected and not (kind in NUMBERS and expected in NUMBERS):
        return False
    try:
        sent = unpack_widget_state_value(state)
        if kind == "string_value" and metadata.formatted_options is not None:
            return sent in metadata.formatted_options
        value = metadata.deserializer(sent)
        if kind not in WRITTEN_ONE_WAY:
            return True
        written = metadata.serializer(value)
        if kind == "string_array_value":
            return list(sent) == list(written) and (is_clearable or len(sent) > 0)
        return bool(int(sent) == int(written))
    except Exception:  # whatever reading it may raise
        return False


def refused_keys() -> Sequence[str]:
    """For which widgets this run refused what was sent; each is named once."""
    keys = list(getattr(_run, "keys", ()))
    _run.keys = {}
    return keys


def _note(widget_id: str) -> None:
    if not hasattr(_run, "keys"):
        _run.keys = {}
    _run.keys[user_key_from_element_id(widget_id) or widget_id] = None
