import { describe, expect, it } from "vitest";
import { graticule } from "./graticule";
import { scaleBar } from "./scale";
import { unwrapLine, unwrapRing } from "./unwrap";
import { loadWorld } from "./world";

describe("unwrap", () => {
  it("goes on over the 180° meridian", () => {
    expect(unwrapLine([[170, 60], [-175, 61], [175, 62]])).toEqual([[170, 60], [185, 61], [175, 62]]);
  });

  it("closes a ring round the pole along the lower edge", () => {
    const ring = unwrapRing([[-120, -70], [0, -72], [120, -71], [-120, -70]]);
    expect(ring.slice(-3)).toEqual([[240, -90], [-120, -90], [-120, -70]]);
  });
});

it("bundles a world without seams and with names in both languages", async () => {
  const world = await loadWorld();
  const seams = world.land.geometry.coordinates.flat().flatMap((ring) =>
    // Only the closing edge below Antarctica may be long.
    ring.filter(([lon, lat], at) => at > 0 && lat! > -89 && Math.abs(lon! - ring[at - 1]![0]!) > 180));
  expect(seams).toEqual([]);
  const names = world.labels.features.map((label) => label.properties);
  expect(names.find((name) => name.en === "France")?.zh).toBe("法国");
  expect(names.filter((name) => /^[0-9A-Z]*$/.test(name.zh)), "codes are no names").toEqual([]);
  expect(names.length).toBeGreaterThan(200);
});

it("draws graticule lines on round degrees, finer when nearer", () => {
  const step = (zoom: number) => graticule([7, 46, 8, 47], zoom).features[0]!.properties.step;
  expect([step(1.35), step(9), step(14)]).toEqual([30, 0.5, 0.01]);
});

it("gives the scale bar a round length that fits", () => {
  for (const zoom of [1, 6.3, 9, 13.7]) {
    const bar = scaleBar(46, zoom);
    expect(bar.width).toBeGreaterThan(40);
    expect(bar.width).toBeLessThanOrEqual(110);
    expect(bar.label).toMatch(/^[125]0* (m|km)$/);
  }
});
