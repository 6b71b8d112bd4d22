/** The token that a server may ask for: kept until the tab is closed. */

import { make } from "./dom.js";

const KEY = "inkdigits-token";

/** @type {Promise<boolean> | null} one question, however many requests wait for the answer. */
let asking = null;

/** @returns {Record<string, string>} */
export function tokenHeader() {
  const token = sessionStorage.getItem(KEY);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * Ask for the token.
 * @param {boolean} again whether one was given that was wrong.
 * @returns {Promise<boolean>} whether one was given.
 */
export function askForToken(again) {
  asking ??= ask(again).finally(() => {
    asking = null;
  });
  return asking;
}

/** @param {boolean} again */
function ask(again) {
  const option = make("code", {}, "--token-file");
  const words = again
    ? ["That token is not the one. Look at the file that ", option, " names."]
    : ["Whoever started it has the token: it stands in the file that ", option, " names."];
  const field = { type: "password", id: "token", autocomplete: "current-password", required: true };
  const input = /** @type {HTMLInputElement} */ (make("input", field));
  const dialog = makeDialog(words, input);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const token = dialog.returnValue === "use" ? input.value.trim() : "";
      if (token) sessionStorage.setItem(KEY, token);
      dialog.remove();
      resolve(token !== "");
    });
  });
}

/**
 * @param {(Node | string)[]} words
 * @param {HTMLInputElement} input
 */
function makeDialog(words, input) {
  const cancel = { type: "button", onclick: () => dialog.close() };
  const content = [
    make("h2", { id: "token-title" }, "This server asks for a token"),
    make("p", { id: "token-words" }, ...words),
    make("label", { htmlFor: "token" }, "Token"),
    input,
    make(
      "div",
      { className: "group end" },
      make("button", cancel, "Cancel"),
      make("button", { type: "submit", className: "primary", value: "use" }, "Use token"),
    ),
  ];
  const named = { id: "token-dialog", "aria-labelledby": "token-title" };
  const dialog = /** @type {HTMLDialogElement} */ (make("dialog", named, make("form", { method: "dialog" }, ...content)));
  return dialog;
}
