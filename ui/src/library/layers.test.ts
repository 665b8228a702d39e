import { describe, expect, it } from "vitest";
import { report } from "../ipc/samples";
import { howColour, RAMP } from "../shared/layerColours";
import { howText, layerQuery, legendHows, parts, rangeText, shownLayers } from "./layers";

describe("layers beside an image", () => {
  it("are shown in one order, without the number of the scene and without what is empty", () => {
    const layers = [...report().layers, { name: "rejected", low: 0, high: 0 }, { name: "score", low: 400, high: 9000 }];
    expect(shownLayers(layers).map((layer) => layer.name)).toEqual(["looks", "date", "how", "score"]);
    expect(shownLayers([])).toEqual([]);
  });

  it("ask for a ramp over their range, which is never empty", () => {
    const query = new URLSearchParams(layerQuery({ name: "looks", low: 4, high: 4 }));
    expect([query.get("layer"), query.get("low"), query.get("high")]).toEqual(["looks", "4", "5"]);
    expect(query.get("ramp")!.split(",").map((colour) => `#${colour}`)).toEqual(RAMP);
  });

  it("ask for the colours of the legend, number by number", () => {
    const query = new URLSearchParams(layerQuery({ name: "how", low: 1, high: 31 }));
    const classes = Object.fromEntries(query.get("classes")!.split(",").map((one) => one.split(":") as [string, string]));
    expect(query.get("ramp")).toBeNull();
    for (const how of [1, 2, 9, 20, 30, 31]) expect(`#${classes[how]}`).toBe(howColour(how));
    expect(Object.keys(classes)).not.toContain("40");
  });

  it.each([["looks", 1200, "1,200"], ["date", 20240, "1 Jun 2025"], ["score", 8750, "0.88"], ["rejected", 3, "3"]] as const)(
    "tell ends of their ranges: %s", (name, value, text) => expect(rangeText(name, value)).toBe(text));

  it("tell grades by metres, and the last one as clear", () => {
    expect([1, 2, 3].map((how) => howText(how, [720, 0]))).toEqual(["Clear, 720 m or more from cloud", "Clear", "Clear"]);
    expect(new Set([1, 20, 30, 31, 40, 41].map((how) => howText(how, [720]))).size).toBe(6);
  });

  it("have a legend of what was counted, or else of what may occur", () => {
    expect(legendHows(report(), 30)).toEqual([1, 2, 20, 30]);
    expect(legendHows(report({ byHow: [], gradesM: [720, 360, 0] }), 20)).toEqual([1, 2, 3, 20]);
    expect(legendHows(report({ byHow: [], gradesM: [] }), 1)).toEqual([1]);
  });

  it("have a colour for each way", () => {
    expect(new Set([1, 2, 3, 4, 20, 30, 31, 40, 41].map(howColour)).size).toBe(9);
    expect(howColour(12)).toBe(howColour(4));
  });
});

describe("a report", () => {
  it("divides the area among how pixels came to be, and what is empty", () => {
    const all = parts(report());
    expect(all.map((part) => [part.key, part.share])).toEqual([["1", 0.7], ["2", 0.2], ["20", 0.05], ["30", 0.04], ["empty", 0.01]]);
    expect(parts(report({ emptyPixels: 0 })).some((part) => part.key === "empty")).toBe(false);
  });

  it("is left away where nobody has counted", () => expect(parts(report({ areaPixels: 0, byHow: [] }))).toEqual([]));
});
