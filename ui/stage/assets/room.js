// How many of a class are in its room, and how many have voted: asked of the server every second while a vote is
// open, so that no page is drawn for it. Nobody is told what was voted.

const PAUSE = { open: 1000, "": 1000, closed: 4000, shown: 4000 };

const lines = new WeakMap(); // by the element that Streamlit gives us

export default function ({ data, parentElement }) {
  let line = lines.get(parentElement);
  if (!line) lines.set(parentElement, (line = new Line(parentElement.querySelector(".room-line"))));
  line.update(data);
  return () => line.stop();
}

class Line {
  constructor(root) {
    this.code = root.querySelector("b");
    this.count = root.querySelector("span");
  }

  update(data) {
    this.data = data;
    this.code.textContent = data.code;
    this.stop();
    this.look();
  }

  stop() {
    clearTimeout(this.timer);
    this.round = {}; // what was asked before is not heard any more
  }

  async look() {
    const { path, secret, phase } = this.data;
    const round = this.round;
    let words = "";
    try {
      const answer = await fetch(`${path}/count`, { headers: { "X-Secret": secret }, cache: "no-store" });
      if (answer.ok) words = said(await answer.json(), phase);
      else if (answer.status === 404) words = "The room has ended.";
    } catch {
      words = "No connection; votes are kept.";
    }
    if (round !== this.round) return;
    if (words && this.count.textContent !== words) this.count.textContent = words;
    this.timer = setTimeout(() => this.look(), PAUSE[phase]);
  }
}

function said({ voted, present }, phase) {
  return phase ? `${voted} of ${Math.max(present, voted)} have voted` : `${present} ${present === 1 ? "is" : "are"} in`;
}
