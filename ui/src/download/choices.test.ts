import { describe, expect, it } from "vitest";
import { choice, scene } from "../ipc/samples";
import type { ChoiceView, WantedView } from "../ipc/types";
import { bandsOf, extremes, inOrder, isPacked, keyOf, likeliest, withOptions } from "./choices";

const ZIP: WantedView = { kind: "product", form: "safe-zip", unpack: false };
const NODES: WantedView = { kind: "product", form: "safe-nodes", unpack: false };
const BANDS: WantedView = { kind: "bands", bands: ["red"] };
const WINDOW: WantedView = { kind: "window", bands: ["red"] };

it("puts the whole first and the least last", () => {
  expect(inOrder([WINDOW, BANDS, NODES, ZIP].map((wanted) => choice(wanted))).map((one) => keyOf(one.wanted))).toEqual(["safe-zip", "safe-nodes", "bands", "window"]);
});

it.each([
  [[choice(ZIP), choice(WINDOW)], "window"], [[choice(ZIP), choice(BANDS), choice(WINDOW, { scenes: 0 })], "bands"],
  [[choice(ZIP, { scenes: 1 }), choice(NODES, { scenes: 3 })], "safe-nodes"], [[choice(ZIP, { scenes: 0 })], null], [[], null],
] as [ChoiceView[], string | null][])("suggests of case %# the likeliest", (choices, key) => expect(likeliest(choices)).toBe(key));

it.each([
  ["both", [choice(ZIP, { bytes: 1.1e9 }), choice(BANDS, { bytes: 3e8 }), choice(WINDOW, { bytes: 38e6 })], { whole: 1.1e9, part: 38e6 }],
  ["no product", [choice(BANDS), choice(WINDOW)], null],
  ["an unknown size", [choice(ZIP, { bytes: null }), choice(WINDOW, { bytes: 38e6 })], null],
  ["a part of fewer scenes", [choice(ZIP, { bytes: 1.1e9 }), choice(WINDOW, { bytes: 38e6, scenes: 1 })], null],
  ["a part that is no smaller", [choice(ZIP, { bytes: 1e8 }), choice(WINDOW, { bytes: 2e8 })], null],
] as [string, ChoiceView[], unknown][])("compares the sizes where there is %s", (_, choices, ends) => expect(extremes(choices)).toEqual(ends));

it("names the bands that any scene has, in spectral order", () => {
  expect(bandsOf([scene("a", { bands: ["nir", "red"] }), scene("b", { bands: ["blue", "red"] })])).toEqual(["blue", "red", "nir"]);
});

describe("options", () => {
  it.each([[ZIP, true], [{ ...ZIP, form: "landsat-tar" }, true], [NODES, false], [BANDS, false]] as [WantedView, boolean][])(
    "of %j: packed is %s", (wanted, packed) => expect(isPacked(wanted)).toBe(packed));

  it("unpack only what is packed, and take the bands where there are any", () => {
    expect(withOptions(ZIP, ["nir"], true)).toEqual({ ...ZIP, unpack: true });
    expect(withOptions(NODES, ["nir"], true)).toEqual(NODES);
    expect(withOptions(WINDOW, ["nir"], true)).toEqual({ kind: "window", bands: ["nir"] });
  });
});

it("lists the bands of all scenes, and behind them the layers that tell about pixels", () => {
  const scenes = [scene("a", { bands: ["nir", "blue"], layers: ["scl"] }), scene("b", { bands: ["blue", "lwir11"], layers: ["qa-pixel"] })];
  expect(bandsOf(scenes)).toEqual(["blue", "nir", "lwir11", "scl", "qa-pixel"]);
});
