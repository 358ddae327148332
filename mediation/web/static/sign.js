// The pad that is signed on, and the device's own voice. Nothing is sent anywhere but with the form.
(function () {
  "use strict";

  var form = document.querySelector("form[data-signing]");
  if (!form || typeof SignaturePad === "undefined") return;
  var canvas = form.querySelector("[data-pad]");
  var empty = form.querySelector("[data-empty]");
  var clear = form.querySelector("[data-clear]");
  var pad = new SignaturePad(canvas, { penColor: "rgb(20, 24, 60)", minWidth: 1.2, maxWidth: 3.6, throttle: 8 });

  function fit() {
    var kept = pad.toData();
    var ratio = Math.max(1, Math.min(2, window.devicePixelRatio || 1));
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(kept);
  }
  window.addEventListener("resize", fit);
  fit();
  // As it was drawn, after something else was wrong; or after the connection broke, when the browser puts the words back later.
  function redraw() {
    var before = form.querySelector("[name=strokes]").value;
    if (!before || !pad.isEmpty()) return;
    try {
      pad.fromData(JSON.parse(before).map(function (stroke) {
        return { penColor: "rgb(20, 24, 60)", minWidth: 1.2, maxWidth: 3.6, points: stroke.map(function (point, at) { return { x: point[0], y: point[1], time: 16 * at, pressure: 0.5 }; }) };
      }));
    } catch (error) { pad.clear(); }
  }
  redraw();
  window.addEventListener("pageshow", redraw);

  // A photograph of a fingerprint becomes the PNG that papers take.
  var finger = form.querySelector("[name=fingerprint]");
  finger.accept = "image/*";
  finger.addEventListener("change", function () {
    var file = finger.files[0];
    if (!file || file.type === "image/png" || !window.createImageBitmap || !window.DataTransfer) return;
    createImageBitmap(file).then(function (found) {
      var scale = Math.min(1, 900 / Math.max(found.width, found.height));
      var sheet = document.createElement("canvas");
      sheet.width = Math.round(found.width * scale);
      sheet.height = Math.round(found.height * scale);
      sheet.getContext("2d").drawImage(found, 0, 0, sheet.width, sheet.height);
      sheet.toBlob(function (png) {
        var chosen = new DataTransfer();
        chosen.items.add(new File([png], "fingerprint.png", { type: "image/png" }));
        finger.files = chosen.files;
      }, "image/png");
    }).catch(function () { /* no picture: the page says so when it is sent */ });
  });
  clear.hidden = false;
  clear.addEventListener("click", function () { pad.clear(); });
  pad.addEventListener("beginStroke", function () { empty.hidden = true; });

  form.addEventListener("submit", function (event) {
    if (pad.isEmpty()) {
      if (finger.files.length) return;
      event.preventDefault();
      form.dataset.sent = "";
      empty.hidden = false;
      canvas.scrollIntoView({ block: "center" });
      return;
    }
    form.querySelector("[name=drawing]").value = pad.toDataURL("image/png");
    var strokes = pad.toData().map(function (stroke) {
      return stroke.points.map(function (point) { return [Math.round(point.x * 10) / 10, Math.round(point.y * 10) / 10]; });
    });
    form.querySelector("[name=strokes]").value = JSON.stringify(strokes);
  }, true);

  // Only a voice that is on the device itself: what is read must not leave the room.
  var speak = form.querySelector("[data-speak]");
  var spoken = form.querySelector("[data-spoken]");
  if (!speak || !spoken || !window.speechSynthesis) return;
  function voice() {
    return window.speechSynthesis.getVoices().filter(function (one) { return one.localService === true && /^(zh|cmn)/i.test(one.lang); })[0];
  }
  function offer() { speak.hidden = !voice(); }
  speak.addEventListener("click", function () {
    if (window.speechSynthesis.speaking) { window.speechSynthesis.cancel(); return; }
    var found = voice();
    if (!found) return;
    var words = new SpeechSynthesisUtterance(spoken.textContent);
    words.voice = found; words.lang = found.lang; words.rate = 0.85;
    window.speechSynthesis.speak(words);
  });
  window.speechSynthesis.addEventListener && window.speechSynthesis.addEventListener("voiceschanged", offer);
  offer();
})();
