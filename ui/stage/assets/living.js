// The living picture: what the networks of each penalty answer at λ, computed here from their weights.
//
// Data in a plane are shown as a field of the answer, with the training samples on it; other data as their rows
// along the log-odds, a strip for each class. Under it stands the network with its links, then three λ to jump
// to. λ and the epoch come from inputs that the bar moves as it moves those of Vega's charts.

const COARSE = 48; // cells of a field's side while it moves
const FINE = 144; // and at rest
const SMALL = 40; // of a small picture
const CALM = 120; // milliseconds after the last move until the field is drawn fine
const BUDGET = 10; // milliseconds of one frame that may go into it
const LEVELS = 256; // of a field's colours
const FOOT = 40; // pixels under the strips, for words
const REACH = 22; // pixels from a sample within which a press means it
const HANDLE = "lam-handle";

const pictures = new WeakMap(); // by the element that Streamlit gives us: it calls us again at each run of the page

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) pictures.set(parentElement, (picture = new Living(parentElement)));
  picture.attach();
  picture.tell = (edit) => setTriggerValue("edit", edit);
  picture.update(data);
  return () => picture.detach();
}

// The last layer's Z of rows X, one row after the other: (n, n_out). parameters: W and b of each layer in turn.
export function logits(sizes, parameters, X, n) {
  let A = X;
  let at = 0;
  for (let l = 1; l < sizes.length; l++) {
    const [nIn, nOut] = [sizes[l - 1], sizes[l]];
    const Z = new Float64Array(n * nOut);
    const bias = at + nOut * nIn;
    const isLast = l === sizes.length - 1;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < nOut; j++) {
        let z = parameters[bias + j];
        const row = at + j * nIn;
        const from = i * nIn;
        for (let k = 0; k < nIn; k++) z += parameters[row + k] * A[from + k];
        Z[i * nOut + j] = isLast ? z : Math.tanh(z);
      }
    }
    at = bias + nOut;
    A = Z;
  }
  return A;
}

// P of class 1, of the logit of a network with one output.
export function share(z) {
  return 1 / (1 + Math.exp(-z));
}

// The log-odds of class 1 where there are two classes, else of the row's own: z_c − log Σ exp z of the others.
export function logOdds(Z, nOut, y) {
  if (nOut === 1) return Z;
  return Float64Array.from(y, (own, i) => {
    const row = Z.subarray(i * nOut, (i + 1) * nOut);
    let top = -Infinity;
    row.forEach((z, c) => c !== own && (top = Math.max(top, z)));
    let sum = 0;
    row.forEach((z, c) => c !== own && (sum += Math.exp(z - top)));
    return row[own] - top - Math.log(sum);
  });
}

// How far across a square log-odds z stand, from 0 to 1; top: those at its sides.
export function across(z, top) {
  return Math.min(1, Math.max(0, (1 + Math.asinh(z) / Math.asinh(top)) / 2));
}

class Living {
  constructor(parent) {
    this.root = parent.querySelector(".living");
    this.root.picture = this; // for who wants to look
    this.holder = this.root.querySelector(".living-squares");
    [this.lam, this.second] = [...this.root.querySelectorAll(".vega-bind")].map((bind) => new Bind(bind, () => this.move()));
    this.tools = new Tools(this, this.root.querySelector(".living-tools"));
    this.sizes = new ResizeObserver(() => this.settle());
    this.squares = [];
  }

  attach() {
    this.sizes.observe(this.root);
  }

