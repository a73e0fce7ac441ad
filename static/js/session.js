/* Two minutes before a session ends for want of requests, say so and offer to stay. Works without: the page
   that answers a late post gives back what was typed. */
(function () {
  "use strict";

  const script = document.currentScript;
  const seconds = Number(script && script.dataset.seconds);
  if (!seconds || seconds < 180) return;
  const KEY = "portal-seen";
  const WARN = 120;
  let box = null;

  // Tabs share what they know of the last request; without storage each counts for itself.
  let own = Date.now();
  const note = () => {
    own = Date.now();
    try { window.localStorage.setItem(KEY, String(own)); } catch (error) { /* private window */ }
  };
  const last = () => {
    try { return Math.max(own, Number(window.localStorage.getItem(KEY)) || 0); } catch (error) { return own; }
  };
  const left = () => Math.round(seconds - (Date.now() - last()) / 1000);

  const hide = () => { if (box) { box.remove(); box = null; } };

  const stay = async () => {
    const answer = await fetch("/accounts/me/", { method: "HEAD", credentials: "same-origin", redirect: "manual" });
    if (answer.ok) { note(); hide(); } else { say("登录已超时。页面上的内容还在，提交时会请您重新登录。", false); }
  };

  const say = (words, canStay) => {
    if (!box) {
      box = document.createElement("div");
      box.className = "notice notice--warning";
      box.setAttribute("role", "alertdialog");
      box.setAttribute("aria-label", "登录即将超时");
      const main = document.getElementById("main");
      main.insertBefore(box, main.firstChild);
    }
    const body = document.createElement("div");
    body.className = "notice__body";
    const text = document.createElement("p");
    text.textContent = words;
    body.appendChild(text);
    if (canStay) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-primary btn-sm";
      button.textContent = "继续使用";
      button.addEventListener("click", stay);
      body.appendChild(button);
    }
    box.replaceChildren(body);
  };

  note();
  document.addEventListener("htmx:afterRequest", note);
  window.setInterval(() => {
    const rest = left();
    if (rest > WARN) { hide(); return; }
    if (rest <= 0) { say("登录已超时。页面上的内容还在，提交时会请您重新登录。", false); return; }
    if (!box) {
      say("两分钟内没有操作将自动退出登录，未提交的内容请尽快保存。", true);
      box.scrollIntoView({ block: "nearest" });
    }
  }, 5000);
})();
