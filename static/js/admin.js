/* The admin's own page template has no place for the display choices of the server: carry them over. */
(function () {
  "use strict";
  const choice = document.querySelector('meta[name="portal-display"]').content.split(" ");
  if (choice[0] !== "auto") document.documentElement.dataset.theme = choice[0];
  if (choice[1] === "large") document.documentElement.dataset.type = "large";

  // The admin's search-as-you-type fields lose the name of their label: give it back.
  function nameSearchFields() {
    document.querySelectorAll(".select2-container").forEach((box) => {
      const select = box.previousElementSibling;
      const label = select && select.id && document.querySelector('label[for="' + CSS.escape(select.id) + '"]');
      const fields = box.querySelectorAll("[role=combobox], [role=textbox][aria-readonly], .select2-search__field");
      if (!label) return;
      fields.forEach((field) => {
        if (field.hasAttribute("aria-label")) return;
        field.removeAttribute("aria-labelledby");
        field.setAttribute("aria-label", label.textContent.replace(/[:：]\s*$/, "").trim());
      });
    });
  }
  new MutationObserver(nameSearchFields).observe(document, { childList: true, subtree: true });
})();
