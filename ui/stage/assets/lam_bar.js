// The bar at the foot of the window: λ under the hand, and on some pages the epoch or the step as well.
//
// Every chart of the page has a slider of its own, made by Vega and named like a handle of the bar. The bar
// hides these and moves them, so that a drag reaches all pictures without the server. When λ is let go it is
// chosen: the server is told, and answers with the sentences of that λ. Where this script does not run, the
// charts keep their sliders, and the panel's λ works as ever.

import { hearPageKeys } from "./remote.js";
import { Words } from "./words.js";

const SETTLE = 300; // milliseconds after the last key, or press of a button, until λ is chosen
const ANSWER = 5000; // milliseconds after which an answer is no longer waited for
const FOLLOW = 220; // milliseconds within which a chart has looked at its data again
const LAM_PACE = 400; // milliseconds a λ: there is more to read at each
const SECOND_PACE = 100;
const CHARTS = ".stVegaLiteChart .vega-bind, .living .vega-bind";
const HIDDEN = ["Play", "λ, kept"]; // controls of charts that have no use beside the bar
const POINTER = { pointerdown: "seize", pointermove: "carry", pointerup: "release", pointercancel: "release" };

const bars = new WeakMap(); // by the element that Streamlit gives us: it calls us again at each run of the page

export default function ({ data, parentElement, setStateValue }) {
  let bar = bars.get(parentElement);
  if (!bar) bars.set(parentElement, (bar = new Bar(parentElement)));
  bar.attach();
  bar.update(data, setStateValue);
  return () => bar.detach();
}

class Bar {
  constructor(parent) {
    this.root = parent.querySelector(".lam-bar");
    this.lam = new Handle(this.root.querySelector("[data-handle=lam]"), this);
    this.second = new Handle(this.root.querySelector("[data-handle=second]"), this);
    this.play = this.root.querySelector("[data-testid=play]");
    this.play.addEventListener("click", () => (this.timer ? this.rest() : this.start()));
    this.told = 0; // how often a λ was chosen here
    this.waits = false; // for the answer to the last of them
    this.adopt = this.adopt.bind(this);
    this.hearKeys = (event) => hearPageKeys(event, this.data.presented);
    this.goBack = this.goBack.bind(this);
    this.seized = null; // the axis of a panel whose rule is dragged
    for (const name of Object.keys(POINTER)) this[POINTER[name]] = this[POINTER[name]].bind(this);
    this.watcher = new MutationObserver(this.adopt);
    this.painter = new MutationObserver(() => this.followTheme());
    this.skip = this.skipLink();
    this.words = new Words(
      (k) => this.peek(k),
      (k) => {
        this.lam.show(k);
        this.moved(this.lam, false);
      },
    );
  }

  attach() {
    this.watcher.observe(document.body, { childList: true, subtree: true });
    this.painter.observe(document.querySelector(".stApp"), { attributes: true, attributeFilter: ["class"] });
    document.addEventListener("keydown", this.hearKeys, true);
    window.addEventListener("popstate", this.goBack);
    this.words.attach();
    for (const [name, method] of Object.entries(POINTER)) document.addEventListener(name, this[method]);
    if (!this.skip.isConnected) document.body.prepend(this.skip);
  }

  detach() {
    this.stop();
    clearTimeout(this.choosing);
    this.watcher.disconnect();
    this.painter.disconnect();
    document.removeEventListener("keydown", this.hearKeys, true);
    window.removeEventListener("popstate", this.goBack);
    this.words.detach();
    for (const [name, method] of Object.entries(POINTER)) document.removeEventListener(name, this[method]);
    this.skip.remove();
    this.mark(false);
  }

  // What the server says: the grid, where λ stands, and which of our choices it has answered.
  update(data, setStateValue) {
    this.data = data;
    if (!this.color) this.followTheme();
    this.setStateValue = setStateValue;
    this.lam.name = data.lam.name;
    this.lam.offer(data.lam.labels);
    if (data.answered >= this.told) this.waits = false;
    if (!this.waits && !this.isMoving()) this.lam.show(data.lam.k);
    this.words.keep(data.lit);
    this.mark(this.waits || this.isMoving());
    this.adopt();
    this.follow();
    setTimeout(() => this.follow(), FOLLOW);
  }

