// The board by keyboard: a key does what the button that bears it does, in the row chosen with j and k, else on the page.
(function () {
  "use strict";

  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  var where = "board:" + location.pathname + location.search;
  var bulk = document.getElementById("bulk");

  function chosen() { return document.querySelector("[data-row][aria-selected=true]"); }

  function press(one) {
    if (one.dataset.hash) { location.href = one.href + one.dataset.hash; return; }
    one.click();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target.matches && event.target.matches("input:not([type=checkbox]), textarea, select"))) return;
    if (!/^[a-z0-9]$/.test(event.key)) return;
    var row = chosen();
    var one = (row && row.querySelector('[data-key="' + event.key + '"]')) || document.querySelector('[data-page-key="' + event.key + '"]');
    if (one) { event.preventDefault(); press(one); return; }
    if (event.key === "b" && bulk) { event.preventDefault(); bulk.scrollIntoView({ block: "nearest" }); bulk.focus(); }
  });

  // Ticks are counted where they count.
  var count = document.querySelector("[data-ticked]");
  function tell() { if (count) count.textContent = document.querySelectorAll("[data-row] input[type=checkbox]:checked").length; }
  document.addEventListener("change", function () { tell(); if (box) box.setCustomValidity(""); });
  tell();

  // What is done to all that are ticked wants ticks, and what stands beside its button; asked for here, the ticks are kept.
  var box = document.querySelector("[data-row] input[type=checkbox]");
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button");
    if (!button || !box || !bulk) return;
    box.setCustomValidity("");
    bulk.querySelectorAll("[required]").forEach(function (one) { one.required = false; });
    if (button.name !== "all") return;
    if (!document.querySelector("[data-row] input[type=checkbox]:checked")) box.setCustomValidity(bulk.dataset.none);
    var beside = button.closest(".row");
    [beside && beside.querySelector("select"), button.value === "decline" && document.getElementById("because")].forEach(function (one) {
      if (one) one.required = true;
    });
  });

  // After an act the same place in the list is chosen again.
  var form = document.getElementById("board");
  if (form) form.addEventListener("submit", function () {
    var at = rows.indexOf(chosen());
    if (at >= 0) sessionStorage.setItem(where, String(at));
  });
  var last = sessionStorage.getItem(where);
  sessionStorage.removeItem(where);
  if (last !== null) window.addEventListener("load", function () {
    for (var step = 0; step <= Number(last); step += 1) document.dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
  });

  // An address that names an act opens it.
  var act = location.hash && document.getElementById(location.hash.slice(1));
  if (act && act.tagName === "DETAILS") {
    act.open = true;
    var first = act.querySelector("input:not([type=hidden]), select, textarea, button");
    if (first) first.focus();
  }
})();
