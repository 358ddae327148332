// What was typed is not lost with the connection; without scripts the forms work too.
(function () {
  "use strict";

  document.addEventListener("submit", function (event) {
    var cut = document.getElementById("cut");
    if (!cut || event.defaultPrevented) return;
    cut.hidden = navigator.onLine !== false;
    if (!cut.hidden) { event.preventDefault(); cut.scrollIntoView({ block: "center" }); }
  });

  // What was typed is kept in this tab until it has been sent, whatever happens to the connection or the login. What was
  // sent is known to have arrived by the page that says so, or by the case's version, which is another one from then on.
  // Residents' forms (`data-lent`) are kept from the moment they are sent, and for half an hour: the next one at a lent tablet
  // finds nothing that was only typed.
  // What somebody typed is nobody else's to see: the next one to log in here finds none of it.
  var kept_by = "kept:" + (document.body.dataset.who || "") + ":", last = null;
  try { last = JSON.parse(sessionStorage.getItem("sent")); } catch (error) { last = null; }
  if (last && last.indexOf(kept_by) === 0) { // on the way over a login nobody is there yet
    if (document.querySelector("[data-arrived]")) sessionStorage.removeItem(last);
    sessionStorage.removeItem("sent");
  }
  document.querySelectorAll("form[data-keep]").forEach(function (form) {
    var key = kept_by + location.pathname + ":" + form.dataset.keep;
    var version = form.elements.version ? form.elements.version.value : "";
    var lent = form.hasAttribute("data-lent"), once = form.elements.once;
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
      var now = { "": { version: version, sent: sent, at: Date.now(), once: lent && once ? once.value : "" } };
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
    function put_back(kept, was) {
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
      if (was.once) {
        // What did arrive is not taken a second time; other words are another request, whosever they are.
        var fresh = once.value;
        once.value = was.once;
        form.addEventListener("input", function () { once.value = fresh; });
        form.addEventListener("change", function (event) { if (event.isTrusted) once.value = fresh; });
      }
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
      var over = lent ? !(Date.now() - was.at < 1800000) : was.sent && was.version !== version;
      if (over) sessionStorage.removeItem(key);
      else if (!form.hasAttribute("data-filled")) put_back(kept, was);
      else if (lent) sessionStorage.removeItem(key); // it came back with what is wrong in it
    });
    if (!lent) form.addEventListener("input", function () { keep(false); });
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented || !(lent || sessionStorage.getItem(key))) return;
      keep(true);
      try { sessionStorage.setItem("sent", JSON.stringify(key)); } catch (error) { /* the form still works */ }
    });
  });
  document.querySelectorAll("[data-forget]").forEach(function (one) {
    Object.keys(sessionStorage).forEach(function (key) {
      if (key.indexOf(kept_by + one.dataset.forget) === 0) sessionStorage.removeItem(key);
    });
  });
})();
