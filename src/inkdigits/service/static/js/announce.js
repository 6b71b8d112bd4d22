/** What a screen reader is told, once things have settled. */

import { byId } from "./dom.js";

const SETTLED = 700; // ms without anything newer

let timer = 0;

/** @param {string} words */
export function announce(words) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId("announcer").textContent = words;
  }, SETTLED);
}