  detach() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.calm);
    this.frame = 0;
  }

  update(data) {
    const isNew = data.networks !== this.data?.networks;
    this.data = data;
    if (isNew || this.isTouched) this.unpack(data);
    this.isTouched = false;
    this.lam.offer(data.lams, Number(document.getElementById(HANDLE)?.value ?? 0), isNew);
    this.second.offer(data.epochs, data.epochs - 1, isNew);
    this.second.name(data.second);
    if (this.squares.length !== data.penalties.length) this.lay(data.penalties);
    this.squares.forEach((square, p) => square.tell(data.penalties[p], data.jumps[p], data.alt));
    this.palette = paletteOf(data.colors, data.deep);
    this.tools.offer(data.edited);
    this.settle();
  }

  unpack({ networks, penalties, lams, epochs, sizes, rows, strips }) {
    const bytes = Uint8Array.from(atob(networks), (letter) => letter.charCodeAt(0));
    const numbers = new Float32Array(bytes.buffer);
    this.size = sizes.slice(1).reduce((sum, n, l) => sum + n * (sizes[l] + 1), 0);
    let at = penalties.length * lams * epochs * this.size;
    const next = (n) => numbers.subarray(at, (at += n));
    this.parameters = numbers.subarray(0, at);
    [this.X, this.y, this.heights] = [next(rows * sizes[0]), next(rows), next(strips ? rows : 0)];
  }

  // The parameters of a penalty's network, null where it has no answer.
  network(p, k = this.lam.k, e = this.second.k) {
    const { lams, epochs, sound } = this.data;
    const at = ((p * lams + k) * epochs + e) * this.size;
    const network = this.parameters.subarray(at, at + this.size);
    return sound[p][k] && Number.isFinite(network[0]) ? network : null;
  }

  // A sample is put to a place at once, before the server has trained with it there; the row after the last is new.
  put(row, place, label) {
    if (row === this.data.rows) {
      this.data = { ...this.data, rows: row + 1 };
      [this.X, this.y] = [Float32Array.from([...this.X, 0, 0]), Float32Array.from([...this.y, label])];
    }
    this.X.set(place, 2 * row);
    this.isTouched = true;
    this.move();
  }

  // The last layer's Z of some rows under a penalty's network.
  logits(p, k, e, X, n) {
    const network = this.network(p, k, e);
    return network && logits(this.data.sizes, network, X, n);
  }

  lay(penalties) {
    this.squares = penalties.map((_, p) => new Square(this, p));
    this.holder.replaceChildren(...this.squares.map((square) => square.root));
  }

  // Something was moved: drawn once a frame, however fast, and fine when it has come to rest.
  move() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw(COARSE);
      clearTimeout(this.calm);
      this.calm = setTimeout(() => this.refine(), CALM);
    });
  }

  settle() {
    if (!this.data) return;
    this.draw(COARSE);
    this.squares.forEach((square) => square.drawJumps());
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.refine(), CALM);
  }

  draw(side) {
    this.fine?.return();
    this.fine = null;
    for (const square of this.squares) square.draw(side);
  }

  // The fine fields, some rows a frame, so that a hand that begins to move again is not kept waiting.
  refine() {
    if (!this.data.plane) return;
    this.fine = this.finely();
    const some = () => {
      const until = performance.now() + BUDGET;
      while (this.fine && performance.now() < until) {
        if (this.fine.next().done) this.fine = null;
      }
      if (this.fine) requestAnimationFrame(some);
    };
    some();
  }

  *finely() {
    for (const square of this.squares) yield* square.finely();
  }
}

// What can be done to the training samples: a class to add, to move or to take away, and undoing it.
class Tools {
  constructor(picture, root) {
    this.picture = picture;
    this.root = root;
    this.chosen = ""; // "add0", "add1", "move" or "remove"
    this.held = -1; // the row that is moved
    this.buttons = [...root.querySelectorAll("[data-tool]")];
    for (const button of this.buttons) button.addEventListener("click", () => this.choose(button.dataset.tool));
    for (const button of root.querySelectorAll("[data-edit]")) {
      button.addEventListener("click", () => picture.tell(button.dataset.edit));
    }
  }

