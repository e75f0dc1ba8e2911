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
