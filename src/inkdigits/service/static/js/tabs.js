/** Tabs: one panel is shown; the arrow keys go from one tab to the next. */

/**
 * @param {HTMLElement} list
 * @param {() => void} onShow told when another panel is shown.
 * @returns {(panel: string) => void} shows the panel with an id.
 */
export function makeTabs(list, onShow) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
  const panelOf = (/** @type {HTMLElement} */ tab) => tab.getAttribute("aria-controls") ?? "";

  /** @param {string} shown */
  function show(shown) {
    for (const tab of tabs) {
      const isShown = panelOf(tab) === shown;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      /** @type {HTMLElement} */ (document.getElementById(panelOf(tab))).hidden = !isShown;
    }
    onShow();
  }

  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => show(panelOf(tab)));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = tabs[(place + step + tabs.length) % tabs.length];
      next.focus();
      show(panelOf(next));
    });
  });
  return show;
}