  // edited: how often that was done, and by what numbers the samples go; null where they cannot be edited.
  offer(edited) {
    this.edited = edited;
    this.root.hidden = !edited;
    this.held = -1;
    if (!edited) return this.choose("");
    const { count, classes } = edited;
    for (const [c, name] of classes.entries()) {
      const button = this.root.querySelector(`[data-tool=add${c}]`);
      button.setAttribute("aria-label", `Add a sample of class ${name}`);
      button.style.color = this.picture.data.colors[c === 1 ? "positive" : "negative"];
    }
    this.root.querySelector("output").textContent = count ? `${count} ${count === 1 ? "edit" : "edits"}` : "";
    for (const button of this.root.querySelectorAll("[data-edit]")) button.disabled = count === 0;
  }

  choose(tool) {
    this.chosen = tool === this.chosen ? "" : tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", button.dataset.tool === this.chosen);
    this.picture.root.classList.toggle("is-edited", this.chosen !== "");
  }

  // A press on a square, at a place of the plane; near: the row under it, −1 where there is none.
  press(place, near) {
    const { picture, chosen, edited } = this;
    if (chosen.startsWith("add")) {
      const label = Number(chosen.at(-1));
      picture.put(picture.data.rows, place, label);
      picture.tell(`a${written(place, edited.farthest)}_${label}`);
    } else if (chosen === "move") this.held = near;
    else if (chosen === "remove" && near >= 0) {
      picture.put(near, [NaN, NaN]);
      picture.tell(`r${edited.numbers[near]}`);
    }
  }

  carry(place) {
    this.picture.put(this.held, place);
  }

  release(place) {
    this.picture.put(this.held, place);
    this.picture.tell(`m${this.edited.numbers[this.held]}_${written(place, this.edited.farthest)}`);
    this.held = -1;
  }
}

// A place as an edit has it.
function written(place, farthest) {
  return place.map((value) => String(Number(Math.max(-farthest, Math.min(farthest, value)).toFixed(2)))).join("_");
}

// An input that the bar moves, or a hand where there is no bar.
class Bind {
  constructor(root, moved) {
    this.root = root;
    this.input = root.querySelector("input");
    this.k = 0;
    this.input.addEventListener("input", () => {
      this.k = Number(this.input.value);
      moved();
    });
  }

  offer(n, k, isNew) {
    this.input.max = n - 1;
    if (isNew) this.k = Math.min(k, n - 1);
    this.input.value = this.k;
  }

  name(words) {
    this.root.hidden = !words;
    this.root.querySelector(".vega-bind-name").textContent = words;
  }
}

// What one penalty's network answers, the network, and the λ to jump to.
class Square {
  constructor(picture, p) {
    this.picture = picture;
    this.p = p;
    this.root = element("div", "living-square");
    this.name = element("span", "living-name");
    this.words = element("span", "living-words");
    this.answer = element("canvas", "living-answer");
    this.answer.setAttribute("role", "img");
    this.links = element("canvas", "living-network");
    this.jumps = element("div", "living-jumps");
    this.root.append(this.name, this.words, this.answer, this.links, this.jumps);
    this.cells = document.createElement("canvas");
    const { tools } = picture;
    this.answer.addEventListener("pointerdown", (event) => {
      if (!tools.chosen || !event.isPrimary || event.button !== 0) return;
      event.preventDefault();
      this.answer.setPointerCapture(event.pointerId);
      tools.press(this.placeAt(event), this.nearest(event));
    });
    this.answer.addEventListener("pointermove", (event) => tools.held >= 0 && tools.carry(this.placeAt(event)));
    for (const name of ["pointerup", "pointercancel"]) {
      this.answer.addEventListener(name, (event) => tools.held >= 0 && tools.release(this.placeAt(event)));
    }
  }

  // The place of the plane under the pointer, which stays within the square.
  placeAt({ clientX, clientY }) {
    const { low, size } = this.picture.data.plane;
    const box = this.answer.getBoundingClientRect();
    const [left, up] = [(clientX - box.left) / box.width, (box.bottom - clientY) / box.height];
    return [left, up].map((part, c) => low[c] + size[c] * Math.min(1, Math.max(0, part)));
  }

