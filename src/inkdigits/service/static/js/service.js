/** The server's HTTP interface: docs/http-api.md. */

import { askForToken, tokenHeader } from "./token.js";
import { sentence } from "./words.js";

const TRIES = 6; // while the server is busy
const PAUSE = 1000; // ms between them, if the server names no other

/** @type {Record<string, string>} what to say to people where the server's own words are for programs. */
const WORDS = {
  unauthorised: "This server asks for a token. Try again to give it.",
  busy: "The server has too much to do. Try again in a while.",
};

const PASSING = ["busy", "stopped", "timeout", "too_slow", "unauthorised", "unknown", "unreachable"];

/**
 * Whether trying again may help.
 * @param {string} code of an error.
 */
export function isPassing(code) {
  return PASSING.includes(code);
}

/** Something that went wrong, in words for people. */
export class ServiceError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} [pause] ms until it is worth trying again.
   */
  constructor(code, message, pause = PAUSE) {
    super(message);
    this.code = code;
    this.pause = pause;
  }
}

/**
 * Read one picture.
 * @param {Blob} picture
 * @param {{page?: number, single?: boolean, signal?: AbortSignal, patient?: boolean}} [wishes] a patient one tries
 *   again while the server is busy.
 * @returns {Promise<import("./readings.js").Reading>}
 */
export function read(picture, { page = 1, single = false, signal, patient = true } = {}) {
  const [path, options] = asking("/v1/read", picture, { page, single, signal });
  return request(path, options, patient);
}

/**
 * Read a file's pages, from one on; it is sent once, unless the server has no time for all of them.
 * @param {Blob} file
 * @param {{page: number, single: boolean, signal: AbortSignal}} wishes
 * @returns {AsyncGenerator<import("./readings.js").Reading>} each page's, as soon as it is read.
 */
export async function* readPages(file, wishes) {
  let { page } = wishes;
  for (let more = true; more; ) {
    more = false;
    const [path, options] = asking("/v1/pages/read", file, { ...wishes, page });
    for await (const line of linesOf(await respond(path, options, true))) {
      const answer = JSON.parse(line);
      if (answer.more) {
        more = true;
        continue;
      }
      page = answer.page + 1;
      yield answer;
    }
  }
}

/**
 * @param {string} path
 * @param {Blob} picture
 * @param {{page: number, single: boolean, signal?: AbortSignal}} wishes
 * @returns {[string, RequestInit & {headers: Record<string, string>}]} what to ask for, and how.
 */
function asking(path, picture, { page, single, signal }) {
  const query = new URLSearchParams({ detail: "true", single: String(single), page: String(page) });
  const isPicture = picture.type.startsWith("image/") || picture.type === "application/pdf";
  const headers = { "Content-Type": isPicture ? picture.type : "application/octet-stream" };
  return [`${path}?${query}`, { method: "POST", body: picture, headers, signal }];
}

/** @param {Response} response */
async function* linesOf(response) {
  const stream = /** @type {ReadableStream<Uint8Array>} */ (response.body).pipeThrough(new TextDecoderStream());
  const reader = stream.getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** @returns {Promise<{name: string, version: string, card: string, metrics: object, confusion: any}>} */
export function describeModel() {
  return request("/v1/model");
}

/**
 * Ask why a digit was read as it was.
 * @param {string} image the 28×28 that the model saw, a PNG in base64.
 * @param {number} value what was read.
 * @returns {Promise<{words: string, picture: string}>} in words, and as a PNG in base64.
 */
export function explainDigit(image, value) {
  const headers = { "Content-Type": "application/json" };
  return request("/v1/explain", { method: "POST", body: JSON.stringify({ image, value }), headers });
}

/**
 * @typedef {object} Teaching
 * @property {number} corrections of digits, to learn from.
 * @property {string} model that reads.
 * @property {boolean} can_take_back
 * @property {"idle" | "learning" | "learned" | "failed"} state
 * @property {string} doing
 * @property {number} done
 * @property {number} total
 * @property {{n: number, known: string, held_back: {n: number, before: number, after: number}, forgotten: number,
 *   notes: string[]} | null} outcome
 * @property {string} message
 */

/** @returns {Promise<Teaching>} */
export function describeTeaching() {
  return request("/v1/teaching");
}

/** @returns {Promise<Teaching>} */
export function learn() {
  return request("/v1/teaching", { method: "POST" });
}

/** @returns {Promise<Teaching>} */
export function takeBack() {
  return request("/v1/teaching", { method: "DELETE" });
}

/** @returns {Promise<{corrections: boolean, teaching: boolean, explanations: boolean, max_body: number, version: string}>} */
export function settings() {
  return request("/v1/settings");
}

/**
 * @param {{picture_crop: string, predicted: number | null, corrected: number | "none", confidence: number,
 *   model: string}} correction
 * @returns {Promise<{id: number}>}
 */
export function keepCorrection(correction) {
  const headers = { "Content-Type": "application/json" };
  return request("/v1/corrections", { method: "POST", body: JSON.stringify(correction), headers });
}

/** @param {number} id that keeping it gave. */
export function forgetCorrection(id) {
  return request(`/v1/corrections/${id}`, { method: "DELETE" });
}

/**
 * @param {string} path
 * @param {RequestInit & {headers?: Record<string, string>}} [options]
 * @param {boolean} [patient]
 */
async function request(path, options = {}, patient = true) {
  const response = await respond(path, options, patient);
  return response.status === 204 ? null : response.json();
}

/**
 * @param {string} path
 * @param {RequestInit & {headers?: Record<string, string>}} options
 * @param {boolean} patient
 * @returns {Promise<Response>} one that is no error.
 */
async function respond(path, options, patient) {
  for (let tries = 1; ; tries += 1) {
    const response = await send(path, options);
    if (response.ok) return response;
    if (response.status === 401 && (await askForToken(tries > 1))) continue;
    const error = await explain(response);
    if (response.status !== 503 || !patient || tries === TRIES) throw error;
    await new Promise((resume) => setTimeout(resume, error.pause));
    options.signal?.throwIfAborted();
  }
}

/**
 * @param {string} path
 * @param {RequestInit & {headers?: Record<string, string>}} options
 */
async function send(path, options) {
  try {
    return await fetch(path, { ...options, headers: { ...options.headers, ...tokenHeader() } });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ServiceError(
      "unreachable",
      "The server does not answer. See that “inkdigits serve” is still running, then try again.",
    );
  }
}

/** @param {Response} response */
async function explain(response) {
  const { error } = await response.json().catch(() => ({ error: null }));
  const seconds = Number(response.headers.get("Retry-After"));
  const code = error?.code ?? (response.status === 503 ? "busy" : "unknown");
  const words = error?.message ? sentence(error.message) : `The server answered ${response.status}. Try again later.`;
  return new ServiceError(code, WORDS[code] ?? words, seconds > 0 ? 1000 * seconds : PAUSE);
}
