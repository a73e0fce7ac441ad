/* Near me: asks the browser where one is, rounds it to about a hundred metres, and opens the menu from there. */
(function () {
  "use strict";

  const button = document.querySelector("[data-near]");
  if (!button || !("geolocation" in navigator)) return;
  const note = document.querySelector("[data-near-note]");
  button.hidden = false;

  button.addEventListener("click", () => {
    button.disabled = true;
    note.textContent = "正在询问浏览器……";
    navigator.geolocation.getCurrentPosition(
      (found) => {
        const place = [found.coords.latitude, found.coords.longitude].map((one) => one.toFixed(3)).join(",");
        const asked = new URLSearchParams(new FormData(button.form));
        asked.set("near", place);
        window.location.assign(`${button.form.action}?${asked}`);
      },
      () => {
        button.disabled = false;
        note.textContent = "没有得到位置。您可以在旁边选择一个街道，再点“按距离排”。";
      },
      { maximumAge: 300000, timeout: 10000 }
    );
  });
})();
