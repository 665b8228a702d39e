import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { backendWith, holding, later } from "../ipc/samples";
import type { MoveEvent, VerifyEvent } from "../ipc/types";
import { Notices } from "../shared/notices.svelte";
import { HoldingsStore } from "./holdings.svelte";

const ROOT = { folder: "/data/library", there: true, free: 2e11 };

async function store(commands: Partial<Backend> = {}) {
  const notices = new Notices();
  const list = [
    holding(1, { name: "S2B_MSIL2A_X" }), holding(2, { sensor: "landsat-c2-l2", tile: "191028", state: "missing", bytes: 5e9 }),
    holding(3, { state: "damaged", why: "B04 is shorter", content: { kind: "window", bands: ["nir"] } }),
  ];
  const holdings = new HoldingsStore(backendWith({ holdings: async () => list, libraryRoot: async () => ROOT, ...commands }), notices);
  await holdings.load();
  return { holdings, notices };
}

describe("holdings", () => {
  it.each([
    ["", [], [1, 2, 3]], ["x msil2a", [], [1]], ["landsat 191028", [], [2]], ["nir", [], [3]], ["2025-07-01", ["missing"], [2]],
    ["", ["missing", "damaged"], [2, 3]], ["x", ["damaged"], []],
  ] as const)("are found by '%s' and %j", async (text, states, ids) => {
    const { holdings } = await store();
    holdings.text = text;
    states.forEach((state) => holdings.toggleState(state));
    expect(holdings.found.map((one) => one.id)).toEqual([...ids]);
  });

  it("are counted, and what is missing takes no room", async () => {
    const { holdings } = await store();
    expect(holdings.counts).toEqual({ verified: 1, missing: 1, damaged: 1 });
    expect(holdings.bytes).toBe(180e6);
  });

  it("are read when somebody looks, and again when something has come", async () => {
    const list = vi.fn(async () => [holding(1)]);
    const holdings = new HoldingsStore(backendWith({ holdings: list, libraryRoot: async () => ROOT }), new Notices());
    holdings.changed();
    expect(list).not.toHaveBeenCalled();
    const leave = holdings.watch();
    await vi.waitFor(() => expect(holdings.loaded).toBe(true));
    holdings.changed();
    expect(list).toHaveBeenCalledTimes(2);
    leave();
    holdings.changed();
    expect(list).toHaveBeenCalledTimes(2);
    holdings.watch();
    expect(list).toHaveBeenCalledTimes(3);
  });

  it("show what a check finds while it runs, and its end", async () => {
    const end = later<void>();
    let tell: (event: VerifyEvent) => void = () => {};
    const stop = vi.fn(async () => {});
    const { holdings } = await store({ holdingsVerify: (listener) => ((tell = listener), end.promise), holdingsVerifyStop: stop });
    const checking = holdings.verify();
    tell({ kind: "checked", id: 1, state: "damaged", why: "its digest differs" });
    expect(holdings.checking).toEqual({ done: 1, of: 3 });
    expect(holdings.list[0]).toMatchObject({ state: "damaged", why: "its digest differs" });
    holdings.verifyStop();
    expect(stop).toHaveBeenCalledOnce();
    tell({ kind: "done", verified: 0, missing: 1, damaged: 2, cancelled: true });
    end.resolve();
    await checking;
    expect([holdings.checking, holdings.summary?.cancelled, holdings.summary?.damaged]).toEqual([null, true, 2]);
  });

  it("go with their files, and stay when they cannot", async () => {
    const gone = vi.fn(async () => 90e6);
    const { holdings, notices } = await store({ holdingRemove: gone });
    expect(await holdings.remove(1, true)).toBe(90e6);
    expect(gone).toHaveBeenCalledWith(1, true);
    gone.mockRejectedValueOnce({ code: "internal", message: "this disk has no bin", detail: null });
    expect(await holdings.remove(3, true)).toBeNull();
    expect(holdings.list.map((one) => one.id)).toContain(3);
    expect(notices.items).toHaveLength(1);
    expect(holdings.working.size).toBe(0);
  });

  it("move with progress, and say nothing when that was stopped", async () => {
    const end = later<typeof ROOT | null>();
    let tell: (event: MoveEvent) => void = () => {};
    const { holdings, notices } = await store({ libraryMove: (listener) => ((tell = listener), end.promise) });
    const moving = holdings.move();
    tell({ doneBytes: 5, totalBytes: 10 });
    expect(holdings.moving).toEqual({ doneBytes: 5, totalBytes: 10 });
    end.resolve({ ...ROOT, folder: "/disk/library" });
    expect((await moving)?.folder).toBe("/disk/library");
    const stopped = await store({ libraryMove: () => Promise.reject({ code: "cancelled", message: "stopped", detail: null }) });
    expect(await stopped.holdings.move()).toBeNull();
    expect([notices.items, stopped.notices.items, stopped.holdings.moving]).toEqual([[], [], null]);
  });
});
