// The session note's quick paragraphs; the agreement's clauses in rows, with the page that they make beside them.
(function () {
  "use strict";

  document.querySelectorAll("[data-with-append]").forEach(function (one) { one.hidden = false; });
  document.querySelectorAll("[data-append]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var note = document.getElementById(button.dataset.append);
      note.value = note.value.replace(/\s+$/, "") + (note.value.trim() ? "\n" : "") + button.textContent;
      note.focus();
      note.setSelectionRange(note.value.length, note.value.length);
      note.scrollTop = note.scrollHeight;
      note.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });

  var form = document.querySelector("form[data-preview]");
  if (!form) return;
  var rows = document.getElementById("clauses");

  function shown() {
    var clauses = rows.querySelectorAll("[data-clause]");
    clauses.forEach(function (row, at) {
      row.querySelectorAll("[name], [id], [for], [aria-describedby], [data-add-row], [value^='clauses.']").forEach(function (one) {
        ["name", "id", "for", "aria-describedby", "data-add-row", "value"].forEach(function (what) {
          var is = one.getAttribute(what);
          if (is && (what !== "value" || one.tagName === "BUTTON")) one.setAttribute(what, is.replace(/clauses\.\d+\./, "clauses." + at + "."));
        });
      });
      row.querySelector("[data-ordinal]").textContent = at + 1;
      row.querySelectorAll("[data-up], [data-down], [data-remove]").forEach(function (one) { one.hidden = clauses.length < 2; });
    });
  }

  rows.addEventListener("click", function (event) {
    var button = event.target.closest("[data-up], [data-down], [data-remove]");
    if (!button) return;
    var row = button.closest("[data-clause]");
    if (button.hasAttribute("data-remove")) row.remove();
    else if (button.hasAttribute("data-up") && row.previousElementSibling) rows.insertBefore(row, row.previousElementSibling);
    else if (button.hasAttribute("data-down") && row.nextElementSibling) rows.insertBefore(row.nextElementSibling, row);
    shown();
    soon();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-add-row]")) window.setTimeout(function () { shown(); }, 0);
  });

  var preview = document.getElementById("preview");
  var timer = 0, asked = 0;
  function look() {
    var mine = ++asked;
    preview.setAttribute("aria-busy", "true");
    fetch(form.dataset.preview + "?part=true", { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (text) {
        if (mine !== asked) return;
        preview.removeAttribute("aria-busy");
        if (text) preview.innerHTML = text;
      })
      .catch(function () { preview.removeAttribute("aria-busy"); });
  }
  function soon() { window.clearTimeout(timer); timer = window.setTimeout(look, 900); }
  form.addEventListener("change", soon);
  form.addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.hasAttribute("data-preview-now")) { event.preventDefault(); form.dataset.sent = ""; look(); }
  });
  shown();
  look();
})();
