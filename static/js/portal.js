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

  // Choices too many to send along: ask for those that fit what was typed.
  document.querySelectorAll("input[data-options]").forEach((input) => {
    let timer = 0;
    let asked = "";
    input.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(async () => {
        const q = input.value.trim();
        if (!q || q === asked) return;
        asked = q;
        const address = new URL(input.dataset.options, window.location.origin);
        address.searchParams.set("q", q);
        const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
        if (!answer || !answer.ok || asked !== q) return;
        const options = (await answer.json()).slice(0, 50).map((text) => {
          const option = document.createElement("option");
          option.value = text;
          return option;
        });
        input.list.replaceChildren(...options);
      }, 250);
    });
  });
})();
