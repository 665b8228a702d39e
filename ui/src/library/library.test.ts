import { describe, expect, it } from "vitest";
import { backendWith, product } from "../ipc/samples";
import { Notices } from "../shared/notices.svelte";
import { LibraryStore } from "./library.svelte";
import { defaultDisplay, sliderEnd, tileQuery, withBands, withJoint, withRange } from "./stretch";

describe("library", () => {
  async function store() {
    let products = [product(1, { name: "Summer county" }), product(2, { name: "Reservoir", sensors: ["landsat-c2-l2"] })];
    const library = new LibraryStore(backendWith({
      products: async () => products,
      productRemove: async (id) => {
        products = products.filter((one) => one.id !== id);
        return 8e6;
      },
    }), new Notices());
    await library.load();
    return library;
  }

  it("finds by every word, in any order", async () => {
    const library = await store();
    library.text = "county 2025";
    expect(library.found.map((one) => one.id)).toEqual([1]);
    library.text = "landsat";
    expect(library.found.map((one) => one.id)).toEqual([2]);
    library.text = "landsat county";
    expect(library.found).toEqual([]);
  });

  it("takes a removed product off the map", async () => {
    const library = await store();
    library.show(library.products[0]!);
    expect(await library.remove(1)).toBe(8e6);
    expect(library.shown.has(1)).toBe(false);
    expect(library.products.map((one) => one.id)).toEqual([2]);
  });
});

describe("stretch", () => {
  const shown = withJoint(product(1), defaultDisplay(product(1)), false);

  it("starts in true colour, one range for all bands", () => {
    const first = defaultDisplay(product(1));
    expect([first.bands, first.joint]).toEqual([["red", "green", "blue"], true]);
    expect([first.low, first.high]).toEqual([[100, 100, 100], [3000, 3000, 3000]]);
  });

  it("goes from the lowest to the highest percentile of each band", () => {
    expect([shown.low, shown.high]).toEqual([[300, 200, 100], [3000, 2000, 1000]]);
  });

  it("shows a product of one band in grey", () => {
    expect(defaultDisplay(product(1, { bands: ["vv"] })).bands).toEqual(["vv", "vv", "vv"]);
  });

  it("moves one band, or all when joint", () => {
    expect(withRange(shown, 1, "low", 5).low).toEqual([300, 5, 100]);
    const joint = withJoint(product(1), shown, true);
    expect([joint.low, joint.high]).toEqual([[100, 100, 100], [3000, 3000, 3000]]);
    expect(withRange(joint, 0, "high", 9).high).toEqual([9, 9, 9]);
  });

  it("goes back to the percentiles with another combination", () => {
    expect(withBands(product(1), withRange(shown, 0, "low", 5), ["nir", "red", "green"]).low).toEqual([400, 300, 200]);
  });

  it("never asks for an empty range", () => {
    const query = new URLSearchParams(tileQuery(withRange(shown, 0, "high", 300)));
    expect(Number(query.get("high")!.split(",")[0])).toBeGreaterThan(300);
    expect(query.get("bands")).toBe("red,green,blue");
  });

  it("ends the slider on a round number beyond the highest percentile", () => {
    expect(sliderEnd(product(1))).toBe(6000);
  });
});
