/* A form filled in where there is no signal: what is typed is kept on this device until it was saved. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-offline]");
  if (!form) return;
  const key = "draft:" + form.dataset.offline;
  const state = document.querySelector("[data-offline-state]");
  const say = (words) => { if (state) state.textContent = words; };
  const parts = () => Array.from(form.elements).filter(
    (part) => part.name && part.type !== "hidden" && part.type !== "submit" && part.type !== "file"
  );

  function keep() {
    const values = {};
    parts().forEach((part) => {
      if (part.type === "radio" || part.type === "checkbox") {
        if (part.checked) values[part.name] = part.value;
      } else {
        values[part.name] = part.value;
      }
    });
    const seen = form.elements.seen ? form.elements.seen.value : "";
    localStorage.setItem(key, JSON.stringify({ seen: seen, values: values }));
    say(navigator.onLine ? "已存在本机，请记得保存。" : "没有网络：已存在本机，恢复后再保存。");
  }

  // What was typed since the last save comes back; once the server has a newer state, it wins.
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (kept && form.elements.seen && kept.seen === form.elements.seen.value) {
      parts().forEach((part) => {
        if (!(part.name in kept.values)) return;
        if (part.type === "radio" || part.type === "checkbox") part.checked = part.value === kept.values[part.name];
        else part.value = kept.values[part.name];
      });
      say("已恢复本机上未保存的内容。");
    } else {
      localStorage.removeItem(key);
    }
  } catch (fault) {
    localStorage.removeItem(key);
  }

  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    keep();
  });
  window.addEventListener("online", () => say("网络已恢复，请保存。"));
  window.addEventListener("offline", () => say("没有网络：填写的内容存在本机。"));
})();
