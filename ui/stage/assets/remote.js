// Presented, PageUp and PageDown belong to the presenter's remote. Streamlit hears no key while a switch has the
// focus, and one that nobody takes scrolls the page: here they are heard wherever the focus was left, and scroll
// nothing. Fields for text and lists keep them.

const KEYS = ["PageUp", "PageDown"];
const SWITCH = "input[type=checkbox], input[type=radio]";
const TAKES_THEM = `input:not(${SWITCH}), textarea, select, [role=combobox], [role=listbox], [contenteditable=true]`;

export default function () {
  document.addEventListener("keydown", hear, true);
  return () => document.removeEventListener("keydown", hear, true);
}

function hear(event) {
  const { key, target } = event;
  if (!KEYS.includes(key) || target.closest?.(TAKES_THEM)) return;
  if (target.matches?.(SWITCH)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    target.blur();
    document.body.dispatchEvent(new KeyboardEvent("keydown", event));
    return;
  }
  // The last to be asked, since those who turn pages leave alone what was taken before.
  window.addEventListener("keydown", (same) => same === event && same.preventDefault(), { once: true });
}
