import { describe, expect, it } from "vitest";
import { transfer } from "../ipc/samples";
import type { TransferView } from "../ipc/types";
import {
  actionsFor, allows, BATCH_PX, DETAILS_PX, dropOf, groupsOf, passes, ROW_PX, rowsOf, shareOf, type Step, stepOf, taken, totalsOf,
} from "./model";

const ids = (list: TransferView[]) => list.map((one) => one.id);

describe("actions", () => {
  it.each([
    ["queued", ["pause", "cancel"]], ["running", ["pause", "cancel"]], ["paused", ["resume", "cancel"]],
    ["succeeded", ["remove"]], ["failed", ["retry", "remove"]], ["cancelled", ["retry", "remove"]],
  ] as const)("of what is %s are %j", (state, actions) => {
    expect(actionsFor(state)).toEqual(actions);
    expect(allows(state, "cancel-delete")).toBe((actions as readonly string[]).includes("cancel"));
  });
});

it.each([
  [{ doneBytes: 20, totalBytes: 80 }, 0.25], [{ doneBytes: 90, totalBytes: 80 }, 1], [{ totalBytes: null }, null], [{ totalBytes: 0 }, null],
  [{ state: "succeeded", totalBytes: null }, 1],
] as const)("the share of %j is %j", (part, share) => expect(shareOf(transfer(1, part))).toBe(share));

it.each([
  ["queued", true, false], ["running", true, false], ["paused", true, false], ["succeeded", false, false], ["failed", false, true],
  ["cancelled", false, false],
] as const)("what is %s counts as active: %s, as failed: %s", (state, active, failed) => {
  const one = transfer(1, { state });
  expect([passes(one, "all"), passes(one, "active"), passes(one, "failed")]).toEqual([true, active, failed]);
});

describe("totals", () => {
  it("add up bytes and rates, and tell the time left from both", () => {
    const totals = totalsOf([
      transfer(1, { doneBytes: 30, totalBytes: 100, bytesPerSecond: 5 }), transfer(2, { doneBytes: 50, totalBytes: 100, bytesPerSecond: 5 }),
      transfer(3, { state: "succeeded", doneBytes: 100, totalBytes: 100, bytesPerSecond: 0 }),
      transfer(4, { state: "failed", doneBytes: 0, totalBytes: 100, bytesPerSecond: 0 }),
    ]);
    expect(totals).toMatchObject({ count: 4, succeeded: 1, failed: 1, active: 2, running: 2, doneBytes: 180, totalBytes: 400, bytesPerSecond: 10, secondsLeft: 12 });
    expect(totals.share).toBeCloseTo(0.45);
  });

  it("leave out what was cancelled, and know no whole while one size is unknown", () => {
    const totals = totalsOf([
      transfer(1, { totalBytes: null }), transfer(2, { state: "succeeded", totalBytes: null }), transfer(3, { state: "cancelled" }),
    ]);
    expect([totals.totalBytes, totals.secondsLeft, totals.share]).toEqual([null, null, 0.5]);
    expect(totalsOf([transfer(1, { state: "cancelled" })]).share).toBe(1);
  });
});

describe("groups", () => {
  const list = taken([], new Map([
    transfer(1, { batch: 1, state: "succeeded" }), transfer(2, { batch: 2, state: "failed" }), transfer(3, { batch: 3, batchName: "lake" }),
    transfer(4, { batch: 4 }), transfer(5, { batch: 3, state: "succeeded" }),
  ].map((one) => [one.id, one])));

  it("stand in the order of work, what is over behind them and the newest of that first", () => {
    expect(groupsOf(list, "all").map((group) => group.id)).toEqual([3, 4, 2, 1]);
    expect(groupsOf(list, "all")[0]).toMatchObject({ name: "lake", totals: { count: 2, succeeded: 1 } });
  });

  it("keep the sums of the whole batch under a filter", () => {
    const [lake] = groupsOf(list, "active");
    expect([ids(lake!.shown), lake!.totals.count]).toEqual([[3], 2]);
    expect(groupsOf(list, "failed").map((group) => group.id)).toEqual([2]);
  });

  it("make rows of known height", () => {
    const rows = rowsOf(groupsOf(list, "all"), new Set([4]), new Set([5]));
    expect(rows.map((row) => [row.key, row.height])).toEqual([
      ["batch-3", BATCH_PX], ["transfer-3", ROW_PX], ["transfer-5", ROW_PX + DETAILS_PX], ["batch-4", BATCH_PX],
      ["batch-2", BATCH_PX], ["transfer-2", ROW_PX], ["batch-1", BATCH_PX], ["transfer-1", ROW_PX],
    ]);
  });
});

it("takes in changes by their place and keeps what has not changed", () => {
  const before = [transfer(1), transfer(2), transfer(3)];
  const after = taken(before, new Map([[1, null], [3, transfer(3, { position: 0 })], [9, transfer(9, { position: 2.5 })]]));
  expect(ids(after)).toEqual([3, 2, 9]);
  expect(after[1]).toBe(before[1]);
});

describe("order", () => {
  // Two batches, one row that is over in between.
  const list = [
    transfer(1, { batch: 1 }), transfer(2, { batch: 1, state: "succeeded" }), transfer(3, { batch: 1 }), transfer(4, { batch: 2 }), transfer(5, { batch: 1 }),
  ];
  const of = (id: number) => list.find((one) => one.id === id)!;

  it.each([
    [3, "up", { id: 3, before: 1 }], [1, "up", null], [1, "down", { id: 3, before: 1 }], [3, "down", { id: 5, before: 3 }], [5, "down", null],
    [4, "up", null], [5, "first", { id: 5, before: 1 }], [1, "first", null], [1, "last", { id: 1, before: null }], [5, "last", null], [2, "up", null],
  ] as [number, Step, unknown][])("a step of %d %s asks for %j", (id, step, wanted) => expect(stepOf(list, of(id), step)).toEqual(wanted));

  it.each([
    ["before another of its batch", 5, 1, { id: 5, before: 1 }], ["before one that is over", 5, 2, { id: 5, before: 3 }],
    ["behind the last", 1, null, { id: 1, before: null }], ["where it is", 3, 3, null], ["behind itself", 3, 5, { id: 3, before: 5 }],
    ["right behind itself", 1, 3, null], ["of what is over", 2, 1, null],
  ] as [string, number, number | null, unknown][])("a drop %s", (_, id, next, wanted) =>
    expect(dropOf(list, of(id), next === null ? null : of(next))).toEqual(wanted));
});
