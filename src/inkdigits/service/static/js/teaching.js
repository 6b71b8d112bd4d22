/** The model learns from what was corrected: how far it is, what it brought, and the way back. */

import { announce } from "./announce.js";
import { byId, icon, make } from "./dom.js";
import { describeTeaching, learn, takeBack } from "./service.js";
import { counted, percent, sentence } from "./words.js";

const PAUSE = 700; // ms between questions how far it is

/** @typedef {import("./service.js").Teaching} State */

export class TeachingCard {
  /** @param {() => void} onModel told that another model reads from now on. */
  constructor(onModel) {
    this.onModel = onModel;
    this.card = byId("teaching");
    this.words = byId("teaching-words");
    this.bar = /** @type {HTMLProgressElement} */ (byId("teaching-bar"));
    this.learn = /** @type {HTMLButtonElement} */ (byId("learn"));
    this.back = /** @type {HTMLButtonElement} */ (byId("take-back"));
    this.learn.addEventListener("click", () => this.#ask(learn));
    this.back.addEventListener("click", () => this.#ask(takeBack));
    this.isOn = false;
    this.wasLearning = false;
    this.model = ""; // and what it learned last
    this.timer = 0;
  }

  /** Show the card, since the server may be taught. */
  turnOn() {
    this.isOn = true;
    this.card.hidden = false;
    return this.refresh();
  }

  /** Show how it stands now. */
  async refresh() {
    if (this.isOn) await this.#ask(describeTeaching);
  }

  /** @param {() => Promise<State>} question */
  async #ask(question) {
    clearTimeout(this.timer);
    this.learn.disabled = true;
    this.back.disabled = true;
    try {
      this.#show(await question());
    } catch (error) {
      this.#problem(/** @type {Error} */ (error).message);
      this.learn.disabled = false;
      this.back.disabled = false;
    }
  }

  /** @param {State} state */
  #show(state) {
    const isLearning = state.state === "learning";
    const { corrections } = state;
    this.learn.textContent = corrections ? `Learn from ${these(corrections)}` : "Learn from corrections";
    this.learn.disabled = isLearning || !corrections;
    this.back.hidden = !state.can_take_back;
    this.back.disabled = isLearning;
    this.bar.hidden = !isLearning;
    if (isLearning) {
      this.#progress(state);
      this.timer = setTimeout(() => this.refresh(), PAUSE);
    } else if (state.state === "learned" && state.outcome) this.#say(...gain(state.outcome));
    else if (state.state === "failed") this.#problem(`${sentence(state.message)} The model that was there reads on.`);
    else this.#say(make("p", {}, invitation(state)));
    if (!isLearning && this.wasLearning) announce(this.words.textContent ?? "");
    if (!isLearning) this.#noteModel(state);
    this.wasLearning = isLearning;
  }

  /** @param {State} state */
  #noteModel({ model, can_take_back, outcome }) {
    const now = JSON.stringify([model, can_take_back, outcome]);
    if (this.model && this.model !== now) this.onModel();
    this.model = now;
  }

  /** @param {State} state */
  #progress({ doing, done, total }) {
    if (total) Object.assign(this.bar, { value: done, max: total });
    else this.bar.removeAttribute("value");
    this.#say(make("p", {}, `It learns: ${doing}${total ? `, ${done} of ${total}` : ""}…`));
  }

  /** @param {string} message */
  #problem(message) {
    this.#say(make("p", { className: "problem", role: "alert" }, icon("error"), message));
  }

  /** @param {...HTMLElement} content */
  #say(...content) {
    this.words.replaceChildren(...content);
  }
}

/** @param {number} corrections */
function these(corrections) {
  return corrections === 1 ? "this correction" : `these ${counted(corrections, "correction")}`;
}

/** @param {State} state */
function invitation({ corrections, can_take_back }) {
  if (can_take_back) return "The model that reads was taught here. It goes by the name of the one before, “taught”.";
  if (!corrections) return "Correct what is read wrong, and it can learn from that. Ten examples of each digit are good.";
  return "It learns the digits that were corrected, and is used only if it reads no worse.";
}

/**
 * Say what a lesson brought.
 * @param {NonNullable<State["outcome"]>} outcome
 */
function gain({ n, known, held_back: held, forgotten, notes }) {
  const learned = `It learned ${counted(n, "digit")}, beside ${known} to keep what it knew, and reads from now on.`;
  const kept = `Of the digits that it knew it reads ${percent(1 - forgotten)} as before.`;
  return [
    make("p", {}, make("span", { className: "state ok" }, icon("ok"), "Learned"), " ", learned),
    held.n ? comparison(held) : make("p", {}, "With one example of a digit nobody can say yet how much better it reads."),
    make("p", { className: "quiet" }, [kept, ...notes.map(sentence)].join(" ")),
  ];
}

/** @param {{n: number, before: number, after: number}} held */
function comparison({ n, before, after }) {
  const title = `Of ${counted(n, "digit")} that were held back in turn, read right`;
  return make(
    "div",
    {},
    make("p", { className: "bars-title" }, title),
    make("ul", { className: "bars", ariaLabel: title }, share("before", before, n), share("after", after, n)),
  );
}

/**
 * @param {string} when
 * @param {number} right
 * @param {number} n
 */
function share(when, right, n) {
  const fill = make("span", { className: "fill" });
  fill.style.width = `${(100 * right) / n}%`;
  return make(
    "li",
    { className: when === "after" ? "read" : "" },
    make("span", { className: "value" }, when),
    make("span", { className: "track", ariaHidden: "true" }, fill),
    make("span", { className: "share" }, `${right} of ${n}`),
  );
}
