/** The token that a server may ask for: kept until the tab is closed. */

import { byId } from "./dom.js";

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
  const dialog = /** @type {HTMLDialogElement} */ (byId("token-dialog"));
  const field = /** @type {HTMLInputElement} */ (byId("token"));
  if (again) byId("token-words").textContent = "That token is not the one. Look at the file that --token-file names.";
  field.value = "";
  dialog.returnValue = "";
  byId("token-cancel").onclick = () => dialog.close();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const token = dialog.returnValue === "use" ? field.value.trim() : "";
        if (token) sessionStorage.setItem(KEY, token);
        resolve(token !== "");
      },
      { once: true },
    );
  });
}
