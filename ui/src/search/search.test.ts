import { describe, expect, it } from "vitest";
import { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { area, backendWith, later, scene } from "../ipc/samples";
import type { QueryView, SearchEvent } from "../ipc/types";
import { ScenesStore } from "../scenes/scenes.svelte";
import { History } from "../shared/history.svelte";
import { periodOf } from "./presets";
import { SearchStore } from "./search.svelte";

type Listener = (event: SearchEvent) => void;

function stores(commands: Partial<Backend>) {
  const history = new History();
  const backend = backendWith({ clearShares: async () => {}, ...commands });
  const areas = new AreaStore(backend, history);
  const scenes = new ScenesStore(backend, history);
  const search = new SearchStore(backend, areas, scenes, new Date("2025-09-10T00:00:00Z"));
  areas.replace(area());
  return { areas, scenes, search };
}

describe("search", () => {
  it("adds pages as they come and leaves out what another catalogue also has", async () => {
    const { scenes, search } = stores({
      search: async (_query, listener) => {
        listener({ kind: "page", provider: "one", scenes: [scene("a"), scene("b")] });
        listener({ kind: "page", provider: "two", scenes: [scene("b"), scene("c")] });
        listener({ kind: "done", count: 3, cancelled: false });
      },
    });
    await search.run();
    expect(scenes.all.map((one) => one.id)).toEqual(["a", "b", "c"]);
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
    calls[0]!.listener({ kind: "done", count: 1, cancelled: true });
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
        listener({ kind: "done", count: 1, cancelled: false });
      },
    });
    await search.run();
    expect(search.failures.map((failure) => failure.provider)).toEqual(["two"]);
    expect(scenes.all).toHaveLength(1);
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
] as const)("%s on %s is %s to %s", (preset, today, from, to) => {
  expect(periodOf(preset, new Date(today))).toEqual({ from, to });
});
