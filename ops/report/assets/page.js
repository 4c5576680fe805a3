"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const library = window.LightweightCharts;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const drawn = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  const options = (seconds, logo) => ({
    autoSize: true,
    layout: { background: { color: "transparent" }, textColor: colour("dim"), attributionLogo: logo },
    grid: { vertLines: { visible: false }, horzLines: { color: colour("line") } },
    rightPriceScale: { borderColor: colour("line"), scaleMargins: { top: 0.22, bottom: 0.22 } },
    timeScale: { borderColor: colour("line"), timeVisible: true, secondsVisible: seconds },
    handleScroll: { vertTouchDrag: false },
  });

  const chart = (id, build, seconds = false, logo = false) => {
    const place = document.getElementById(id);
    if (!place) return;
    const draw = () => {
      place.replaceChildren();
      const made = library.createChart(place, options(seconds, logo));
      build(made);
      made.timeScale().fitContent();
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
    chart("share-" + one.number, (made) => candles(made, one.share, one.shareMarks));
  };

  chart("pnl", (made) => made.addSeries(library.BaselineSeries, {
    baseValue: { type: "price", price: 0 }, lineWidth: 2, lineType: library.LineType.WithSteps,
    topLineColor: colour("good"), bottomLineColor: colour("bad"),
    topFillColor1: "transparent", topFillColor2: "transparent",
    bottomFillColor1: "transparent", bottomFillColor2: "transparent", priceLineVisible: false,
  }).setData(points(data.pnl)), false, true);
  chart("fall", (made) => made.addSeries(library.AreaSeries, {
    lineColor: colour("bad"), topColor: "transparent", bottomColor: "transparent", lineWidth: 1, invertFilledArea: true,
    priceLineVisible: false, lineType: library.LineType.WithSteps,
  }).setData(points(data.fall)));

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
