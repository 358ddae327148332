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
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName || "")) return;
    if (!/^[a-z0-9]$/.test(event.key)) return;
    var row = chosen();
    var one = (row && row.querySelector('[data-key="' + event.key + '"]')) || document.querySelector('[data-page-key="' + event.key + '"]');
    if (one) { event.preventDefault(); press(one); return; }
    if (event.key === "b" && bulk) { event.preventDefault(); bulk.scrollIntoView({ block: "nearest" }); bulk.focus(); }
  });

  // Ticks are counted where they count.
  var count = document.querySelector("[data-ticked]");
  function tell() { if (count) count.textContent = document.querySelectorAll("[data-row] input[type=checkbox]:checked").length; }
  document.addEventListener("change", tell);
  tell();

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
