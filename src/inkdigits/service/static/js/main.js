/** The page put together: what is drawn or taken in is read, and what was read is shown. */

import { showAbout } from "./about.js";
import { adviceOnDrawing, adviceOnPicture } from "./advice.js";
import { Collection } from "./collection.js";
import { byId } from "./dom.js";
import { DrawingDesk } from "./drawing-desk.js";
import { examples } from "./examples.js";
import { listenForPictures } from "./intake.js";
import { Picture } from "./picture.js";
import { PictureView } from "./picture-view.js";
import { ReadingPanel } from "./reading-panel.js";
import { describeModel, explainDigit, forgetCorrection, isPassing, keepCorrection, settings } from "./service.js";
import { makeTabs } from "./tabs.js";
import { TeachingCard } from "./teaching.js";

/** @typedef {import("./readings.js").Digit} Digit */

const TITLE = document.title;

const panel = new ReadingPanel((place) => (isDrawing() ? desk : view).boxes.mark(place), examples(takeIn));
const desk = new DrawingDesk({
  onChange: () => {
    if (isDrawing()) showDrawing();
  },
  onFreshness: () => {
    if (isDrawing()) panel.setFreshness(desk.freshness);
  },
});
const view = new PictureView((place) => panel.choose(place, true));
const collection = new Collection({
  onChoose: () => showPanel("panel-pictures"),
  onRead: (picture) => {
    if (picture === collection.chosen && !isDrawing()) showPicture();
  },
  onEmpty: () => showPanel("panel-draw"),
});
const teaching = new TeachingCard(() => {
  if (isDrawing() && desk.outcome) desk.readAgain();
});
const showPanel = makeTabs(byId("tabs"), () => (isDrawing() ? showDrawing() : showPicture()));

listenForPictures(takeIn);
document.addEventListener("keydown", onKey);
byId("previous").addEventListener("click", () => collection.go(-1));
byId("next").addEventListener("click", () => collection.go(1));
addEventListener("hashchange", () => {
  followAddress();
  byId("main").focus(); // so that a screen reader starts there
});
followAddress();
showDrawing();
prepare();

/**
 * Go from picture to picture by the arrow keys, where they have no other meaning.
 * @param {KeyboardEvent} event
 */
function onKey(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const target = /** @type {HTMLElement} */ (event.target);
  const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
  if (!step || isTaken || isDrawing() || target.closest("input, select, textarea, [role=tab], [role=toolbar]")) return;
  event.preventDefault();
  collection.go(step);
}

/** @param {import("./intake.js").Found[]} found */
function takeIn(found) {
  if (!found.length) return;
  if (location.hash === "#about") location.hash = "#read";
  const pictures = found.map(({ file, name }) => new Picture(file, name));
  collection.add(pictures);
  collection.choose(pictures[0]);
}

function isDrawing() {
  return !byId("panel-draw").hidden;
}

function showDrawing() {
  showTools("drawing-tools");
  const { outcome, error } = desk;
  if (error) panel.showProblem(error.message, () => desk.readAgain());
  else if (outcome) {
    const { reading, milliseconds } = outcome;
    panel.show(reading, { advice: adviceOnDrawing(reading), milliseconds, prefer: "last" });
  } else panel.showHints();
  panel.setFreshness(desk.freshness);
}

function showPicture() {
  showTools("picture-tools");
  panel.setFreshness("current");
  const picture = collection.chosen;
  if (!picture) {
    view.clear();
    panel.showHints();
    return;
  }
  view.show(picture);
  if (picture.error) showPictureProblem(picture, picture.error);
  else if (picture.reading) {
    panel.show(picture.reading, { advice: adviceOnPicture(picture.reading, () => collection.readAs({ single: false })) });
  } else panel.showWaiting(`Reading ${picture.title}…`);
}

/** @param {string} shown the tools of what is looked at. */
function showTools(shown) {
  for (const id of ["drawing-tools", "picture-tools"]) byId(id).hidden = id !== shown;
}

/**
 * @param {Picture} picture
 * @param {{code: string, message: string}} error
 */
function showPictureProblem(picture, { code, message }) {
  const retry = isPassing(code) ? () => collection.retry(picture) : null;
  panel.showProblem(`${picture.title}: ${message}`, retry);
}

/** Show the page that the address names; an address may also name a place on the page. */
function followAddress() {
  if (!["", "#read", "#about"].includes(location.hash)) return;
  const route = location.hash === "#about" ? "about" : "read";
  document.title = route === "about" ? "About this model: inkdigits" : TITLE;
  byId("view-read").hidden = route !== "read";
  byId("view-about").hidden = route !== "about";
  for (const link of document.querySelectorAll("[data-route]")) {
    if (link.getAttribute("data-route") === route) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (route === "about") showAbout(byId("view-about"));
}

/** Learn what this server takes and keeps. */
async function prepare() {
  const known = await settings().catch(() => null); // it will say so when something is to be read
  if (!known) return;
  collection.queue.largest = known.max_body;
  byId("version").textContent = `inkdigits ${known.version}`;
  if (known.explanations) panel.explain = explainDigit;
  if (known.teaching) teaching.turnOn();
  if (!known.corrections) return;
  panel.correct = correct;
  byId("kept-words").textContent = "; of them it keeps the digits that you correct, and nothing else";
}

/**
 * Keep what a digit is that was read wrong, and show it; or forget that again.
 * @param {Digit} digit
 * @param {number | "none" | undefined} corrected
 */
async function correct(digit, corrected) {
  const { value: predicted, confidence, kept } = digit;
  const source = isDrawing() ? desk : view;
  const picture_crop = source.crop(digit);
  if (kept !== undefined) await forgetCorrection(kept);
  Object.assign(digit, { kept: undefined, corrected: undefined });
  if (corrected !== undefined) {
    const { name: model } = await describeModel();
    const { id } = await keepCorrection({ picture_crop, predicted, corrected, confidence, model });
    Object.assign(digit, { kept: id, corrected });
  }
  panel.refresh();
  source.showBoxes();
  collection.update();
  teaching.refresh();
}