  // The row of the sample that lies nearest to the pointer, −1 where none is in reach.
  nearest({ clientX, clientY }) {
    const { X, data } = this.picture;
    const { low, size } = data.plane;
    const box = this.answer.getBoundingClientRect();
    let [found, least] = [-1, REACH];
    for (let i = 0; i < data.rows; i++) {
      const left = box.left + ((X[2 * i] - low[0]) / size[0]) * box.width;
      const top = box.bottom - ((X[2 * i + 1] - low[1]) / size[1]) * box.height;
      const away = Math.hypot(left - clientX, top - clientY);
      if (away < least) [found, least] = [i, away];
    }
    return found;
  }

  tell({ label, color }, jumps, alt) {
    this.answer.setAttribute("aria-label", `${label}. ${alt}`);
    this.name.textContent = label;
    this.root.dataset.penalty = label;
    this.name.style.color = color;
    const of = JSON.stringify(jumps);
    if (of === this.jumpsOf) return;
    this.jumpsOf = of;
    this.jumps.replaceChildren(...jumps.map((jump) => this.jump(jump)));
  }

  jump({ k, lam, role }) {
    const button = element("button");
    button.type = "button";
    button.dataset.k = k;
    button.setAttribute("aria-label", `${lam}, ${role}`);
    const words = element("span");
    words.append(element("b", "", lam), element("small", "", role));
    button.append(element("canvas"), words);
    button.addEventListener("click", () => choose(k));
    return button;
  }

  draw(side) {
    const { lam, second, data } = this.picture;
    this.words.textContent = data.heads[this.p][lam.k][second.k];
    for (const button of this.jumps.children) {
      button.setAttribute("aria-pressed", Number(button.dataset.k) === lam.k);
    }
    const network = this.picture.network(this.p);
    this.drawAnswer(sized(this.answer), network, side);
    drawNetwork(sized(this.links), network, data);
  }

  drawAnswer(paper, network, side) {
    const { data } = this.picture;
    if (data.plane) {
      this.fill(network, side, 0, side);
      this.paint(paper);
    } else drawStrips(paper, this.picture, network, true);
  }

  drawJumps() {
    const { picture, p } = this;
    const { data } = picture;
    for (const button of this.jumps.children) {
      const paper = sized(button.querySelector("canvas"));
      const network = picture.network(p, Number(button.dataset.k), data.epochs - 1);
      if (data.plane) {
        this.fill(network, SMALL, 0, SMALL);
        paper.drawImage(this.cells, 0, 0, paper.width, paper.height);
      } else drawStrips(paper, picture, network, false);
    }
  }

  // The answer in some rows of side × side cells, from the highest on.
  fill(network, side, from, to) {
    const { data, palette } = this.picture;
    if (this.cells.width !== side) this.cells.width = this.cells.height = side;
    const context = this.cells.getContext("2d");
    const image = context.createImageData(side, to - from);
    const Z = network && logits(data.sizes, network, cellsOf(data.plane, side, from, to), side * (to - from));
    for (let i = 0; i < side * (to - from); i++) {
      const level = Z ? Math.min(LEVELS - 1, Math.floor(share(Z[i]) * LEVELS)) : LEVELS / 2;
      image.data.set(palette[level], 4 * i);
    }
    context.putImageData(image, 0, from);
  }

  *finely() {
    const network = this.picture.network(this.p);
    for (let row = 0; row < FINE; row += 4) {
      this.fill(network, FINE, row, row + 4);
      yield;
    }
    this.paint(sized(this.answer));
  }

  // The field, and the training samples on it.
  paint(paper) {
    const { data, X, y } = this.picture;
    const { width, height } = paper;
    const { low, size } = data.plane;
    const radius = Math.min(4.4, width / paper.unit / 70);
    paper.imageSmoothingQuality = "high";
    paper.drawImage(this.cells, 0, 0, width, height);
    for (let i = 0; i < data.rows; i++) {
      const color = y[i] === 1 ? data.colors.positive : data.colors.negative;
      const [left, up] = [0, 1].map((c) => (X[2 * i + c] - low[c]) / size[c]);
      dot(paper, left * width, (1 - up) * height, radius, color, data.colors.page);
    }
  }
}