  // The handle that the page offers beside λ, such as its epochs: it opens where the page or a look has it.
  offerSecond() {
    const of = handed("second");
    const [look, at] = this.data.look;
    const isAnother = of !== this.secondOf;
    const isLed = of && at !== null && (isAnother || look !== this.look);
    this.look = look;
    if (isAnother) this.takeSecond(of);
    if (!isLed) return;
    this.second.show(this.second.firstFrom(at));
    this.follow();
  }

  takeSecond(of) {
    this.secondOf = of;
    this.stop();
    const second = of && JSON.parse(of);
    this.second.root.hidden = !second;
    if (second) {
      this.second.name = second.name;
      this.second.offer(second.labels);
      const opens = handed("opens");
      this.second.show(opens ? JSON.parse(opens).k : this.second.last());
    }
    const row = second ? this.second.root : this.lam.root;
    if (this.play.parentElement !== row) row.prepend(this.play);
    this.played = second ? this.second : this.lam;
    this.play.setAttribute("aria-label", `Play ${this.played.name}`);
  }

  handles() {
    return this.second.root.hidden ? [this.lam] : [this.lam, this.second];
  }

  // Sliders of charts that have come since: hidden, and put where the bar stands.
  adopt() {
    this.showPart();
    this.words.mark(this.data.penalties, this.data.lam.labels);
    this.drawTrack();
    this.offerSecond();
    for (const bind of document.querySelectorAll(CHARTS)) {
      const handle = this.handles().find((one) => one.name === nameOf(bind));
      const isOurs = handle !== undefined || HIDDEN.includes(nameOf(bind));
      if (bind.classList.contains("in-bar") === isOurs) continue;
      bind.classList.toggle("in-bar", isOurs);
      if (handle) drive(bind, handle.k);
    }
    for (const words of document.querySelectorAll(".st-key-measured:not([translate])")) {
      words.setAttribute("translate", "no");
    }
  }

  // The part of the page that the address names is scrolled to, once it is there and again when what stands above
  // it has come; not where a hand has scrolled meanwhile.
  showPart() {
    const { part } = this.data;
    if (part === this.shownPart) return;
    const found = part && document.querySelector(`.st-key-part_${CSS.escape(part)}`);
    if (part && !found) return;
    this.shownPart = part;
    if (!found) return;
    let isLed = true;
    const leave = () => (isLed = false);
    for (const name of ["wheel", "touchstart", "keydown"]) addEventListener(name, leave, { once: true, passive: true });
    for (const after of [0, 400, 1200, 3000]) setTimeout(() => isLed && found.scrollIntoView(), after);
  }

  drawTrack() {
    const about = handed("about");
    if (about !== this.about) this.root.querySelector(".lam-about").textContent = about && JSON.parse(about);
    this.about = about;
    const of = handed("track");
    if (of === this.trackOf) return;
    this.trackOf = of;
    const { lines, ticks } = of ? JSON.parse(of) : { lines: [], ticks: [] };
    const last = this.lam.last();
    const svg = made("svg", { viewBox: `0 0 ${last} 1`, preserveAspectRatio: "none" });
    svg.append(...lines.map(({ points, color }) => made("polyline", { points, stroke: color })));
    this.lam.root.querySelector(".lam-track-drawn").replaceChildren(svg, ...ticksOver(ticks, last));
  }

  // Where a λ lies that is pointed at in the text, null for none.
  peek(k) {
    const mark = this.root.querySelector(".lam-peek");
    mark.hidden = k === null;
    mark.style.left = `${(100 * k) / this.lam.last()}%`;
  }

