import { describe, expect, it } from "vitest";
import type { ClearShareEvent } from "../ipc/types";
import { backendWith, scene, SQUARE } from "../ipc/samples";
import { History } from "../shared/history.svelte";
import { ScenesStore } from "./scenes.svelte";

const LIST = [
  scene("june", { datetime: "2025-06-10T10:00:00Z", cloudCover: 50, coverage: 0.4 }),
  scene("july", { datetime: "2025-07-10T10:00:00Z", cloudCover: 5, coverage: 0.9 }),
  scene("august", { datetime: "2025-08-10T10:00:00Z", cloudCover: 80, coverage: 1 }),
  scene("radar", { sensor: "sentinel-1-grd", datetime: "2025-07-20T06:00:00Z", cloudCover: null, coverage: 0.7 }),
];

function shares(clear: number) {
  return { clear, cloud: 1 - clear, shadow: 0, missing: 0 };
}

function store(clearShares?: (ids: string[], hear: (event: ClearShareEvent) => void) => Promise<void>) {
  const history = new History();
  const scenes = new ScenesStore(backendWith({
    clearShares: (ids, _area, hear) => clearShares?.(ids, hear) ?? Promise.resolve(),
  }), history);
  scenes.begin(SQUARE);
  scenes.add(LIST);
  return { scenes, history };
}

const ids = (scenes: ScenesStore) => scenes.visible.map((one) => one.id);

describe("order", () => {
  it.each([
    ["date", ["august", "radar", "july", "june"]],
    ["cloud", ["radar", "july", "june", "august"]],
    ["coverage", ["august", "july", "radar", "june"]],
  ] as const)("sorts by %s", (sort, expected) => {
    const { scenes } = store();
    scenes.sort = sort;
    expect(ids(scenes)).toEqual(expected);
    scenes.reversed = true;
    expect(ids(scenes)).toEqual([...expected].reverse());
  });

  it("sorts by what was measured inside the area, not by the tile", () => {
    const { scenes } = store();
    scenes.measured.set("august", shares(0.97));
    scenes.measured.set("july", shares(0.2));
    scenes.sort = "clear";
    expect(ids(scenes)).toEqual(["radar", "august", "june", "july"]);
  });
});

describe("filters", () => {
  it("hides what is known to be too cloudy, but neither a radar scene nor one that was not measured", () => {
    const { scenes } = store();
    scenes.measured.set("july", shares(0.9));
    scenes.measured.set("june", shares(0.3));
    scenes.minClear = 0.5;
    expect(ids(scenes)).toEqual(["august", "radar", "july"]);
  });

  it("narrows to days, both ends included", () => {
    const { scenes } = store();
    scenes.days = { from: "2025-06-10", to: "2025-07-10" };
    expect(ids(scenes)).toEqual(["july", "june"]);
  });
});

describe("scenes that come again", () => {
  it("take the place of what was known, and keep place and selection", () => {
    const { scenes } = store();
    scenes.select(["july"]);
    scenes.add([scene("july", { sources: ["one", "two"], coverage: 0.95 }), scene("new")]);
    expect(scenes.all.map((one) => one.id)).toEqual(["june", "july", "august", "radar", "new"]);
    expect([scenes.byId("july")?.sources, [...scenes.selected]]).toEqual([["one", "two"], ["july"]]);
  });

  it("are hidden when superseded until they are asked for", () => {
    const { scenes } = store();
    scenes.add([scene("june", { supersededBy: "july" })]);
    expect([scenes.superseded, ids(scenes).includes("june")]).toEqual([1, false]);
    expect(scenes.used.map((one) => one.id)).not.toContain("june");
    scenes.showSuperseded = true;
    expect(ids(scenes)).toContain("june");
  });
});

describe("selection", () => {
  it("uses what is shown until something is selected", () => {
    const { scenes } = store();
    scenes.days = { from: "2025-07-01", to: "2025-07-31" };
    expect(scenes.used.map((one) => one.id)).toEqual(["radar", "july"]);
    scenes.toggle("june");
    expect(scenes.used.map((one) => one.id)).toEqual(["june"]);
  });

  it("can be undone and redone", () => {
    const { scenes, history } = store();
    scenes.select(["june", "july"]);
    scenes.toggle("june");
    history.undo();
    expect([...scenes.selected].sort()).toEqual(["july", "june"]);
    history.undo();
    expect(scenes.selected.size).toBe(0);
    history.redo();
    history.redo();
    expect([...scenes.selected]).toEqual(["july"]);
  });

  it("does not bring back scenes of an earlier search", () => {
    const { scenes, history } = store();
    scenes.select(["june"]);
    scenes.select([]);
    scenes.begin(SQUARE);
    scenes.add([scene("other")]);
    history.undo();
    expect(scenes.selected.size).toBe(0);
  });

  it("walks with the arrow keys and stops at the ends", () => {
    const { scenes } = store();
    expect(scenes.step(1)?.id).toBe("august");
    expect(scenes.step(99)?.id).toBe("june");
    expect(scenes.step(1)?.id).toBe("june");
    expect(scenes.step(-1)?.id).toBe("july");
  });
});

describe("clear shares", () => {
  it("asks for optical scenes only, the best covered first", () => {
    let asked: string[] = [];
    const { scenes } = store(async (list) => void (asked = list));
    scenes.measure();
    expect(asked).toEqual(["august", "july", "june"]);
    expect(scenes.measuring).toBe(3);
  });

  it("drops answers that belong to an earlier search", () => {
    let hear: (event: ClearShareEvent) => void = () => {};
    const { scenes } = store(async (_list, listener) => void (hear = listener));
    scenes.measure();
    scenes.begin(SQUARE);
    scenes.add([scene("july")]);
    hear({ sceneId: "july", shares: shares(0.1), error: null });
    expect(scenes.sharesOf("july")).toBeNull();
  });

  it("marks a scene whose mask could not be read", () => {
    const { scenes } = store(async (_list, hear) =>
      hear({ sceneId: "june", shares: null, error: { code: "offline", message: "", detail: null } }));
    scenes.measure();
    expect(scenes.measured.get("june")).toBe("failed");
  });
});