// The middles of the cells of some rows of the plane, from the highest on.
function cellsOf({ low, size }, side, from, to) {
  const X = new Float64Array(2 * side * (to - from));
  for (let row = from, at = 0; row < to; row++) {
    const up = low[1] + (size[1] * (side - row - 0.5)) / side;
    for (let column = 0; column < side; column++) {
      X[at++] = low[0] + (size[0] * (column + 0.5)) / side;
      X[at++] = up;
    }
  }
  return X;
}

// The rows along their log-odds. isLarge: with words, and a ring around each row whose class is not the likeliest.
function drawStrips(paper, { data, X, y, heights, palette }, network, isLarge) {
  const { strips, colors, sizes, rows } = data;
  const { unit } = paper;
  const [width, height] = [paper.width, paper.height - (isLarge ? FOOT * unit : 0)];
  const nOut = sizes.at(-1);
  paintSure(paper, strips.top, width, height, palette, nOut > 1);
  paper.strokeStyle = colors.grid;
  paper.lineWidth = unit;
  strips.ticks.forEach(({ x }) => line(paper, x * width, 0, x * width, height));
  paper.strokeStyle = colors.page;
  paper.lineWidth = 3 * unit;
  strips.names.forEach((_, c) => line(paper, 0, (c / strips.names.length) * height, width, (c / strips.names.length) * height));
  const Z = network && logits(sizes, network, X, rows);
  const odds = Z ? logOdds(Z, nOut, y) : [];
  const radius = isLarge ? Math.min(3.8, width / unit / 80) : 1.4;
  odds.forEach((z, i) => {
    const isRight = nOut > 1 ? isLikeliest(Z.subarray(i * nOut, (i + 1) * nOut), y[i]) : z > 0 === (y[i] === 1);
    const fill = nOut > 1 || y[i] === 1 ? colors.positive : colors.negative;
    const edge = isRight || !isLarge ? colors.page : colors.text;
    dot(paper, across(z, strips.top) * width, (1 - heights[i]) * height, radius, fill, edge);
  });
  if (isLarge) nameStrips(paper, strips, width, height, colors);
}

// The colours of the answer from side to side, faint; of more than two classes a row's own alone.
function paintSure(paper, top, width, height, palette, isOwn) {
  const fade = paper.createLinearGradient(0, 0, width, 0);
  for (let step = 0; step <= 40; step++) {
    const z = Math.sinh((step / 20 - 1) * Math.asinh(top));
    const P = isOwn ? Math.max(0.5, share(z)) : share(z);
    const color = palette[Math.min(LEVELS - 1, Math.floor(P * LEVELS))];
    fade.addColorStop(step / 40, `rgba(${color.slice(0, 3)}, 0.4)`);
  }
  paper.fillStyle = fade;
  paper.fillRect(0, 0, width, height);
}

function nameStrips(paper, strips, width, height, colors) {
  const { unit } = paper;
  const size = Math.min(15, (0.4 * height) / unit / strips.names.length);
  paper.textBaseline = "top";
  paper.textAlign = "left";
  paper.font = `600 ${size * unit}px sans-serif`;
  paper.lineJoin = "round";
  strips.names.forEach((name, c) => {
    const place = [name, 4 * unit, (c / strips.names.length) * height + 4 * unit, 0.6 * width];
    paper.strokeStyle = colors.page;
    paper.lineWidth = 4 * unit;
    paper.strokeText(...place);
    paper.fillStyle = colors.text;
    paper.fillText(...place);
  });
  paper.fillStyle = colors.quiet;
  paper.font = `${13 * unit}px sans-serif`;
  paper.textAlign = "center";
  let free = -Infinity;
  for (const { x, label } of strips.ticks) {
    const half = paper.measureText(label).width / 2;
    const middle = Math.min(Math.max(x * width, half), width - half);
    if (middle - half < free) continue;
    free = middle + half + 8 * unit;
    paper.fillText(label, middle, height + 5 * unit);
  }
  paper.textAlign = "right";
  paper.fillText(`${strips.said} →`, width, height + 22 * unit, width);
}

