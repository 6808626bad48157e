// PageUp and PageDown. A slider that has the focus takes them for itself, by several steps. Presented, all else
// leaves them to the presenter's remote, which turns pages that nobody has taken them from: Streamlit hears no key
// while a switch has the focus, and one that nobody takes scrolls the page. Fields for text and lists keep them.

const KEYS = ["PageUp", "PageDown"];
const SWITCH = "input[type=checkbox], input[type=radio]";
const TAKES_THEM = `input:not(${SWITCH}), textarea, select, [role=combobox], [role=listbox], [contenteditable=true]`;

// To be called while the event is on its way down.
export function hearPageKeys(event, isPresented) {
  const { key, target } = event;
  if (!KEYS.includes(key)) return;
  if (target.matches?.("input[type=range]")) slide(event);
  else if (isPresented && !target.closest?.(TAKES_THEM)) leaveToTheRemote(event);
}

function slide(event) {
  const { key, target } = event;
  event.preventDefault();
  const far = Math.max(1, Math.round(target.max / 5));
  target.value = Number(target.value) + (key === "PageUp" ? far : -far);
  for (const name of ["input", "change"]) target.dispatchEvent(new Event(name, { bubbles: true }));
}

function leaveToTheRemote(event) {
  if (event.target.matches?.(SWITCH)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.blur();
    document.body.dispatchEvent(new KeyboardEvent("keydown", event));
    return;
  }
  // The last to be asked, since those who turn pages leave alone what was taken before.
  window.addEventListener("keydown", (same) => same === event && same.preventDefault(), { once: true });
}
