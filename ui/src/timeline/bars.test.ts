import { expect, it } from "vitest";
import { scene } from "../ipc/samples";
import { barsOf, dayAt, daysIn, monthTicks, shareOfPeriod } from "./bars";

it("makes one bar a day: best coverage, clear share weighted by coverage", () => {
  const list = [
    scene("b", { datetime: "2025-07-02T10:00:00Z", coverage: 0.25 }),
    scene("c", { datetime: "2025-07-02T10:00:14Z", coverage: 0.75 }),
    scene("a", { datetime: "2025-07-01T10:00:00Z", cloudCover: null }),
  ];
  const clear: Record<string, number> = { b: 1, c: 0.2 };
  const bars = barsOf(list, (id) => (id in clear ? { clear: clear[id]!, cloud: 0, shadow: 0, missing: 0 } : null));
  expect(bars).toEqual([
    { day: "2025-07-01", coverage: 1, clear: null, scenes: 1 },
    { day: "2025-07-02", coverage: 0.75, clear: expect.closeTo(0.4), scenes: 2 },
  ]);
});

it("places a day and finds it again", () => {
  for (const day of ["2025-06-01", "2025-07-19", "2025-08-31"]) {
    const share = shareOfPeriod(day, "2025-06-01", "2025-08-31");
    expect(dayAt(share + 1e-6, "2025-06-01", "2025-08-31")).toBe(day);
  }
  expect(dayAt(2, "2025-06-01", "2025-08-31")).toBe("2025-08-31");
  expect(daysIn("2025-06-01", "2025-08-31")).toBe(92);
});

it("labels months, thinned over years", () => {
  expect(monthTicks("2025-06-15", "2025-08-31")).toEqual(["2025-07-01", "2025-08-01"]);
  expect(monthTicks("2020-01-01", "2024-12-31").length).toBeLessThanOrEqual(12);
});
