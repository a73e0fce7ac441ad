/* Progress of an upload. Without it the form is sent the plain way. */
(function () {
  "use strict";

  function show(form, share, words) {
    const state = form.querySelector("[data-upload-state]");
    state.hidden = false;
    if (share === null) state.querySelector("progress").removeAttribute("value");
    else state.querySelector("progress").value = share;
    state.querySelector("[data-upload-share]").textContent = words;
  }

  function send(form) {
    const button = form.querySelector("button[type=submit]");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const share = Math.floor((event.loaded / event.total) * 100);
      show(form, share, share < 100 ? "已上传 " + share + "%" : "已上传，正在检查……");
      if (share >= 100) show(form, null, "已上传，正在检查……");
    });
    request.addEventListener("load", () => {
      // The answer is a page: show it as if the form had been sent the plain way.
      window.history.replaceState(null, "", request.responseURL);
      if (request.status < 400 && request.responseURL !== form.action) {
        window.location.replace(request.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.title = page.title;
      document.body.replaceWith(document.adoptNode(page.body));
      start();
      const summary = document.querySelector("[data-focus]");
      if (summary) summary.focus();
    });
    request.addEventListener("error", () => {
      button.disabled = false;
      show(form, 0, "网络中断，未上传。请检查网络后重试。");
    });
    button.disabled = true;
    show(form, 0, "正在上传……");
    request.send(new FormData(form));
  }

  function start() {
    document.querySelectorAll("form[data-upload]").forEach((form) => {
      const input = form.querySelector("input[type=file]");
      form.addEventListener("submit", (event) => {
        if (!input.files.length) return;
        event.preventDefault();
        send(form);
      });
      input.addEventListener("change", () => {
        const file = input.files[0];
        if (!file) return;
        form.querySelector("[data-upload-name]").textContent =
          file.name + "（" + Math.max(1, Math.round(file.size / 1024)).toLocaleString("zh-CN") + " KB）";
        show(form, 0, "待上传");
      });
      ["dragover", "dragleave", "drop"].forEach((kind) =>
        form.addEventListener(kind, (event) => {
          event.preventDefault();
          form.toggleAttribute("data-over", kind === "dragover");
          if (kind === "drop" && event.dataTransfer.files.length) {
            input.files = event.dataTransfer.files;
            input.dispatchEvent(new Event("change"));
          }
        }),
      );
    });
  }

  start();
})();