  // Charts go where the handles are; once a frame, however fast the hand is.
  follow() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const bind of document.querySelectorAll(CHARTS)) {
        const handle = this.handles().find((one) => one.name === nameOf(bind));
        if (handle) drive(bind, handle.k);
      }
    });
  }

  // A handle was moved, by a hand that has let go or by a key, after which others may come.
  moved(handle, byKey) {
    this.stop();
    this.follow();
    if (handle === this.lam) this.chooseSoon(byKey ? SETTLE : 0);
  }

  chooseSoon(after) {
    clearTimeout(this.choosing);
    this.choosing = 0;
    this.mark(this.waits || this.lam.k !== this.data.lam.k);
    if (after > 0) this.choosing = setTimeout(() => this.choose(), after);
    else this.choose();
  }

  // The λ where the handle stands is the chosen one.
  choose() {
    this.choosing = 0;
    if (this.lam.k === this.data.lam.k && !this.waits) return this.mark(false);
    this.told = Math.max(this.told, this.data.answered) + 1;
    this.waits = true;
    this.mark(true);
    const told = this.told;
    setTimeout(() => {
      if (this.told === told && this.waits) {
        this.waits = false;
        this.mark(false);
      }
    }, ANSWER);
    this.setStateValue("chosen", { k: this.lam.k, told });
  }

  // The browser went back or forth: its address has the λ that was chosen there.
  goBack() {
    const text = new URLSearchParams(location.search).get(this.data.lam.param);
    const k = text === null ? this.data.lam.default : this.data.lam.values.indexOf(text);
    if (k < 0 || k === this.lam.k) return;
    this.lam.show(k);
    this.follow();
    this.choose();
  }

  // A press on a curve over λ, or anywhere in its panel, takes the rule along; where it is let go λ is chosen. A
  // finger may mean to scroll: the rule waits until it moves to a side, or is lifted.
  seize(event) {
    const axis = event.isPrimary && event.button === 0 && axisUnder(event, this.data.lam.name);
    this.seized = axis ? placesOf(axis, this.data.lam.labels) : null;
    if (!this.seized) return;
    this.lam.held = true;
    this.stop();
    if (event.pointerType === "touch") return;
    event.preventDefault(); // no text is marked on the way
    this.carry(event);
  }

  carry(event) {
    if (!this.seized) return;
    const { k, at, step } = this.seized;
    this.seized.isCarried = true;
    this.lam.show(Math.round(k + (event.clientX - at) / step));
    this.follow();
    this.mark(true);
  }

  release(event) {
    if (!this.seized) return;
    if (event.type === "pointerup") this.carry(event);
    const { isCarried } = this.seized;
    this.seized = null;
    this.lam.held = false;
    if (isCarried) this.moved(this.lam, false);
  }

  // The page has turned dark or light: charts are drawn by the server, which has to hear of it.
  followTheme() {
    const color = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    if (this.color && color !== this.color) this.setStateValue("theme", color);
    this.color = color;
  }

  start() {
    clearTimeout(this.choosing);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pace = (this.played === this.lam ? LAM_PACE : SECOND_PACE) * (calm ? 3 : 1);
    this.played.show(0);
    this.follow();
    this.mark(this.played === this.lam);
    this.timer = setInterval(() => {
      if (this.played.k < this.played.last()) this.played.show(this.played.k + 1);
      if (this.played.k >= this.played.last()) this.rest();
      this.follow();
    }, pace);
    this.play.classList.add("is-playing");
    this.play.setAttribute("aria-label", "Stop");
  }

  rest() {
    const chosen = this.timer && this.played === this.lam;
    this.stop();
    if (chosen) this.chooseSoon(0);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.play.classList.remove("is-playing");
    if (this.played) this.play.setAttribute("aria-label", `Play ${this.played.name}`);
  }

  isMoving() {
    return Boolean(this.choosing || this.lam.held || (this.timer && this.played === this.lam));
  }

  // While the sentences of the page are of another λ than its pictures, they step back.
  mark(isMoving) {
    document.documentElement.classList.toggle("lam-moves", isMoving);
  }

  skipLink() {
    const link = document.createElement("a");
    link.className = "lam-skip";
    link.href = `#${this.lam.input.id}`;
    link.textContent = "Go to λ";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.lam.input.focus();
    });
    return link;
  }
}

