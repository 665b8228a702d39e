import { describe, expect, it } from "vitest";
import { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { area, backendWith, later, provider, scene } from "../ipc/samples";
import type { ProviderView, QueryView, SearchEvent } from "../ipc/types";
import { ScenesStore } from "../scenes/scenes.svelte";
import { History } from "../shared/history.svelte";
import { periodOf } from "./presets";
import { cataloguesOf } from "./samples";
import { SearchStore } from "./search.svelte";

type Listener = (event: SearchEvent) => void;

function stores(commands: Partial<Backend>, list: ProviderView[] = []) {
  const history = new History();
  const backend = backendWith({ clearShares: async () => {}, ...commands });
  const areas = new AreaStore(backend, history);
  const scenes = new ScenesStore(backend, history);
  const search = new SearchStore(backend, areas, scenes, cataloguesOf(backend, list), new Date("2025-09-10T00:00:00Z"));
  areas.replace(area());
  return { areas, scenes, search };
}

describe("search", () => {
  it("adds pages as they come; a scene that another catalogue also has is put in its place, not beside it", async () => {
    const { scenes, search } = stores({
      search: async (_query, listener) => {
        listener({ kind: "page", provider: "one", scenes: [scene("a"), scene("b")] });
        listener({ kind: "page", provider: "two", scenes: [scene("b", { sources: ["one", "two"] }), scene("c")] });
        listener({ kind: "done", count: 3, cancelled: false, completeness: [] });
      },
    });
    await search.run();
    expect(scenes.all.map((one) => one.id)).toEqual(["a", "b", "c"]);
    expect(scenes.byId("b")?.sources).toEqual(["one", "two"]);
    expect([search.running, search.finished]).toEqual([false, true]);
  });

  it("drops what an overtaken search still sends", async () => {
    const calls: { listener: Listener; end: ReturnType<typeof later<void>> }[] = [];
    const { scenes, search } = stores({
      search: (_query, listener) => {
        const end = later<void>();
        calls.push({ listener, end });
        return end.promise;
      },
    });
    const first = search.run();
    const second = search.run();
    calls[1]!.listener({ kind: "page", provider: "one", scenes: [scene("new")] });
    calls[0]!.listener({ kind: "page", provider: "one", scenes: [scene("old")] });
    calls[0]!.listener({ kind: "done", count: 1, cancelled: true, completeness: [] });
    calls[0]!.end.reject({ code: "cancelled", message: "overtaken", detail: null });
    await first;
    expect(scenes.all.map((one) => one.id)).toEqual(["new"]);
    expect([search.running, search.error]).toEqual([true, null]);
    calls[1]!.end.resolve();
    await second;
    expect(search.running).toBe(false);
  });

  it("keeps the scenes of the others when one catalogue fails", async () => {
    const { scenes, search } = stores({
      search: async (_query, listener) => {
        listener({ kind: "provider-failed", provider: "two", error: { code: "offline", message: "no route", detail: null } });
        listener({ kind: "page", provider: "one", scenes: [scene("a")] });
        listener({ kind: "done", count: 1, cancelled: false, completeness: [] });
      },
    });
    await search.run();
    expect(search.failures.map((failure) => failure.provider)).toEqual(["two"]);
    expect(scenes.all).toHaveLength(1);
  });

  it("keeps a line for each catalogue it asks, and never takes a failure for an empty answer", async () => {
    const end = later<void>();
    let hear: Listener = () => {};
    const { search } = stores({
      search: (_query, listener) => {
        hear = listener;
        return end.promise;
      },
    }, [provider("one"), provider("two"), provider("three"), provider("radar", { sensors: ["sentinel-1-grd"] }), provider("locked", { usable: false })]);
    const run = search.run();
    const states = () => search.lines.map((line) => [line.provider, line.state, line.count]);
    expect(states()).toEqual([["one", "asking", 0], ["two", "asking", 0], ["three", "asking", 0]]);
    hear({ kind: "page", provider: "one", scenes: [scene("a"), scene("b")] });
    expect(states()[0]).toEqual(["one", "asking", 2]);
    hear({ kind: "provider-done", provider: "one", count: 2 });
    hear({ kind: "provider-failed", provider: "two", error: { code: "provider-failed", message: "503", detail: "try later" } });
    hear({ kind: "done", count: 2, cancelled: false, completeness: [{ provider: "one", sensor: "sentinel-2-l2a", found: 2, lacking: [] }] });
    end.resolve();
    await run;
    expect(states()).toEqual([["one", "done", 2], ["two", "failed", 0], ["three", "stopped", 0]]);
    expect(search.lines[1]!.error?.detail).toBe("try later");
    expect(search.completeness).toHaveLength(1);
  });

  it("says so when every catalogue with these sensors is off", () => {
    const { search } = stores({}, [provider("one", { usable: false })]);
    expect(search.problem).toBe("no-catalogues");
  });

  it("sends the filters and does not ask again for what the list itself decides", async () => {
    const asked: QueryView[] = [];
    const { scenes, search } = stores({ search: async (query) => void asked.push(query) });
    search.filters.tiles = "t32tls";
    await search.run();
    expect(asked[0]!.filters.tiles).toEqual(["32TLS"]);
    scenes.minClear = 0.5;
    expect(search.outdated).toBe(false);
    search.filters.minCoverage = 50;
    expect(search.outdated).toBe(true);
    search.filters.tiles = "nowhere";
    expect(search.problem).toBe("bad-filters");
  });

  it("asks without a cloud limit at 100 percent", async () => {
    const asked: QueryView[] = [];
    const { search } = stores({ search: async (query) => void asked.push(query) });
    search.maxCloud = 40;
    await search.run();
    search.maxCloud = 100;
    await search.run();
    expect(asked.map((query) => query.maxCloud)).toEqual([40, null]);
  });

  it("knows that the list answers an older question", async () => {
    const { search } = stores({ search: async () => {} });
    expect(search.outdated).toBe(false);
    await search.run();
    expect(search.outdated).toBe(false);
    search.toggleSensor("landsat-c2-l2");
    expect(search.outdated).toBe(true);
    search.toggleSensor("landsat-c2-l2");
    expect(search.outdated).toBe(false);
  });

  it("says what is missing instead of asking", async () => {
    const { areas, search } = stores({});
    search.sensors = [];
    expect(search.problem).toBe("no-sensors");
    search.from = "2025-09-11";
    expect(search.problem).toBe("bad-dates");
    areas.clear();
    expect(search.problem).toBe("no-area");
    await search.run();
    expect(search.running).toBe(false);
  });
});

it.each([
  ["last-30-days", "2025-09-10", "2025-08-11", "2025-09-10"],
  ["this-summer", "2025-09-10", "2025-06-01", "2025-08-31"],
  ["this-summer", "2025-03-01", "2024-06-01", "2024-08-31"],
  ["this-year", "2025-09-10", "2025-01-01", "2025-09-10"],
  ["last-year", "2025-09-10", "2024-01-01", "2024-12-31"],
  ["last-3-years", "2025-09-10", "2023-01-01", "2025-09-10"],
] as const)("%s on %s is %s to %s", (preset, today, from, to) => {
  expect(periodOf(preset, new Date(today))).toEqual({ from, to });
});
