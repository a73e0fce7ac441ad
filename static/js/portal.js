/* Small helps. Every page works without them. */
(function () {
  "use strict";

  // The summary of errors is where a person continues.
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Where the browser cannot keep folds open on a wide screen by style, open them.
  const wide = window.matchMedia("(min-width: 62rem)");
  if (wide.matches && !CSS.supports("selector(::details-content)")) {
    document.querySelectorAll("details.fold").forEach((fold) => { fold.open = true; });
  }

  // A table wider than its frame says on which side there is more.
  const frames = new ResizeObserver((changes) => changes.forEach((change) => sides(change.target)));
  function sides(frame) {
    const rest = frame.scrollWidth - frame.clientWidth;
    const left = frame.scrollLeft > 4;
    const right = rest - frame.scrollLeft > 4;
    if (rest > 4) frame.dataset.more = left && right ? "both" : left ? "left" : "right";
    else delete frame.dataset.more;
  }
  document.querySelectorAll(".tablewrap").forEach((frame) => {
    frames.observe(frame);
    frame.addEventListener("scroll", () => sides(frame), { passive: true });
  });

  // Escape closes the menu of the phone.
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A second click on a button that is already sending does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // "Choose all" for tables with a choice per row.
  document.querySelectorAll("form th.pick").forEach((head) => {
    const boxes = head.closest("form").querySelectorAll("td.pick input[type=checkbox]");
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", "全选本页");
    all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
    head.replaceChildren(all);
  });
})();