// A slider of the bar with its steps and its number.
class Handle {
  constructor(root, bar) {
    this.root = root;
    this.input = root.querySelector("input");
    this.value = root.querySelector("output");
    this.k = 0;
    this.held = false;
    let byKey = false;
    this.input.addEventListener("keydown", () => (byKey = true));
    this.input.addEventListener("pointerdown", () => {
      byKey = false;
      this.held = true;
      bar.stop();
    });
    this.input.addEventListener("pointerup", () => (this.held = false));
    this.input.addEventListener("pointercancel", () => {
      this.held = false;
      bar.moved(this, false);
    });
    this.input.addEventListener("input", () => {
      this.show(Number(this.input.value));
      bar.stop();
      bar.follow();
      bar.mark(this === bar.lam);
    });
    this.input.addEventListener("change", () => {
      this.held = false;
      if (bar.data.presented && !byKey) this.input.blur();
      bar.moved(this, byKey);
    });
    for (const button of root.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        this.show(this.k + Number(button.dataset.step));
        bar.moved(this, true);
      });
    }
  }

  offer(labels) {
    this.labels = labels;
    this.input.max = this.last();
    this.input.setAttribute("aria-label", this.name);
  }

  last() {
    return this.labels.length - 1;
  }

  // The first position whose number, such as 1,000, is as large as this one.
  firstFrom(number) {
    const k = this.labels.findIndex((label) => Number(label.replaceAll(",", "")) >= number);
    return k < 0 ? this.last() : k;
  }

  show(k) {
    this.k = Math.min(Math.max(k, 0), this.last());
    this.input.value = this.k;
    this.value.textContent = `${this.name} = ${this.labels[this.k]}`;
    this.input.setAttribute("aria-valuetext", this.value.textContent);
    for (const button of this.root.querySelectorAll("[data-step]")) {
      button.disabled = button.dataset.step < 0 ? this.k === 0 : this.k === this.last();
    }
  }
}

// What the page has for the bar: an element out of sight, whose value is JSON.
function handed(name) {
  return document.querySelector(`.lam-${name}-source`)?.dataset.value ?? "";
}

function made(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// A mark for each rule. Of two that stand close, the words of one go to the left and of the other to the right.
function ticksOver(ticks, last) {
  const drawn = [...ticks].sort((a, b) => a.k - b.k).map((tick) => ({ ...tick, element: tickAt(tick, last) }));
  drawn.forEach((tick, i) => {
    const next = drawn[i + 1];
    if (!next || next.k - tick.k > 2) return;
    tick.element.classList.add("to-left");
    next.element.classList.add(next.k === tick.k ? "is-below" : "to-right");
  });
  return drawn.map((tick) => tick.element);
}

function tickAt({ k, color, words }, last) {
  const tick = document.createElement("i");
  const name = document.createElement("b");
  tick.style.left = `${(100 * k) / last}%`;
  tick.style.borderColor = color;
  name.textContent = words;
  tick.append(name);
  return tick;
}

// The axis of the panel over λ that lies under the pointer.
function axisUnder(event, name) {
  const svg = event.target.closest?.(".stVegaLiteChart svg.marks");
  return [...(svg?.querySelectorAll(".role-axis") ?? [])].find((axis) => {
    if (axis.querySelector(".role-axis-title text")?.textContent !== name) return false;
    return isWithin(axis.closest(".role-scope, .role-frame").querySelector(".background").getBoundingClientRect(), event);
  });
}

function isWithin(box, { clientX, clientY }) {
  return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
}

// Where the positions of an axis lie, by the first and the last of its labels, between which it is even.
function placesOf(axis, labels) {
  const known = [...axis.querySelectorAll(".role-axis-label text")]
    .map((text) => ({ k: labels.indexOf(text.textContent), box: text.getBoundingClientRect() }))
    .filter(({ k }) => k >= 0);
  if (known.length < 2) return null;
  const [first, last] = [known[0], known.at(-1)];
  const middle = ({ box }) => (box.left + box.right) / 2;
  return { k: first.k, at: middle(first), step: (middle(last) - middle(first)) / (last.k - first.k) };
}

function nameOf(bind) {
  return bind.querySelector(".vega-bind-name")?.textContent;
}

// As if a hand had moved it: Vega listens to the event, not to the value.
function drive(bind, k) {
  const input = bind.querySelector("input[type=range]");
  if (!input || Number(input.value) === k || k > Number(input.max)) return;
  input.value = k;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
