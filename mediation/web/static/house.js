// What makes the pages quicker to work with; without it they work too.
(function () {
  "use strict";

  // A form goes out once, however often the button is pressed; one that answers with a file leaves the page standing, and
  // its next button is as good as the first.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    var cut = document.getElementById("cut");
    if (cut) cut.hidden = navigator.onLine !== false;
    if (cut && !cut.hidden) { event.preventDefault(); cut.scrollIntoView({ block: "center" }); return; }
    if (form.dataset.twice === "yes") return;
    form.dataset.sent = "yes";
    window.setTimeout(function () { form.dataset.sent = ""; }, 8000);
  });

  // What was typed is kept in this tab until it has been sent, whatever happens to the connection or the login. What was
  // sent is known to have arrived by the page that says so, or by the case's version, which is another one from then on.
  var last = null;
  try { last = JSON.parse(sessionStorage.getItem("sent")); } catch (error) { last = null; }
  if (last && document.querySelector("[data-arrived]")) sessionStorage.removeItem(last);
  if (last) sessionStorage.removeItem("sent");
  document.querySelectorAll("form[data-keep]").forEach(function (form) {
    var key = "kept:" + location.pathname + ":" + form.dataset.keep;
    var version = form.elements.version ? form.elements.version.value : "";
    function each(tell) {
      var counts = {};
      Array.prototype.forEach.call(form.elements, function (one) {
        if (!one.name || ["hidden", "file", "password", "submit", "button"].indexOf(one.type) >= 0) return;
        counts[one.name] = (counts[one.name] || 0) + 1;
        tell(one, one.name + "#" + counts[one.name]);
      });
    }
    function ticked(one) { return one.type === "checkbox" || one.type === "radio"; }
    function keep(sent) {
      var now = { "": { version: version, sent: sent } };
      each(function (one, name) { now[name] = ticked(one) ? one.checked : one.value; });
      try { sessionStorage.setItem(key, JSON.stringify(now)); } catch (error) { /* full or forbidden: the form still works */ }
    }
    function rows(kept) {
      form.querySelectorAll("[data-add-row], [data-add-party]").forEach(function (button) {
        var list = document.getElementById(button.dataset.addRow || "parties");
        var most = -1;
        Object.keys(kept).forEach(function (name) {
          if (name.indexOf(button.value + ".") === 0) most = Math.max(most, parseInt(name.slice(button.value.length + 1), 10));
        });
        while (list && list.children.length <= most) button.click();
        while (list && list.children.length > 1 && most >= 0 && list.children.length > most + 1) list.lastElementChild.remove();
      });
    }
    function put_back(kept) {
      var differs = false;
      rows(kept);
      rows(kept); // those within the rows that were added
      each(function (one, name) {
        var value = kept[name];
        if (value === undefined || (ticked(one) ? one.checked : one.value) === value) return;
        differs = true;
        if (ticked(one)) one.checked = value; else one.value = value;
      });
      if (!differs) return;
      form.dispatchEvent(new Event("change", { bubbles: true }));
      var note = document.getElementById("left");
      if (!note) return;
      form.parentNode.insertBefore(note.content.cloneNode(true), form);
      form.previousElementSibling.querySelector("button").addEventListener("click", function () {
        sessionStorage.removeItem(key);
        location.reload();
      });
    }
    document.addEventListener("DOMContentLoaded", function () {
      var kept = null;
      try { kept = JSON.parse(sessionStorage.getItem(key)); } catch (error) { kept = null; }
      if (!kept) return;
      var was = kept[""] || {};
      if (was.sent && was.version !== version) sessionStorage.removeItem(key);
      else if (!form.hasAttribute("data-filled")) put_back(kept);
    });
    form.addEventListener("input", function () { keep(false); });
    form.addEventListener("submit", function (event) { 
      if (!sessionStorage.getItem(key) || event.defaultPrevented) return;
      keep(true);
      try { sessionStorage.setItem("sent", JSON.stringify(key)); } catch (error) { /* the form still works */ }
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
