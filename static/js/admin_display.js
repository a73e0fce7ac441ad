/* The admin's own page template has no place for the display choices of the server: carry them over. */
(function () {
  "use strict";
  const choice = document.querySelector('meta[name="portal-display"]').content.split(" ");
  if (choice[0] !== "auto") document.documentElement.dataset.theme = choice[0];
  if (choice[1] === "large") document.documentElement.dataset.type = "large";
})();
