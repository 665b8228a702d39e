import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { backendWith, later, transfer } from "../ipc/samples";
import type { TransferEvent, TransferView } from "../ipc/types";
import { Notices } from "../shared/notices.svelte";
import { TransfersStore } from "./transfers.svelte";

function store(commands: Partial<Backend> = {}, list: TransferView[] | Promise<TransferView[]> = []) {
  let send: (events: TransferEvent[]) => void = () => {};
  const notices = new Notices();
  const transfers = new TransfersStore(backendWith({
    transfersWatch: async (listener) => void (send = listener), transfers: async () => list, ...commands,
  }), notices);
  return { transfers, notices, send: (...events: TransferEvent[]) => send(events) };
}
const changed = (one: TransferView): TransferEvent => ({ kind: "changed", transfer: one });

/** Moves as the library does, into a list that it hands out anew. */
function mover(list: TransferView[]) {
  const moves: [number, number | null][] = [];
  const queue = { list };
  const transferMove = async (id: number, before: number | null) => {
    moves.push([id, before]);
    const others = queue.list.filter((one) => one.id !== id);
    others.splice(before === null ? others.length : others.findIndex((one) => one.id === before), 0, queue.list.find((one) => one.id === id)!);
    queue.list = others.map((one, at) => ({ ...one, position: 100 + at }));
  };
  return { moves, commands: { transferMove, transfers: async () => queue.list } };
}

