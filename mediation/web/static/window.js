// The counter's form by keyboard: Enter goes on, an ID-card reader fills a person in, the same dispute is looked for while one types.
(function () {
  "use strict";
  var form = document.querySelector("form[data-register]");
  if (!form) return;
  var people = document.getElementById("parties");
  var QUICK = 40; // ms between two keys that no hand types
  var REST = 100; // ms after which a reader has said all
  var hints = document.querySelector("[data-keys]");
  if (hints) hints.hidden = false;

  // — the numbers —

  function checked(number) {
    var weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    var sum = 0;
    for (var at = 0; at < 17; at += 1) sum += weights[at] * Number(number[at]);
    return "10X98765432"[sum % 11] === number[17];
  }
  function half(text) {
    return text.replace(/[\uff01-\uff5e]/g, function (one) { return String.fromCharCode(one.charCodeAt(0) - 0xfee0); });
  }
  function number(text) { return half(text).replace(/\s/g, "").toUpperCase(); }
  function born(text) { return text.slice(6, 10) + "-" + text.slice(10, 12) + "-" + text.slice(12, 14); }
  function ageOn(day, today) {
    return Number(today.slice(0, 4)) - Number(day.slice(0, 4)) - (today.slice(5) < day.slice(5) ? 1 : 0);
  }
  function isDay(day) {
    var made = new Date(day + "T00:00:00Z");
    return !isNaN(made) && made.toISOString().slice(0, 10) === day && day <= form.dataset.today;
  }

  // — one person —

  function of(party, key) { return party.querySelector("[name$='." + key + "']:not([name*='.agents.'])"); }
  function put(field, value) {
    if (!field || !value || field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function read(party) {
    var field = of(party, "id_number");
    var kind = of(party, "kind").value;
    var document_ = of(party, "id_kind").value;
    var more = document.getElementById(field.id + "-more");
    var told = more.querySelectorAll(".fault"); // by the page, of the number that was sent
    var asSent = field.value === field.defaultValue;
    told.forEach(function (one) { one.hidden = !asSent; });
    if (told.length) field.setAttribute("aria-invalid", String(asSent));
    var said = party.querySelector(".card-said");
    if (!said) {
      said = document.createElement("p");
      said.className = "card-said";
      said.setAttribute("aria-live", "polite");
      more.appendChild(said);
    }
    said.className = "card-said";
    said.textContent = "";
    var text = number(field.value);
    if (told.length && asSent) return;
    if (!text || kind !== "natural" || (document_ && document_ !== "resident_id")) return;
    if (!/^\d{17}[\dX]$/.test(text)) {
      if (document.activeElement !== field) { said.className += " bad"; said.textContent = form.dataset.sayLength.replace("{length}", text.length); }
      return;
    }
    var day = born(text);
    if (!isDay(day) || !checked(text)) { said.className += " bad"; said.textContent = form.dataset.sayWrong; return; }
    var sex = Number(text[16]) % 2 ? "男" : "女";
    put(field, text);
    put(of(party, "sex"), sex);
    put(of(party, "born_on"), day);
    var age = ageOn(day, form.dataset.today);
    var nation = of(party, "ethnicity").value;
    var words = [sex === "男" ? form.dataset.sayMale : form.dataset.sayFemale, nation, form.dataset.sayBorn.replace("{day}", day).replace("{age}", age)];
    said.textContent = words.filter(Boolean).join("　");
    if (age < 18) {
      said.className += " minor";
      said.textContent += form.dataset.sayMinor;
      party.querySelector("[data-agent]").open = true;
      put(party.querySelector("[name$='.agents.0.kind']"), "guardian");
    }
  }
  function turnTo(party) {
    var natural = of(party, "kind").value === "natural";
    party.querySelector("[data-natural]").hidden = !natural;
    var agent = party.querySelector("[data-agent]");
    if (!natural) {
      agent.open = true;
      var kind = agent.querySelector("[name$='.agents.0.kind']");
      if (!kind.value) kind.value = "legal_representative";
    }
    var label = party.querySelector("label[for='" + of(party, "id_number").id + "']");
    label.textContent = natural ? form.dataset.sayNumber : form.dataset.sayCode;
    read(party);
    lacks(party);
  }

  // — the reader: it types as no hand does; what it types into one field belongs to several —

  var NATION = /^([汉回壮满苗彝藏侗瑶白黎傣畲水佤羌土京怒]|[\u4e00-\u9fa5]{1,7}族)$/;
  function fill(party, text) {
    var parts = half(text).split(/[\t\r\n|;,]+/).map(function (one) { return one.trim(); }).filter(Boolean);
    if (parts.length < 2 && /\s/.test(text.trim())) parts = half(text).trim().split(/\s+/);
    var first = of(party, "id_number").value.trim(); // a name that came before the first separator was seen
    if (/^[\u4e00-\u9fa5·•]{2,20}$/.test(first)) { put(of(party, "name"), first); of(party, "id_number").value = ""; }
    parts.forEach(function (part, at) {
      var afterSex = at > 0 && /^[男女]$/.test(parts[at - 1]); // a card says 姓名 性别 民族 出生 住址, and 彝 for 彝族
      var bare = part.replace(/\s/g, "").toUpperCase();
      if (/^\d{17}[\dX]$/.test(bare)) put(of(party, "id_number"), bare);
      else if (part === "男" || part === "女") put(of(party, "sex"), part);
      else if (NATION.test(part) || (afterSex && /^[\u4e00-\u9fa5]{1,7}$/.test(part))) put(of(party, "ethnicity"), part.replace(/族$/, "") + "族");
      else if (/^\d{4}[-.\/年]?\d{1,2}[-.\/月]?\d{1,2}日?$/.test(part)) return;
      else if (/^1[3-9]\d{9}$/.test(bare)) put(of(party, "phone"), bare);
      else if (/^[\u4e00-\u9fa5·•]{2,20}$/.test(part) && !/[省市县区乡镇村组号路街]/.test(part.slice(2))) put(of(party, "name"), part);
      else if (/[\u4e00-\u9fa5]/.test(part)) put(of(party, "address"), part);
    });
    read(party);
  }
  var burst = null; // { field, before, text, last, timer }
  function isReader(event) { return burst && burst.field === event.target && event.timeStamp - burst.last < (burst.parts ? REST : QUICK) && burst.text.length >= (burst.parts ? 1 : 2); }
  function settle() {
    if (!burst) return;
    var done = burst;
    burst = null;
    if (!done.parts) { read(done.party); return; }
    var was = done.field.value;
    done.field.value = "";
    fill(done.party, done.text);
    if (!done.field.value && !["id_number", "name", "phone", "address"].some(function (key) { return of(done.party, key).value; })) done.field.value = was;
    var to = ["id_number", "name", "phone"].filter(function (key) { return !of(done.party, key).value; })[0];
    (to ? of(done.party, to) : of(done.party, "address")).focus();
  }
  function feed(event, text) {
    var field = event.target;
    if (!burst || burst.field !== field || event.timeStamp - burst.last > REST) {
      burst = { field: field, party: field.closest("[data-party]"), text: "", parts: false };
    }
    burst.text += text;
    burst.last = event.timeStamp;
    window.clearTimeout(burst.timer);
    burst.timer = window.setTimeout(settle, REST + 10);
  }

  // — what a written agreement will want of a person, as far as it has not been typed —

  function lacks(party) {
    var line = party.querySelector("[data-lacks]");
    var natural = of(party, "kind").value === "natural";
    var wants = natural ? [["address", "address"], ["sex", "sex"], ["ethnicity", "ethnicity"], ["born_on", "age"]] : [["address", "address"], ["agents.0.name", "legal"]];
    var left = wants.filter(function (one) {
      var field = party.querySelector("[name$='." + one[0] + "']");
      return field && !field.value.trim();
    }).map(function (one) { return line.dataset[one[1]]; });
    line.hidden = !left.length || !of(party, "name").value.trim();
    line.lastElementChild.textContent = left.join(document.documentElement.lang === "en" ? ", " : "、");
  }
  form.addEventListener("input", function (event) {
    var party = event.target.closest("[data-party]");
    if (party) lacks(party);
  });

  // — keys —

  function steps() {
    return Array.prototype.filter.call(form.elements, function (one) {
      return one.type !== "hidden" && !one.disabled && one.tagName !== "FIELDSET" && one.offsetParent !== null && !one.closest("details:not([open])") &&
        (one.tagName !== "BUTTON" || one.hasAttribute("data-go")) && one.name !== "repeat_of" && one.name !== "more" && !/\.(kind|role)$/.test(one.name);
    });
  }
  function goOn(field) {
    var all = steps();
    var next = all[all.indexOf(field) + 1];
    if (next) { next.focus(); if (next.select && next.tagName === "INPUT") next.select(); }
  }
  form.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit ? form.requestSubmit(form.querySelector("[data-go]")) : form.querySelector("[data-go]").click();
      return;
    }
    var inPerson = field.tagName === "INPUT" && field.closest("[data-party]") && field.type !== "checkbox";
    if (inPerson && (event.key === "Enter" || event.key === "Tab") && isReader(event)) {
      event.preventDefault();
      if (!burst.parts && field.value.slice(-burst.text.length) === burst.text) burst.text = field.value; // a pause may have cut it
      burst.parts = true;
      feed(event, "\n");
      return;
    }
    if (event.key === "Enter" && (field.tagName === "INPUT" || field.tagName === "SELECT") && field.type !== "submit") {
      event.preventDefault();
      settle();
      goOn(field);
    }
  });
  form.addEventListener("beforeinput", function (event) {
    if (!burst || !burst.parts || burst.field !== event.target || !event.data || event.timeStamp - burst.last > REST) return;
    event.preventDefault(); // what follows the first separator belongs to other fields
    feed(event, event.data);
  });
  form.addEventListener("input", function (event) {
    var field = event.target;
    if (field.tagName !== "INPUT" || !event.isTrusted) return;
    var party = field.closest("[data-party]");
    if (party && field.type !== "checkbox") {
      if (event.data) feed(event, event.data);
      if (field.hasAttribute("data-card") && number(field.value).length === 18) read(party);
    }
  });
  form.addEventListener("paste", function (event) {
    var party = event.target.closest && event.target.closest("[data-party]");
    var text = event.clipboardData ? event.clipboardData.getData("text") : "";
    if (!party || event.target.tagName !== "INPUT" || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    fill(party, text);
  });
  form.addEventListener("change", function (event) {
    var party = event.target.closest("[data-party]");
    if (!party) return;
    if (event.target.hasAttribute("data-kind")) turnTo(party);
    else if (event.target.hasAttribute("data-card") || /\.(id_kind|ethnicity)$/.test(event.target.name)) read(party);
  });

  // — choices by typing: what only one has is written out —

  function plain(text) { return text.replace(/\s/g, "").toLowerCase(); }
  form.addEventListener("focusout", function (event) {
    var field = event.target;
    if (!field.hasAttribute || !field.hasAttribute("data-typed") || !field.value.trim()) return;
    var wanted = plain(field.value);
    var fitting = Array.prototype.filter.call(field.list.options, function (one) { return plain(one.value).indexOf(wanted) >= 0; });
    if (fitting.length === 1) put(field, fitting[0].value);
    title();
  });

  // — the title, as it will be made —

  var subject = form.querySelector("[data-title]");
  function title() {
    var names = Array.prototype.map.call(form.querySelectorAll("[data-party] [data-name]"), function (one) { return one.value.trim(); });
    var about = form.elements.governance_category.value.replace(/^\S+\s/, "");
    var parts = /^(.*?)（(.*)）$/.exec(about) || ["", about, ""];
    var what = parts[1].indexOf("其他") === 0 && parts[2] ? parts[2] : parts[1];
    if (what && names[0] && document.documentElement.lang !== "en") subject.placeholder = names.slice(0, 2).filter(Boolean).join("与") + what.replace(/纠纷$/, "") + "纠纷";
  }

  // — one more party —

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-add-party]");
    if (!button) return;
    event.preventDefault();
    var at = people.querySelectorAll("[data-party]").length;
    var text = document.getElementById("party-row").innerHTML.replace(/parties\.0\./g, "parties." + at + ".");
    people.insertAdjacentHTML("beforeend", text);
    var added = people.lastElementChild;
    added.querySelector("[data-role]").focus();
  });

  // — the same dispute —

  var list = document.querySelector("[data-alike]");
  var fault = document.querySelector("[data-alike-fault]");
  var asked = "";
  var timer = 0;
  var turn = 0;
  function typed() {
    var found = [];
    form.querySelectorAll("[data-party]").forEach(function (party) {
      var name = of(party, "name").value.trim();
      var phone = of(party, "phone").value.trim();
      var id = number(of(party, "id_number").value);
      found.push([name.length > 1 ? name : "", phone.length > 6 ? phone : "", id.length > 7 ? id : ""]);
    });
    return found;
  }
  function look() {
    var people_ = typed();
    var key = JSON.stringify(people_);
    if (key === asked || !/[^\[\]",]/.test(key)) return;
    asked = key;
    turn += 1;
    var mine = turn;
    var said = new URLSearchParams();
    said.append("form_token", form.elements.form_token.value);
    var chosen = form.querySelector("[name=repeat_of]:checked");
    if (chosen) said.append("repeat_of", chosen.value);
    people_.forEach(function (one, at) {
      said.append("parties." + at + ".name", one[0]);
      said.append("parties." + at + ".phone", one[1]);
      said.append("parties." + at + ".id_number", one[2]);
    });
    fetch("/register/alike", { method: "POST", body: said, redirect: "error" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (text) {
      if (mine !== turn) return;
      fault.hidden = true;
      list.innerHTML = text;
      await_sight();
    }).catch(function () { if (mine === turn) { asked = ""; fault.hidden = false; } });
  }
  // On a phone the list stands below the form: what has not come into sight is not seen, and the answer asks about it.
  var sight = window.IntersectionObserver && new IntersectionObserver(function (shown) {
    if (shown.some(function (one) { return one.isIntersecting; })) unseen(false);
  }, { threshold: 0.5 });
  function unseen(yes) {
    list.querySelectorAll("[name=seen]").forEach(function (one) { one.disabled = yes; });
  }
  function await_sight() {
    unseen(true);
    if (!sight) return;
    sight.disconnect();
    list.querySelectorAll(".like").forEach(function (one) { sight.observe(one); });
  }
  if (list && !form.querySelector(".asks")) {
    form.addEventListener("input", function (event) {
      if (!/\.(name|phone|id_number)$/.test(event.target.name || "")) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(look, 400);
    });
  }

  // — once what was left from before has been put back —

  document.addEventListener("DOMContentLoaded", function () {
    form.querySelectorAll("[data-party]").forEach(function (party) { turnTo(party); lacks(party); });
    title();
    look();
  });
})();
