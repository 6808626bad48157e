// Until the answer of a question is shown, the page under it is out of reach: for keys, pointers and screen
// readers alike. A new question stands at the top of the window.

const UNDER = ".stMain :has(> .st-key-tour) ~ *, .stMain .st-key-tour ~ *";

const veils = new WeakMap(); // by the element that Streamlit gives us

export default function ({ data, parentElement }) {
  let veil = veils.get(parentElement);
  if (!veil) veils.set(parentElement, (veil = new Veil()));
  veil.update(data);
  return () => veil.lift();
}

class Veil {
  constructor() {
    this.watcher = new MutationObserver(() => this.lay());
  }

  update({ veiled, step }) {
    this.veiled = veiled;
    this.watcher.observe(document.body, { childList: true, subtree: true });
    this.lay();
    if (step !== this.step) document.querySelector(".stMain")?.scrollTo({ top: 0 });
    this.step = step;
  }

  // Elements come anew with each run of the page, so those that are there are asked each time.
  lay() {
    if (!this.veiled) return this.uncover();
    for (const element of document.querySelectorAll(UNDER)) {
      if (element.inert) continue;
      element.inert = true;
      element.ariaHidden = "true"; // for those who read the page without knowing of inert
      element.dataset.veiled = "";
    }
  }

  uncover() {
    for (const element of document.querySelectorAll("[data-veiled]")) {
      element.inert = false;
      element.ariaHidden = null;
      delete element.dataset.veiled;
    }
  }

  lift() {
    this.watcher.disconnect();
    this.uncover();
  }
}
