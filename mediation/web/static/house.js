// What makes the pages quicker to work with; without it they work too.
(function () {
  "use strict";

  // A form goes out once, however often the button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.dataset.twice === "yes") return;
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(function () { form.dataset.sent = ""; }, 8000);
  });

  // What was typed is kept in this tab until it has been sent, whatever happens to the connection or the login.
  document.querySelectorAll("form[data-keep]").forEach(function (form) {
    var key = "kept:" + location.pathname + ":" + form.dataset.keep;
    function fields() {
      return Array.prototype.filter.call(form.elements, function (one) {
        return one.name && ["hidden", "file", "password", "submit", "button"].indexOf(one.type) < 0;
      });
    }
    if (form.dataset.done === "yes") sessionStorage.removeItem(key);
    var kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(key)); } catch (error) { kept = null; }
    if (kept && !form.hasAttribute("data-filled")) {
      fields().forEach(function (one, at) {
        var value = kept[one.name + "#" + at];
        if (value === undefined) return;
        if (one.type === "checkbox" || one.type === "radio") one.checked = value; else one.value = value;
      });
    }
    form.addEventListener("input", function () {
      var now = {};
      fields().forEach(function (one, at) {
        now[one.name + "#" + at] = one.type === "checkbox" || one.type === "radio" ? one.checked : one.value;
      });
      try { sessionStorage.setItem(key, JSON.stringify(now)); } catch (error) { /* full or forbidden: the form still works */ }
    });
  });
  document.querySelectorAll("[data-forget]").forEach(function (one) {
    Object.keys(sessionStorage).forEach(function (key) {
      if (key.indexOf("kept:" + one.dataset.forget) === 0) sessionStorage.removeItem(key);
    });
  });

  // One more of what can be said several times.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-add-row]");
    if (!button) return;
    event.preventDefault();
    var list = document.getElementById(button.dataset.addRow);
    var last = list.lastElementChild;
    var row = last.cloneNode(true);
    var next = list.children.length;
    row.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach(function (one) {
      ["name", "id", "for", "aria-describedby"].forEach(function (what) {
        if (one.hasAttribute(what)) one.setAttribute(what, one.getAttribute(what).replace(/\.\d+\./, "." + next + "."));
      });
      if (one.type === "checkbox" || one.type === "radio") one.checked = false;
      else if (one.tagName === "SELECT") one.selectedIndex = 0;
      else if ("value" in one) one.value = "";
    });
    row.querySelectorAll("[data-ordinal]").forEach(function (one) { one.textContent = next + 1; });
    list.appendChild(row);
    var first = row.querySelector("input, select, textarea");
    if (first) first.focus();
  });

  // By keyboard: / to search, j and k along the rows, Enter to open, x to tick.
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  var at = -1;
  function choose(next) {
    if (!rows.length) return;
    if (at >= 0) rows[at].removeAttribute("aria-selected");
    at = Math.max(0, Math.min(rows.length - 1, next));
    rows[at].setAttribute("aria-selected", "true");
    rows[at].scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === "/") {
      var find = document.querySelector("[data-find]");
      if (find) { event.preventDefault(); find.focus(); }
    } else if (event.key === "j") choose(at + 1);
    else if (event.key === "k") choose(at - 1);
    else if (event.key === "x" && at >= 0) { var tick = rows[at].querySelector("input[type=checkbox]"); if (tick) tick.click(); }
    else if (event.key === "Enter" && at >= 0) { var link = rows[at].querySelector("a"); if (link && event.target.tagName !== "A" && event.target.tagName !== "BUTTON") link.click(); }
  });

  document.querySelectorAll("[data-print]").forEach(function (one) {
    one.hidden = false;
    one.addEventListener("click", function () { window.print(); });
  });
})();
