/** The forms of the page “HTTP interface”: a request put together, sent, and its answer shown. */

import { askForToken, tokenHeader } from "./token.js";

for (const form of document.querySelectorAll("form.try")) {
  /** @type {HTMLElement} */ (form).hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(/** @type {HTMLFormElement} */ (form));
  });
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const shown = /** @type {HTMLElement} */ (form.querySelector(".answer"));
  shown.hidden = false;
  shown.textContent = "Asking…";
  try {
    let response = await ask(form);
    while (response.status === 401 && (await askForToken(Boolean(tokenHeader().Authorization)))) response = await ask(form);
    shown.textContent = `${response.status} ${response.statusText}\n${laidOut(await response.text())}`;
  } catch {
    shown.textContent = "The server does not answer. See that “inkdigits serve” is still running, then try again.";
  }
}

/** @param {HTMLFormElement} form */
function ask(form) {
  let path = form.dataset.path ?? "";
  const query = new URLSearchParams();
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-in]"))) {
    const isLeftOut = field.type === "checkbox" ? !field.checked : !field.value;
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (!isLeftOut) query.set(field.name, field.value);
  }
  const address = query.size ? `${path}?${query}` : path;
  return fetch(address, { method: form.dataset.method, ...bodyOf(form) });
}

/** @param {HTMLFormElement} form */
function bodyOf(form) {
  const field = form.elements.namedItem("body");
  const headers = tokenHeader();
  if (field instanceof HTMLTextAreaElement) {
    return { body: field.value, headers: { ...headers, "Content-Type": "application/json" } };
  }
  if (!(field instanceof HTMLInputElement)) return { headers };
  return { body: field.files?.[0], headers: { ...headers, "Content-Type": "application/octet-stream" } };
}

/** @param {string} text JSON, or else shown as it is. */
function laidOut(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
