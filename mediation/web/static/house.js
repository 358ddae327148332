// What makes the pages quicker to work with; without it they work too.
(function () {
  "use strict";

  // A form goes out once, however often the button is pressed; one that answers with a file leaves the page standing, and
  // its next button is as good as the first.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    if (form.dataset.twice === "yes") return;
    form.dataset.sent = "yes";
    window.setTimeout(function () { form.dataset.sent = ""; }, 8000);
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
    var own = new RegExp("^((?:f\\.)?" + button.value.replace(/\./g, "\\.") + "\\.)\\d+\\."); // the number of this list's row, not of one around or within it
    row.querySelectorAll(".fault").forEach(function (one) { one.remove(); });
    row.querySelectorAll("[name], [id], [for], [aria-describedby], [data-add-row]").forEach(function (one) {
      ["name", "id", "for", "aria-describedby", "data-add-row"].concat(one.tagName === "BUTTON" ? "value" : []).forEach(function (what) {
        if (one.hasAttribute(what)) one.setAttribute(what, one.getAttribute(what).replace(own, "$1" + next + "."));
      });
      one.removeAttribute("aria-invalid");
      if (one.tagName === "BUTTON") return;
      if (one.type === "checkbox" || one.type === "radio") one.checked = false;
      else if (one.tagName === "SELECT") one.selectedIndex = 0;
      else if ("value" in one) one.value = "";
    });
    row.querySelectorAll("[data-ordinal]").forEach(function (one) { one.textContent = next + 1; });
    list.appendChild(row);
    var first = row.querySelector("input, select, textarea");
    if (first) first.focus();
  });

  // Where the tabs are wider than the screen, the one that is open is in sight.
  document.querySelectorAll(".tabs [aria-current]").forEach(function (one) {
    one.parentNode.scrollLeft = one.offsetLeft + one.offsetWidth / 2 - one.parentNode.clientWidth / 2;
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
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target.matches && event.target.matches("input:not([type=checkbox]), textarea, select"))) return;
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
