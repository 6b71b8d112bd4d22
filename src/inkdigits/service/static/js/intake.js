/** Pictures from this device: chosen, photographed, dropped or pasted, whole folders too. */

import { byId } from "./dom.js";

const SUFFIXES = /\.(avif|bmp|dib|gif|heic|heif|jfif|jp2|jpe?g|pbm|pdf|pgm|png|pnm|ppm|tga|tiff?|webp)$/i;

/** @typedef {{file: File, name: string}} Found a file, and its path from the folder that was given. */

/**
 * Listen for pictures in all ways that they may come.
 * @param {(found: Found[]) => void} onPictures
 */
export function listenForPictures(onPictures) {
  for (const id of ["choose-pictures", "choose-folder", "take-photo"]) {
    const input = /** @type {HTMLInputElement} */ (byId(id));
    input.addEventListener("change", () => {
      onPictures(inOrder([...(input.files ?? [])].map(named)));
      input.value = ""; // so that the same can be chosen again
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    onPictures(files.map(named));
  });
  listenForDrops(onPictures);
}

/** @param {(found: Found[]) => void} onPictures */
function listenForDrops(onPictures) {
  const veil = byId("drop-veil");
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  document.addEventListener("drop", async (event) => {
    veil.hidden = true;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    // Entries must be asked for before anything is waited for; after that, the list is empty.
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const found = await Promise.all(items.map((item) => unpack(item.webkitGetAsEntry(), item.getAsFile())));
    onPictures(found.flat());
  });
}

/**
 * Return a dropped file, or all pictures in a dropped folder.
 * @param {FileSystemEntry | null} entry
 * @param {File | null} file
 * @returns {Promise<Found[]>}
 */
async function unpack(entry, file) {
  if (entry?.isDirectory) return inOrder(await inFolder(/** @type {FileSystemDirectoryEntry} */ (entry)));
  return file ? [named(file)] : [];
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<Found[]>}
 */
async function inFolder(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found; // browsers give a hundred at a time
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...(await inFolder(/** @type {FileSystemDirectoryEntry} */ (entry))));
      else found.push(await fromEntry(/** @type {FileSystemFileEntry} */ (entry)));
    }
  }
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<Found>}
 */
async function fromEntry(entry) {
  /** @type {File} */
  const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
  return { file, name: entry.fullPath.replace(/^\//, "") };
}

/**
 * @param {File} file
 * @returns {Found}
 */
function named(file) {
  return { file, name: file.webkitRelativePath || file.name };
}

/**
 * Leave out what folders hold beside pictures; sort the rest as people do, 2 before 10.
 * @param {Found[]} found
 */
function inOrder(found) {
  const pictures = found.filter(({ file, name }) => !name.includes("/") || SUFFIXES.test(file.name));
  return pictures.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
}
