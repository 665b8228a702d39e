import { expect, it } from "vitest";
import { provider } from "../ipc/samples";
import { completenessRows } from "./completeness";

it("never takes a failed catalogue for one that has nothing", () => {
  const rows = completenessRows(
    [{ provider: "one", sensor: "sentinel-2-l2a", found: 4, lacking: ["x"] }, { provider: "two", sensor: "sentinel-2-l2a", found: 0, lacking: ["x", "y"] }],
    [
      { provider: "one", state: "done", count: 4, error: null }, { provider: "two", state: "failed", count: 0, error: null },
      { provider: "three", state: "stopped", count: 0, error: null },
    ],
    [provider("one"), provider("two", { sensors: ["sentinel-2-l2a", "landsat-c2-l2"] }), provider("three", { sensors: [] })],
    ["sentinel-2-l2a"],
  );
  expect(rows).toEqual([
    { state: "known", provider: "one", sensor: "sentinel-2-l2a", found: 4, lacking: ["x"] },
    { state: "failed", provider: "two", sensor: "sentinel-2-l2a" },
    { state: "stopped", provider: "three", sensor: "sentinel-2-l2a" },
  ]);
});