function isLikeliest(Z, own) {
  return Z.every((z) => z <= Z[own]);
}

// Columns of units, inputs first, and a line for each weight that is not zero, as strong as it is large.
function drawNetwork(paper, network, { sizes, strongest, colors }) {
  const { width, height, unit } = paper;
  const [margin, radius] = [8 * unit, 4 * unit];
  const left = (l) => margin + (l / (sizes.length - 1)) * (width - 2 * margin);
  const down = (l, i) => ((i + 0.5) / sizes[l]) * height;
  const isLinked = sizes.map((n) => new Uint8Array(n));
  let at = 0;
  for (let l = 1; network && l < sizes.length; l++) {
    for (let j = 0; j < sizes[l]; j++) {
      for (let i = 0; i < sizes[l - 1]; i++) {
        const w = network[at++];
        if (w === 0) continue;
        isLinked[l - 1][i] |= 1;
        isLinked[l][j] |= 2;
        const strength = Math.min(1, Math.abs(w) / strongest[l - 1]);
        paper.globalAlpha = 0.06 + 0.9 * Math.sqrt(strength);
        paper.lineWidth = unit * (0.5 + 4 * strength);
        paper.strokeStyle = w < 0 ? colors.negative : colors.positive;
        line(paper, left(l - 1), down(l - 1, i), left(l), down(l, j));
      }
    }
    at += sizes[l];
  }
  paper.globalAlpha = 1;
  sizes.forEach((n, l) => {
    const size = Math.min(radius, (0.42 * height) / n) / unit;
    for (let i = 0; i < n; i++) {
      const needed = (l > 0 ? 2 : 0) | (l < sizes.length - 1 ? 1 : 0);
      const isAlive = (isLinked[l][i] & needed) === needed;
      dot(paper, left(l), down(l, i), size, isAlive ? colors.text : colors.page, isAlive ? colors.page : colors.quiet);
    }
  });
}

// λ is chosen as a hand at the bar would: the bar tells the server.
function choose(k) {
  const handle = document.getElementById(HANDLE);
  handle.value = k;
  for (const name of ["input", "change"]) handle.dispatchEvent(new Event(name, { bubbles: true }));
}

// A clean canvas as large as it is seen; unit: its pixels for one of the page.
function sized(canvas) {
  const unit = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((n) => Math.max(1, Math.round(n * unit)));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  return Object.assign(context, { width, height, unit });
}

function dot(paper, x, y, radius, fill, stroke) {
  paper.beginPath();
  paper.arc(x, y, radius * paper.unit, 0, 2 * Math.PI);
  paper.fillStyle = fill;
  paper.fill();
  paper.strokeStyle = stroke;
  paper.lineWidth = paper.unit;
  paper.stroke();
}

function line(paper, x1, y1, x2, y2) {
  paper.beginPath();
  paper.moveTo(x1, y1);
  paper.lineTo(x2, y2);
  paper.stroke();
}

// The colours of the answer from class 0's over the page's to class 1's, four bytes each.
function paletteOf({ negative, positive, page }, deep) {
  const [low, middle, high] = [negative, page, positive].map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
  return Array.from({ length: LEVELS }, (_, level) => {
    const P = (level + 0.5) / LEVELS;
    const own = P < 0.5 ? low : high;
    const certainty = deep * Math.abs(2 * P - 1);
    return [...middle.map((part, i) => Math.round(part + certainty * (own[i] - part))), 255];
  });
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
