import { describe, expect, it } from "vitest";
import { bytes, duration, km2, percent } from "./format";
import { areaKm2, bboxOf, positionText, rectangle } from "./geo";
import { clearColour, UNKNOWN } from "./ramp";

it.each([[0, "0 B"], [999, "999 B"], [999_600, "1.00 MB"], [61_400_000, "61.4 MB"], [628e6, "628 MB"], [2.5e12, "2.50 TB"]])(
  "%d bytes read %s", (value, text) => expect(bytes(value)).toBe(text));

it.each([[4.4, "4 s"], [60, "1 min"], [109, "1 min 49 s"], [7500, "2 h 5 min"]])(
  "%d s read %s", (value, text) => expect(duration(value)).toBe(text));

it.each([[0, "0%"], [0.001, "<1%"], [0.5, "50%"], [0.996, "99%"], [1, "100%"]])(
  "a share of %d reads %s", (share, text) => expect(percent(share)).toBe(text));

it("gives small areas more digits", () => {
  expect([km2(1.234), km2(55.94), km2(1240.4)]).toEqual(["1.23 km²", "55.9 km²", "1,240 km²"]);
});

describe("geometry", () => {
  it("measures a degree square at the equator within half a percent", () => {
    expect(areaKm2(rectangle([0, 0, 1, 1])) / 12_308.8).toBeCloseTo(1, 2);
  });

  it("takes holes away, whichever way they turn", () => {
    const outer = rectangle([0, 0, 2, 2])[0]![0]!;
    const hole = rectangle([0.5, 0.5, 1.5, 1.5])[0]![0]!;
    const expected = areaKm2([[outer]]) - areaKm2([[hole]]);
    expect(areaKm2([[outer, hole]])).toBeCloseTo(expected);
    expect(areaKm2([[outer, hole.toReversed()]])).toBeCloseTo(expected);
  });

  it("finds the bounding box", () => expect(bboxOf(rectangle([7, 46, 8, 47]))).toEqual([7, 46, 8, 47]));

  it("writes hemispheres", () => expect(positionText([-7.25, -46.1])).toBe("46.1000° S  7.2500° W"));
});

it("colours shares between the stops, and what is unknown grey", () => {
  expect([clearColour(0), clearColour(1), clearColour(2)]).toEqual(["#b45314", "#1f6fc4", "#1f6fc4"]);
  expect(clearColour(null)).toBe(UNKNOWN);
  expect(clearColour(0.5)).not.toBe(clearColour(0.7));
});
