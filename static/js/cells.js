/* A form that several people fill: every cell is saved as it is left, and sent again where the network was away;
   what others change in the meantime appears. In a grid (cells named v-…) arrows and Enter move between cells and a
   pasted block fills them; in a plain form a cell says its key in data-cell. Without it the form works as any other. */
(function () {
  "use strict";

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

  const form = document.querySelector("form[data-grid]");
  if (!form) return;
  const address = form.dataset.grid;
  const kept = "return:" + address;
  const cells = Array.from(form.querySelectorAll("input[name^='v-'], [data-cell]"));
  const byKey = new Map(cells.map((cell) => [keyOf(cell), cell]));
  const personal = new Set(cells.filter((cell) => cell.hasAttribute("data-personal")).map(keyOf));
  const token = form.querySelector("input[name='csrfmiddlewaretoken']").value;
  const state = document.querySelector("[data-save-state]");
  let since = form.dataset.at;
  let pending = {};      // typed and not yet with the server: key → {text, note, seen}
  let sending = false;
  let held = {};         // what the server refused as it is: not sent again before something is typed
  let halted = "";       // why nothing is sent any more
  let wait = 0;

  function isCell(input) { return Boolean(input.dataset.cell) || /^[vn]-/.test(input.name); }
  function isGrid(input) { return !input.dataset.cell && cells.includes(input); }
  function keyOf(input) { return input.dataset.cell || input.name.slice(2); }
  function rowOf(key) { return document.getElementById("c-" + key); }
  function partOf(kind, key) { return kind === "v" ? byKey.get(key) : form.elements[kind + "-" + key]; }
  function say(words, kind) {
    if (!state) return;
    state.textContent = words;
    state.dataset.kind = kind || "";
  }

  // ---- what waits is kept on this device until the server has it; what is about a person is not

  function keep() {
    const rest = Object.fromEntries(Object.entries(pending).filter(([key]) => !personal.has(key)));
    try {
      if (Object.keys(rest).length) window.localStorage.setItem(kept, JSON.stringify(rest));
      else window.localStorage.removeItem(kept);
    } catch (fault) { /* private window: kept on the page only */ }
  }

  function mark(key, words, kind) {
    const row = rowOf(key);
    const place = row && row.querySelector("[data-cell-state]");
    if (place) { place.textContent = words; place.dataset.kind = kind || ""; }
    if (row) row.classList.toggle("is-pending", Boolean(words) && kind !== "saved");
  }

  function markAll(keys, reason) { keys.forEach((key) => mark(key, "未保存：" + reason, "away")); }

  function typed(key) {
    const note = partOf("n", key);
    const before = pending[key];
    pending[key] = {
      text: partOf("v", key).value,
      note: note ? note.value : "",
      seen: before ? before.seen : partOf("s", key).value,
    };
    held = {};
    mark(key, "未保存");
    keep();
  }

  function whereKept(keys) {
    const own = keys.filter((key) => personal.has(key)).length;
    const rest = keys.length - own;
    return [rest ? rest + " 项存在本机" : "", own ? own + " 项个人信息只在本页，请不要关闭" : ""].filter(Boolean).join("，");
  }
  function words(count) { return count ? count + " 项未保存" : "全部已保存"; }

  // ---- sending

  function body(keys) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token);
    data.append("since", since);
    keys.forEach((key) => {
      data.append("v-" + key, pending[key].text);
      data.append("n-" + key, pending[key].note);
      data.append("s-" + key, pending[key].seen);
    });
    return data;
  }

  async function send() {
    const keys = Object.keys(pending).filter((key) => !held[key]);
    if (sending || halted || !keys.length) return;
    sending = true;
    const sent = Object.fromEntries(keys.map((key) => [key, JSON.stringify([pending[key].text, pending[key].note])]));
    say("正在保存…");
    try {
      const answer = await fetch(address, { method: "POST", body: body(keys), credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        halt("登录已超时：未保存的 " + whereKept(keys) + "，重新登录后回到本页会自动补存。");
        markAll(keys, "登录已超时");
      } else if (answer.status === 409 || answer.status === 404) {
        const told = answer.status === 409 ? (await answer.json()).refused : "这里已不能填写。";
        halt(told + "未保存的 " + whereKept(keys) + "。");
        markAll(keys, told);
      } else if (!answer.ok) {
        throw new Error(String(answer.status));
      } else {
        const told = await answer.json();
        wait = 0;
        keys.forEach((key) => {
          const now = pending[key];
          if (!now) return;
          const own = told.cells[key];
          const reason = (told.refused || {})[key];
          if (reason) {
            if (JSON.stringify([now.text, now.note]) === sent[key]) { held[key] = true; mark(key, "未保存：" + reason, "away"); }
            return;
          }
          if (JSON.stringify([now.text, now.note]) === sent[key]) delete pending[key];
          else if (own && !told.conflicts[key]) now.seen = own.seen;
          if (!pending[key]) mark(key, told.saved || "", "saved");
        });
        keep();
        take(told);
        const left = Object.keys(pending).length;
        say(left ? words(left) : (told.saved || words(0)), left ? "away" : "saved");
      }
    } catch (fault) {
      wait = Math.min(wait ? wait * 2 : 2, 30);
      markAll(keys, "网络中断，恢复后自动重发");
      say("网络中断：" + keys.length + " 项未保存（" + whereKept(keys) + "），恢复后自动重发。", "away");
      window.setTimeout(send, wait * 1000);
    }
    sending = false;
    if (!wait && !halted) window.setTimeout(send, 50);
  }

  function halt(reason) { halted = reason; say(reason, "away"); }

  // ---- what the server says of cells: one's own and others'

  function take(told) {
    since = told.at;
    Object.entries(told.cells).forEach(([key, one]) => {
      const input = byKey.get(key);
      if (!input) return;
      if (!pending[key] && !told.conflicts[key]) {
        const note = partOf("n", key);
        const foreign = input.value !== one.text;
        if (document.activeElement !== input || input.tagName === "SELECT") input.value = one.text;
        if (note && document.activeElement !== note) note.value = one.note;
        partOf("s", key).value = one.seen;
        if (foreign && one.who && !one.own) mark(key, one.who + "刚改为“" + (one.said || one.text || "空") + "”", "others");
      }
      const who = rowOf(key).querySelector("[data-who]");
      if (who) who.textContent = one.who ? one.who + " " + one.when : "";
      const change = rowOf(key).querySelector("[data-change]");
      if (change) change.textContent = one.change;
    });
    Object.entries(told.conflicts).forEach(([key, one]) => dispute(key, one));
    if (told.faults) faults(told.faults);
    Object.entries(told.summary || {}).forEach(([name, text]) => {
      document.querySelectorAll("[data-sum='" + name + "']").forEach((place) => { place.textContent = text; });
    });
  }

  function faults(found) {
    form.querySelectorAll("[data-faults]").forEach((place) => {
      const own = found[place.dataset.faults] || [];
      place.replaceChildren(...own.map(([kind, sentence]) => {
        const line = document.createElement("span");
        line.className = "entry__fault" + (kind === "must" ? "" : " entry__fault--soft");
        line.textContent = sentence;
        return line;
      }));
      const key = place.dataset.faults;
      const row = rowOf(key);
      const wrong = own.some(([kind]) => kind === "must");
      row.classList.toggle("is-wrong", wrong);
      if (wrong) byKey.get(key).setAttribute("aria-invalid", "true");
      else byKey.get(key).removeAttribute("aria-invalid");
      const more = row.querySelector("details.entry__more");
      if (more && own.length) more.open = true;
    });
  }

  function dispute(key, one) {
    const place = rowOf(key).querySelector("[data-dispute]");
    const box = document.createElement("div");
    box.className = "entry__conflict";
    box.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = one.sentence;
    box.append(text, choice("保留对方的", () => {
      partOf("v", key).value = one.theirs;
      if (partOf("n", key)) partOf("n", key).value = one.their_note;
      partOf("s", key).value = one.seen;
      settle(key);
    }), choice("用我填的", () => {
      pending[key] = { text: one.mine, note: one.my_note, seen: one.seen };
      settle(key);
      keep();
      send();
    }));
    place.replaceChildren(box);
    show(place);
    mark(key, "与他人不一致，尚未保存");
    function settle() { place.replaceChildren(); mark(key, ""); }
  }

  function choice(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  async function look() {
    if (document.hidden || halted || sending || Object.keys(pending).some((key) => !held[key])) return;
    try {
      const answer = await fetch(address + "?since=" + encodeURIComponent(since), { credentials: "same-origin", redirect: "manual" });
      if (answer.ok) take(await answer.json());
    } catch (fault) { /* the next look will tell */ }
  }

  // ---- the person

  form.addEventListener("input", (event) => { if (isCell(event.target)) typed(keyOf(event.target)); });
  form.addEventListener("change", (event) => { if (isCell(event.target)) send(); });
  // What is sent as a whole stays on this device, too: should it not arrive, the next visit sends it again.
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (Object.keys(pending).length && !halted && !leaving) event.preventDefault();
  });
  window.addEventListener("online", () => { wait = 0; send(); });
  document.addEventListener("visibilitychange", look);
  window.setInterval(look, 10000);

  form.addEventListener("keydown", (event) => {
    const place = cells.indexOf(event.target);
    if (!isGrid(event.target) || event.isComposing) return;
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = cells[place + step];
    if (next) { show(next); next.focus(); next.select(); }
  });

  // A block from a spreadsheet: the first column goes down from here; of a row that begins with a cell's
  // code, its last column goes to that cell.
  form.addEventListener("paste", (event) => {
    const place = cells.indexOf(event.target);
    const text = (event.clipboardData || window.clipboardData).getData("text");
    if (!isGrid(event.target) || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    let at = place;
    text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line) => {
      const columns = line.split("\t").map((column) => column.trim());
      const named = byKey.get(columns[0]);
      const cell = named && columns.length > 1 ? named : cells[at];
      if (!named) at += 1;
      if (!cell) return;
      cell.value = named && columns.length > 1 ? columns[columns.length - 1] : columns[0];
      show(cell);
      typed(keyOf(cell));
    });
    send();
  });

  // What an earlier visit could not send, over what that visit had seen: the server tells whether it still fits.
  try {
    const rest = JSON.parse(window.localStorage.getItem(kept) || "{}");
    Object.entries(rest).forEach(([key, one]) => {
      if (!byKey.has(key) || typeof one.text !== "string") return;
      pending[key] = one;
      byKey.get(key).value = one.text;
      if (partOf("n", key)) partOf("n", key).value = one.note;
      mark(key, "未保存");
    });
    if (Object.keys(pending).length) { say("正在补存上次未保存的 " + Object.keys(pending).length + " 项…"); send(); }
  } catch (fault) {
    window.localStorage.removeItem(kept);
  }
})();
