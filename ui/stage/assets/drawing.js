// A prediction that is drawn over λ: the place of a λ, or a curve of shares from 0 to 1. What was measured is sent
// once it is shown, and drawn over the prediction.

const STEP = 0.05; // of a share, by an arrow key
const SETTLE = 600; // milliseconds after the last key

const drawings = new WeakMap(); // by the element that Streamlit gives us

export default function ({ data, parentElement, setStateValue }) {
  let drawing = drawings.get(parentElement);
  if (!drawing) drawings.set(parentElement, (drawing = new Drawing(parentElement.querySelector(".drawing"))));
  drawing.update(data, setStateValue);
}

class Drawing {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("svg");
    this.k = 0; // where the keys are
    root.addEventListener("pointerdown", (event) => this.begin(event));
    root.addEventListener("pointermove", (event) => this.go(event));
    for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, (event) => this.end(event));
    root.addEventListener("keydown", (event) => this.press(event));
  }

  // What the server says; while a hand draws, the hand is right.
  update(data, setStateValue) {
    const isAnother = data.name !== this.data?.name;
    this.data = data;
    this.setStateValue = setStateValue;
    if (isAnother || !this.isBusy()) this.drawn = data.drawn.length ? [...data.drawn] : null;
    if (isAnother) this.reach = { least: 0, most: this.last() }; // of a curve that was drawn before
    this.root.classList.toggle("is-curve", data.kind === "curve");
    this.root.classList.toggle("is-shown", Boolean(data.measured));
    this.root.setAttribute("aria-label", data.label);
    this.root.setAttribute("aria-disabled", Boolean(data.measured));
    this.root.setAttribute("aria-valuemin", 0);
    this.root.setAttribute("aria-valuemax", this.last());
    this.draw();
  }

  last() {
    return this.data.labels.length - 1;
  }

  isBusy() {
    return Boolean(this.from || this.sending);
  }

  // Where a pointer is: the position of a λ, and a share.
  at({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const k = Math.round(((clientX - box.left) / box.width) * this.last());
    const share = 1 - (clientY - box.top) / box.height;
    return { k: Math.min(Math.max(k, 0), this.last()), share: Math.min(Math.max(share, 0), 1) };
  }

  // A finger that begins to scroll takes back what it has drawn: the browser cancels it.
  begin(event) {
    if (this.data.measured || event.button !== 0) return;
    this.root.setPointerCapture(event.pointerId);
    this.before = { drawn: this.drawn && [...this.drawn], reach: { ...this.reach } };
    this.from = this.at(event);
    this.put(this.from, this.from);
  }

  go(event) {
    if (!this.from) return;
    const to = this.at(event);
    this.put(this.from, to);
    this.from = to;
  }

  end(event) {
    if (!this.from) return;
    this.from = null;
    if (event.type === "pointerup") return this.send();
    Object.assign(this, this.before);
    this.draw();
  }

  // Take over a stroke; beyond where a hand has come, a curve is as high as where it has come furthest.
  put(from, to) {
    this.k = to.k;
    if (this.data.kind === "place") {
      this.drawn = [to.k];
    } else {
      if (!this.drawn) this.reach = { least: from.k, most: from.k };
      this.drawn ??= this.data.labels.map(() => to.share);
      const step = Math.sign(to.k - from.k);
      for (let k = from.k; step && k !== to.k; k += step) {
        this.drawn[k] = from.share + ((to.share - from.share) * (k - from.k)) / (to.k - from.k);
      }
      this.drawn[to.k] = to.share;
      this.extend(Math.min(from.k, to.k), Math.max(from.k, to.k));
    }
    this.draw();
  }

  extend(least, most) {
    const reach = this.reach;
    reach.least = Math.min(reach.least, least);
    reach.most = Math.max(reach.most, most);
    this.drawn.fill(this.drawn[reach.least], 0, reach.least);
    this.drawn.fill(this.drawn[reach.most], reach.most);
  }

  press(event) {
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (this.data.measured || (!across && !up)) return;
    event.preventDefault();
    const isPlace = this.data.kind === "place";
    const k = Math.min(Math.max(this.k + (across ?? (isPlace ? up : 0)), 0), this.last());
    const now = this.drawn && !isPlace ? this.drawn[k] : 0;
    const share = Math.min(Math.max(now + (isPlace ? 0 : (up ?? 0) * STEP), 0), 1);
    if (isPlace || up) this.put({ k, share }, { k, share });
    else this.k = k;
    this.draw();
    clearTimeout(this.sending);
    if (this.drawn) this.sending = setTimeout(() => this.send(), SETTLE);
  }

  send() {
    clearTimeout(this.sending);
    this.sending = 0;
    this.setStateValue("drawn", { name: this.data.name, values: this.drawn.map((one) => Math.round(one * 1000) / 1000) });
  }

  draw() {
    const { kind, labels, measured, ticks } = this.data;
    this.svg.setAttribute("viewBox", `0 0 ${this.last()} 1`);
    const parts = kind === "curve" ? [shape("line", { x1: 0, x2: this.last(), y1: 0.5, y2: 0.5, class: "half" })] : [];
    if (measured?.points) parts.push(shape("polyline", { points: measured.points, stroke: measured.color }));
    if (typeof measured?.place === "number") parts.push(upright(measured.place, { stroke: measured.color }));
    if (kind === "place" && this.drawn) parts.push(upright(this.drawn[0], { class: "own" }));
    if (kind === "curve" && this.drawn) {
      parts.push(shape("polyline", { points: this.drawn.map((share, k) => `${k},${1 - share}`).join(" "), class: "own" }));
    }
    if (document.activeElement === this.root && kind === "curve" && !measured) parts.push(upright(this.k, { class: "here" }));
    this.svg.replaceChildren(...parts);
    this.root.querySelector(".drawing-ticks").replaceChildren(
      ...ticks.map((k) => {
        const tick = document.createElement("span");
        tick.textContent = labels[k];
        tick.style.left = `${(100 * k) / this.last()}%`;
        return tick;
      }),
    );
    this.say(measured?.words || (this.drawn ? this.data.label : this.data.hint), Boolean(this.drawn || measured));
    const k = kind === "place" && this.drawn ? this.drawn[0] : this.k;
    this.root.setAttribute("aria-valuenow", k);
    const share = kind === "curve" && this.drawn ? `: ${Math.round(100 * this.drawn[k])} %` : "";
    this.root.setAttribute("aria-valuetext", this.drawn ? `λ = ${labels[k]}${share}` : this.data.hint);
  }

  // What is to be done, over the whole plot; what is drawn, at its head.
  say(text, isDrawn) {
    const hint = this.root.querySelector(".drawing-hint");
    hint.textContent = text;
    hint.classList.toggle("is-head", isDrawn);
  }
}

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function upright(k, attributes) {
  return shape("line", { x1: k, x2: k, y1: 0, y2: 1, ...attributes });
}
