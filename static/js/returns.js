/* The grid of a return: arrows and Enter move between cells, a pasted column fills downwards, and leaving
   with unsaved figures asks first. Without it the form works as any other. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-grid]");
  if (!form) return;
  const cells = Array.from(form.querySelectorAll("input[name^='v-']"));
  let dirty = false;

  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  form.addEventListener("keydown", (event) => {
    const place = cells.indexOf(event.target);
    if (place < 0 || event.isComposing) return;
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = cells[place + step];
    if (next) { show(next); next.focus(); next.select(); }
  });

  // A folded table opens for whoever comes to one of its cells by key or by link.
  function show(element) {
    const fold = element.closest("details.formpart");
    if (fold) fold.open = true;
  }

  function showTarget() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) { show(target); target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", showTarget);
  showTarget();

  form.addEventListener("paste", (event) => {
    const place = cells.indexOf(event.target);
    const text = (event.clipboardData || window.clipboardData).getData("text");
    if (place < 0 || !text.includes("\n")) return;
    event.preventDefault();
    const rows = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
    rows.forEach((row, index) => {
      const cell = cells[place + index];
      if (cell) cell.value = row.split("\t")[0].trim();
    });
    dirty = true;
  });
})();
