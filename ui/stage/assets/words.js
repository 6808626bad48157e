// Words of the page that stand for a mark of its pictures: a penalty's name wears the colour of its marks, and while
// it is pointed at the marks of the others step back; a λ is shown on the bar, and chosen when it is pressed.
//
// The text itself is left alone, since the page renders it anew: words are marked by ranges (CSS.highlights), whose
// colours are the page's style. A browser without them shows plain words.

const TEXTS = ".st-key-measured, .st-key-idea, .st-key-todo";
const LAM = /λ(?:₁ₛₑ|ₘᵢₙ|ₘₐₓ)? = ([\d.,]+\d|\d)/g;
const OF_LAM = "lab-lam";

export class Words {
  // penalties: the name of each by its label; labels: of the λ; peek, choose: what is done with a position of λ.
  constructor(peek, choose) {
    this.peek = peek;
    this.choose = choose;
    this.found = []; // { range, name, k }
    this.kept = ""; // the penalty whose marks stand out while none is pointed at
    this.point = this.point.bind(this);
    this.press = this.press.bind(this);
  }

  attach() {
    document.addEventListener("pointermove", this.point);
    document.addEventListener("click", this.press);
  }

  detach() {
    document.removeEventListener("pointermove", this.point);
    document.removeEventListener("click", this.press);
    this.keep("");
    this.light(null);
  }

  // Find the words anew: the page has changed.
  mark(penalties, labels) {
    if (!window.Highlight) return;
    const text = [...document.querySelectorAll(TEXTS)].map((one) => one.textContent).join("\n");
    if (text === this.text) return;
    this.text = text;
    this.found = [...document.querySelectorAll(TEXTS)].flatMap((root) => wordsIn(root, penalties, labels));
    for (const name of [...Object.values(penalties), OF_LAM]) {
      const ranges = this.found.filter((one) => (one.name ?? OF_LAM) === name).map(({ range }) => range);
      CSS.highlights.set(name === OF_LAM ? name : `lab-${name}`, new Highlight(...ranges));
    }
  }

  // The word under the pointer.
  at({ target, clientX, clientY }) {
    if (!target.closest?.(TEXTS)) return null;
    return this.found.find(({ range }) =>
      [...range.getClientRects()].some(
        (box) => clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom,
      ),
    );
  }

  point(event) {
    const word = event.pointerType === "touch" ? null : this.at(event);
    if (word !== this.lit) this.light(word);
  }

  keep(name) {
    this.kept = name;
    this.light(this.lit ?? null);
  }

  light(word) {
    this.lit = word;
    const root = document.documentElement;
    const name = word?.name ?? this.kept;
    if (name) root.dataset.light = name;
    else delete root.dataset.light;
    root.classList.toggle("points-at-lam", word?.k !== undefined);
    this.peek(word?.k ?? null);
  }

  press(event) {
    const word = this.at(event);
    if (word?.k !== undefined) this.choose(word.k);
  }
}

function wordsIn(root, penalties, labels) {
  const names = new RegExp(`(?<![\\w₁ₛₑ])(?:${Object.keys(penalties).join("|")})(?!\\w)`, "g");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("code")) continue; // a name that a person brought
    for (const match of node.data.matchAll(names)) found.push({ range: rangeOf(node, match), name: penalties[match[0]] });
    for (const match of node.data.matchAll(LAM)) {
      const k = labels.indexOf(match[1]);
      if (k >= 0) found.push({ range: rangeOf(node, match), k });
    }
  }
  return found;
}

function rangeOf(node, match) {
  const range = document.createRange();
  range.setStart(node, match.index);
  range.setEnd(node, match.index + match[0].length);
  return range;
}
