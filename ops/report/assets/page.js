"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const library = window.LightweightCharts;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const drawn = [];
  const SIDE_PIXELS = 24;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  const fading = (name) => [colour(name) + "40", colour(name) + "00"];  // Never to "transparent", which is black.

  const options = (seconds, logo) => ({
    autoSize: true,
    layout: { background: { color: "transparent" }, textColor: colour("dim"), attributionLogo: logo },
    grid: { vertLines: { visible: false }, horzLines: { color: colour("line") } },
    rightPriceScale: { borderColor: colour("line"), scaleMargins: { top: 0.22, bottom: 0.22 } },
    timeScale: { borderColor: colour("line"), timeVisible: true, secondsVisible: seconds },
    handleScroll: { vertTouchDrag: false },
  });

  // Show all of it, and some room at both sides: neither an arrow nor a time is cut in half.
  const spread = (scale, place) => {
    const last = scale.timeToIndex(Number.MAX_SAFE_INTEGER, true);
    if (last === null) return;
    const room = 0.5 + (last + 1) * SIDE_PIXELS / place.clientWidth;
    scale.setVisibleLogicalRange({ from: -room, to: last + room });
  };

  const chart = (id, build, seconds = false, logo = false) => {
    const place = document.getElementById(id);
    if (!place) return;
    const draw = () => {
      place.replaceChildren();
      const made = library.createChart(place, options(seconds, logo));
      build(made);
      spread(made.timeScale(), place);
      return made;
    };
    let made = draw();
    drawn.push(() => { made.remove(); made = draw(); });
  };

  const points = (rows) => rows.map(([time, value]) => ({ time, value }));
  const bars = (rows) => rows.map(([time, open, high, low, close]) => ({ time, open, high, low, close }));

  const candles = (made, rows, marks) => {
    const series = made.addSeries(library.CandlestickSeries, {
      upColor: colour("good"), downColor: colour("bad"), wickUpColor: colour("good"), wickDownColor: colour("bad"),
      borderVisible: false, priceLineVisible: false, lastValueVisible: false,
    });
    series.setData(bars(rows));
    library.createSeriesMarkers(series, marks.map((mark) => ({
      time: mark.time,
      position: mark.buys ? "belowBar" : "aboveBar",
      shape: mark.buys ? "arrowUp" : "arrowDown",
      color: mark.buys ? colour("mark") : colour("warn"),
      size: 0.7,
      text: mark.text,
    })), { autoScale: false });  // Room made for marks turns a low chart's scale upside down.
  };

  const level = (made, rows, name, style) => {
    if (!rows.length) return;
    made.addSeries(library.LineSeries, {
      color: colour(name), lineWidth: 1, lineStyle: style, lineType: library.LineType.WithSteps,
      priceLineVisible: false, lastValueVisible: true, crosshairMarkerVisible: false,
    }).setData(points(rows));
  };

  const trip = (one) => {
    chart("option-" + one.number, (made) => {
      level(made, one.option.map((bar) => [bar[0], bar[4]]), "dim", library.LineStyle.Dotted);
      candles(made, one.option, one.marks);
      level(made, one.entry, "mark", library.LineStyle.Solid);
      level(made, one.target, "good", library.LineStyle.Dashed);
      level(made, one.stop, "bad", library.LineStyle.Dashed);
    });
    chart("share-" + one.number, (made) => {
      made.priceScale("right").applyOptions({ scaleMargins: { top: 0.3, bottom: 0.3 } });  // A low one: the marks need more.
      candles(made, one.share, one.shareMarks);
    });
  };

  const curve = (made, rows, above, width) => {
    const [good, well] = fading(above);
    const [bad, ill] = fading("bad");
    made.addSeries(library.BaselineSeries, {
      baseValue: { type: "price", price: 0 }, lineWidth: width, lineType: library.LineType.WithSteps,
      topLineColor: colour(above), bottomLineColor: colour("bad"), priceLineVisible: false,
      topFillColor1: good, topFillColor2: well, bottomFillColor1: ill, bottomFillColor2: bad,
    }).setData(points(rows));
  };

  chart("pnl", (made) => curve(made, data.pnl, "good", 2), false, true);
  chart("fall", (made) => curve(made, data.fall, "bad", 1));

  for (const one of data.trips) {
    const place = document.getElementById("trip-" + one.number);
    let seen = false;
    const look = () => {
      if (place.open && !seen) {
        seen = true;
        trip(one);
      }
    };
    place.addEventListener("toggle", look);
    look();
  }
  dark.addEventListener("change", () => drawn.forEach((again) => again()));
  document.documentElement.dataset.drawn = String(drawn.length);
})();
