/* What script adds to pages that work without it: figures beside sliders, copying, fans with a crosshair. */
(function () {
  "use strict";
  const HUES = { "0.01": 0.16, "0.05": 0.24, "0.25": 0.38 };

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function told(event) {
    const input = event.target;
    if (input.type !== "range") return;
    const output = document.querySelector('output[for="' + CSS.escape(input.id) + '"]');
    if (output) output.textContent = input.classList.contains("size") ? input.value + " %" : input.value;
  }

  function copied(event) {
    const button = event.target.closest("button[data-copies]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copies).textContent;
    navigator.clipboard.writeText(text).then(function () { button.textContent = "Copied"; });
  }

  function faded(hue, alpha) {
    const n = parseInt(hue.slice(1), 16);
    return "rgba(" + (n >> 16) + "," + ((n >> 8) & 255) + "," + (n & 255) + "," + alpha + ")";
  }

  function worstDot(fan) {
    return function (plot) {
      if (fan.worst === null) return;
      const last = fan.days[fan.days.length - 1], draw = plot.ctx;
      draw.fillStyle = colour("--loss");
      draw.beginPath();
      draw.arc(plot.valToPos(last, "x", true), plot.valToPos(fan.worst, "y", true), 4 * devicePixelRatio, 0, 7);
      draw.fill();
    };
  }

  function options(fan, keys, width) {
    const ink = colour("--ink"), hue = colour("--s2"), grid = colour("--grid");
    const decimals = Math.abs(fan.q["0.5"][0]) >= 100 ? 1 : 2;
    const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const shown = (_, value) => (value === null ? "-" : value.toFixed(decimals));
    const series = keys.map((key) => ({
      label: 100 * key + " %", value: shown, points: { show: false }, width: key === "0.5" ? 1.4 : 0,
      stroke: key === "0.5" ? ink : faded(hue, 0.5), dash: key === "0.5" ? [5, 4] : undefined,
    }));
    const n = keys.length;
    const bands = Object.keys(HUES).map((key, i) => ({ series: [n - i, i + 1], fill: faded(hue, HUES[key]) }));
    return {
      width: width, height: 190, legend: { show: true, live: true }, cursor: { drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        y: { range: (_, low, high) => {
          const ends = fan.worst === null ? [low, high] : [Math.min(low, fan.worst), Math.max(high, fan.worst)];
          const room = 0.04 * (ends[1] - ends[0] || 1);
          return [ends[0] - room, ends[1] + room];
        } },
      },
      axes: [axis, Object.assign({ size: 52, values: (_, all) => all.map((v) => v.toFixed(decimals)) }, axis)],
      series: [{ label: "day" }].concat(series), bands: bands, hooks: { draw: [worstDot(fan)] },
    };
  }

  function drawFans(root) {
    if (typeof uPlot === "undefined") return;
    root.querySelectorAll(".fan-place[data-fan]").forEach(function (place) {
      const fan = JSON.parse(place.dataset.fan);
      const keys = Object.keys(fan.q).sort((a, b) => a - b);
      const width = place.clientWidth;
      place.textContent = "";
      place.removeAttribute("data-fan");
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", fan.name + ", " + fan.unit + ": quantiles by day, as in the table");
      new uPlot(options(fan, keys, width), [fan.days].concat(keys.map((key) => fan.q[key])), place);
    });
  }

  function begin(root) {
    root.querySelectorAll("button[data-copies]").forEach(function (each) { each.hidden = false; });
    drawFans(root);
  }

  document.addEventListener("input", told);
  document.addEventListener("click", copied);
  document.addEventListener("htmx:afterSettle", function (event) { begin(event.target); });
  document.addEventListener("htmx:beforeRequest", function () { document.getElementById("notice").textContent = ""; });
  begin(document);
})();
