// What was tried and predicted lies in the server's memory, which ends when it starts again. So this tab keeps a
// copy until it is closed, and hands it to the next session, once.

const PLACE = "lab-kept";

let asked = ""; // the session that was handed what another one left

export default function ({ data, setTriggerValue }) {
  const left = read();
  if (left && left.session !== data.session && !data.received) {
    if (asked !== data.session) setTriggerValue("given", left.kept);
    asked = data.session;
  } else {
    write({ session: data.session, kept: data.kept });
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null; // a browser may forbid it, and somebody may have written there
  }
}

function write(value) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(value));
  } catch {
    // full or forbidden: then a restart loses what was tried
  }
}
