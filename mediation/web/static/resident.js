// Drawing one's name on a phone; everything else works without scripts.
(function () {
  "use strict";
  var canvas = document.getElementById("draw"), form = document.getElementById("signing"), kept = document.getElementById("drawing"), empty = document.getElementById("empty");
  if (!canvas || !form || !window.SignaturePad) return;
  var pad = new window.SignaturePad(canvas, { minWidth: 1.5, maxWidth: 4, penColor: "#101820" });
  function fit() {
    var drawn = pad.toData(), ratio = 640 / Math.max(canvas.offsetWidth, 1);
    canvas.width = 640;
    canvas.height = 280;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    if (drawn.length) pad.fromData(drawn);
  }
  fit();
  document.getElementById("waiting").hidden = true;
  document.getElementById("sign").disabled = false; // not before: what is sent without a drawing is refused
  window.addEventListener("resize", fit);
  document.getElementById("wipe").addEventListener("click", function () { pad.clear(); });
  pad.addEventListener("beginStroke", function () { empty.hidden = true; });
  form.addEventListener("submit", function (event) {
    if (navigator.onLine === false) return; // which the page says
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    empty.hidden = !pad.isEmpty();
    if (pad.isEmpty()) { event.preventDefault(); canvas.scrollIntoView({ block: "center" }); return; } // the tick stays
    kept.value = pad.toDataURL("image/png");
    form.dataset.sent = "yes";
    window.setTimeout(function () { form.dataset.sent = ""; }, 15000);
  });
})();