describe("the queue", () => {
  it("trusts an event over the list that was asked for before it", async () => {
    const list = later<TransferView[]>();
    const { transfers, send } = store({}, list.promise);
    const loading = transfers.load();
    await Promise.resolve();
    send(changed(transfer(1, { state: "succeeded" })), { kind: "removed", id: 2 });
    list.resolve([transfer(1), transfer(2), transfer(3)]);
    await loading;
    expect(transfers.list.map((one) => [one.id, one.state])).toEqual([[1, "succeeded"], [3, "running"]]);
  });

  it("tells once what has come into the library, and how a batch ended", async () => {
    const { transfers, send } = store({}, [transfer(1), transfer(2, { state: "succeeded" })]);
    await transfers.load();
    const [held, ended] = [vi.fn(), vi.fn()];
    Object.assign(transfers, { onHeld: held, onBatch: ended });
    send(changed(transfer(2, { state: "succeeded", tries: 1 })));
    expect(held).not.toHaveBeenCalled();
    send(changed(transfer(1, { state: "succeeded" })), { kind: "batch", batch: 1, succeeded: 2, failed: 0 });
    expect(held).toHaveBeenCalledOnce();
    expect(ended).toHaveBeenCalledWith("coast", 2, 0);
  });

  it("asks only for those that an action is for, and shows it until they have changed", async () => {
    const answer = later<void>();
    const transfersPause = vi.fn(() => answer.promise);
    const { transfers, send } = store({ transfersPause }, [transfer(1), transfer(2, { state: "failed" }), transfer(3, { state: "queued" })]);
    await transfers.load();
    const asking = transfers.ask("pause", transfers.list);
    expect(transfersPause).toHaveBeenCalledWith([1, 3]);
    send(changed(transfer(1, { doneBytes: 50e6 })));
    expect([...transfers.asked.keys()]).toEqual([1, 3]);
    send(changed(transfer(1, { state: "paused" })));
    expect([...transfers.asked.keys()]).toEqual([3]);
    answer.resolve();
    await asking;
    expect(transfers.asked.size).toBe(0);
  });

  it.each([["cancel", false], ["cancel-delete", true]] as const)("%s hands on whether files go", async (action, erase) => {
    const transfersCancel = vi.fn(async () => {});
    const { transfers } = store({ transfersCancel }, [transfer(1)]);
    await transfers.load();
    await transfers.ask(action, transfers.list);
    expect(transfersCancel).toHaveBeenCalledWith([1], erase);
  });

  it("shows a new order at once and takes it back when it was refused", async () => {
    const answer = later<void>();
    const { transfers, notices } = store({ transferMove: () => answer.promise }, [transfer(1), transfer(2), transfer(3)]);
    await transfers.load();
    const moving = transfers.step(transfers.list[2]!, "first");
    expect(transfers.list.map((one) => one.id)).toEqual([3, 1, 2]);
    answer.reject({ code: "internal", message: "the queue is locked", detail: null });
    await moving;
    expect(transfers.list.map((one) => one.id)).toEqual([1, 2, 3]);
    expect(notices.items).toHaveLength(1);
  });

  it("brings a batch that was ordered into view once it has come", async () => {
    const { transfers, send } = store({}, [transfer(1)]);
    await transfers.load();
    transfers.filter = "failed";
    transfers.bring(7);
    expect([transfers.current, transfers.filter]).toEqual([null, "all"]);
    send(changed(transfer(9, { batch: 7 })));
    expect([transfers.current, transfers.turn]).toEqual(["batch-7", 1]);
    send(changed(transfer(9, { batch: 7, doneBytes: 1 })));
    expect(transfers.turn).toBe(1);
  });

  it("takes over a queue that was numbered anew, but for what events have told meanwhile", async () => {
    const again = later<TransferView[]>();
    let reads = 0;
    const { transfers, send } = store({ transferMove: async () => {}, transfers: async () => (reads++ === 0 ? [transfer(1), transfer(2), transfer(3)] : again.promise) });
    await transfers.load();
    const moving = transfers.step(transfers.list[2]!, "up");
    await vi.waitFor(() => expect(reads).toBe(2));
    send(changed(transfer(1, { position: 64, state: "paused" })));
    again.resolve([transfer(1, { position: 64 }), transfer(3, { position: 128 }), transfer(2, { position: 192 })]);
    await moving;
    expect(transfers.list.map((one) => [one.id, one.position, one.state])).toEqual([[1, 64, "paused"], [3, 128, "running"], [2, 192, "running"]]);
  });

  it("raises a batch over the one above it, in its own order", async () => {
    const { moves, commands } = mover([transfer(1), transfer(2), transfer(3, { batch: 2 }), transfer(4, { batch: 2, state: "failed" }), transfer(5, { batch: 2 })]);
    const { transfers } = store(commands);
    await transfers.load();
    await transfers.raise(transfers.groups[1]!);
    expect(moves).toEqual([[3, 1], [5, 1]]);
    expect(transfers.groups.map((group) => group.id)).toEqual([2, 1]);
  });

  it("raises a large batch by sinking the small one above it", async () => {
    const { moves, commands } = mover([transfer(1), transfer(2, { batch: 2 }), transfer(3, { batch: 2 }), transfer(4, { batch: 3 })]);
    const { transfers } = store(commands);
    await transfers.load();
    await transfers.raise(transfers.groups[1]!);
    expect(moves).toEqual([[1, 4]]);
    expect(transfers.groups.map((group) => group.id)).toEqual([2, 1, 3]);
  });

  it("takes in what 16 of 2,000 report within a frame", async () => {
    const { transfers, send } = store({}, Array.from({ length: 2000 }, (_, at) => transfer(at + 1, { batch: 1 + (at % 5), state: "queued" })));
    await transfers.load();
    expect(transfers.rows).toHaveLength(2005);
    const times: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const begun = performance.now();
      send(...Array.from({ length: 16 }, (_, at) => changed(transfer(at + 1, { batch: 1 + (at % 5), doneBytes: turn }))));
      expect(transfers.rows).toHaveLength(2005);
      times.push(performance.now() - begun);
    }
    const median = times.sort((a, b) => a - b)[10]!;
    console.info(`2,000 transfers, 16 changes: ${median.toFixed(1)} ms`);
    expect(median).toBeLessThan(30);
  });
});
