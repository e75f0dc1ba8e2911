// Small comforts; every page works without them.
(() => {
  "use strict";

  // After an answer with problems, reading starts at the list of them.
  const focusProblems = (root) => {
    const summary = root.querySelector("[data-error-summary]:not([data-still] *)");
    if (summary) summary.focus();
  };
  document.addEventListener("DOMContentLoaded", () => focusProblems(document));
  document.addEventListener("htmx:afterSwap", (event) => focusProblems(event.detail.elt));

  // Following a problem's link puts the cursor into its field.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    (field.closest(".field") || field).scrollIntoView({ block: "start" });
  });

  // The address of a search says what was asked for and nothing more.
  document.querySelector("form[data-lean]")?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    if (!formData.has("near")) formData.delete("within");
  });

  // What is being typed is kept on the server. Where that did not work (no network, signed out), the page
  // says so, tries again with a fresh token, and neither leaves nor sends the form before it has worked.
  // Who leaves at once is asked nothing.
  let isLeaving = false;
  const draft = document.querySelector("[data-draft]");
  if (draft) {
    const form = draft.closest("form");
    let isKept = true, sentWith = null;
    const tryAgain = async () => {
      const page = await fetch(location.href).then((answer) => answer.text()).catch(() => "");
      const token = new DOMParser().parseFromString(page, "text/html").querySelector("form [name=words]")
        ?.form.querySelector("[name=csrfmiddlewaretoken]");
      if (token) form.elements.csrfmiddlewaretoken.value = token.value;
      htmx.trigger(draft, "keep");
    };
    form.addEventListener("input", () => { isKept = false; });
    draft.addEventListener("htmx:beforeSwap", (event) => {
      event.detail.shouldSwap = event.detail.xhr.getResponseHeader("X-Kept") !== null;
    });
    draft.addEventListener("htmx:afterRequest", (event) => {
      isKept = event.detail.xhr?.getResponseHeader("X-Kept") != null;
      draft.classList.toggle("is-unkept", !isKept);
      const button = sentWith;
      sentWith = null;
      if (isKept && button) {
        isLeaving = true;
        form.requestSubmit(button);
      }
      if (isKept) return;
      draft.textContent = draft.dataset.unkept;
      if (button) draft.scrollIntoView({ block: "center" });
      setTimeout(tryAgain, 5000);
    });
    // What has not been kept yet is kept first: the form may meet a login that has ended.
    form.addEventListener("submit", (event) => {
      if (isLeaving || isKept) {
        isLeaving = true;
        return;
      }
      event.preventDefault();
      sentWith = event.submitter;
      htmx.trigger(draft, "keep");
    });
    // A phone that goes to another app does not wait for the timer.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && !isKept && !isLeaving) htmx.trigger(draft, "keep");
    });
    addEventListener("beforeunload", (event) => { if (!isKept && !isLeaving) event.preventDefault(); });
  }

  // Leaving at once: the page is blank before the other one has come, and does not stay behind in "Back".
  // Shift three times within five seconds does the same, as on GOV.UK; another key in between begins anew.
  const exit = document.querySelector("[data-quick-exit]");
  if (exit) {
    const status = document.querySelector("[data-quick-exit-status]");
    let presses = 0, isAlone = false, timer;
    const say = (words) => { status.textContent = words; };
    const begin = () => { presses = 0; clearTimeout(timer); };
    const leave = () => {
      isLeaving = true;
      document.title = "";
      document.body.classList.add("is-leaving");
      location.replace(exit.href);
    };
    exit.addEventListener("click", (event) => { event.preventDefault(); leave(); });
    addEventListener("keydown", (event) => { isAlone = event.key === "Shift"; if (!isAlone) begin(); });
    addEventListener("keyup", (event) => {
      if (event.key !== "Shift" || !isAlone) return;
      presses += 1;
      if (presses === 3) return leave();
      say(presses === 1 ? exit.dataset.more : exit.dataset.onceMore);
      clearTimeout(timer);
      timer = setTimeout(() => { begin(); say(exit.dataset.over); }, 5000);
    });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // An open menu closes with Escape and with a click elsewhere.
  const openMenu = () => document.querySelector("details.menu[open]");
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && openMenu();
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const menu = openMenu();
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
})();
