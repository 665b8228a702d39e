import { SvelteSet } from "svelte/reactivity";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { TransferEvent, TransferView } from "../ipc/types";
import type { Notices } from "../shared/notices.svelte";
import { allows, type Filter, type Group, groupsOf, isOver, rowsOf, type Step, stepOf, taken, type TransferAction, totalsOf } from "./model";

/** The queue of transfers as the database last told it. Buttons ask; the picture changes when the answer comes. */
export class TransfersStore {
  /** By place in the queue. */
  list = $state.raw<TransferView[]>([]);
  filter = $state<Filter>("all");
  /** The line on which the arrow keys stand. */
  current = $state<string | null>(null);
  /** Grows when that line has to come into view. */
  turn = $state(0);
  readonly folded = new SvelteSet<number>();
  readonly unfolded = new SvelteSet<number>();
  /** Asked for and not yet answered, so that a click shows within one frame. */
  asked = $state.raw<ReadonlyMap<number, TransferAction>>(new Map());

  readonly totals = $derived(totalsOf(this.list));
  readonly groups = $derived(groupsOf(this.list, this.filter));
  readonly rows = $derived(rowsOf(this.groups, this.folded, this.unfolded));
  readonly counts: Record<Filter, number> = $derived({ all: this.list.length, active: this.totals.active, failed: this.totals.failed });
  /** The one that the folded tray tells about. */
  readonly leading = $derived(this.list.find((one) => one.state === "running" && !one.waiting) ?? this.list.find((one) => !isOver(one)) ?? null);

  /** What events have told of since the list was asked for. */
  #heard: Set<number> | null = null;
  /** Ordered a moment ago and not heard of yet. */
  #expected: number | null = null;

  /** Called when the last transfer of a batch has ended. */
  onBatch: (name: string, succeeded: number, failed: number) => void = () => {};
  /** Called when something new lies in the library. */
  onHeld: () => void = () => {};

  constructor(private readonly backend: Backend, private readonly notices: Notices) {}

  async load(): Promise<void> {
    try {
      const heard = (this.#heard = new Set<number>());
      await this.backend.transfersWatch((events) => this.hear(events));
      await this.#read(heard);
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    }
  }

  /** Takes in what has changed, all at once: many transfers report together. */
  hear(events: TransferEvent[]): void {
    const changes = new Map<number, TransferView | null>();
    const ended: { batch: number; succeeded: number; failed: number }[] = [];
    for (const event of events) {
      if (event.kind === "batch") ended.push(event);
      else if (event.kind === "removed") changes.set(event.id, null);
      else changes.set(event.transfer.id, event.transfer);
    }
    for (const id of changes.keys()) this.#heard?.add(id);
    if (changes.size > 0) this.#take(changes);
    for (const { batch, succeeded, failed } of ended) {
      this.onBatch(this.list.find((one) => one.batch === batch)?.batchName ?? "", succeeded, failed);
    }
  }

  /** Brings a batch into view, as soon as it is there. */
  bring(batch: number): void {
    if (this.filter === "failed") this.filter = "all";
    this.#expected = batch;
    this.#arrive();
  }

  stand(key: string | null): void {
    this.current = key;
    this.turn++;
  }

  /** Those of some transfers that an action is for. */
  fit(transfers: TransferView[], action: TransferAction): TransferView[] {
    return transfers.filter((one) => allows(one.state, action));
  }

  async ask(action: TransferAction, transfers: TransferView[]): Promise<void> {
    const ids = this.fit(transfers, action).map((one) => one.id);
    if (ids.length === 0) return;
    const asked = new Map(this.asked);
    ids.forEach((id) => asked.set(id, action));
    this.asked = asked;
    try {
      await this.#send(action, ids);
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    } finally {
      this.#answered(ids.filter((id) => this.asked.get(id) === action));
    }
  }

  step(transfer: TransferView, step: Step): Promise<void> {
    return this.move(stepOf(this.list, transfer, step));
  }

  /** Shows the new order at once, and then what the queue made of it: a move may renumber others. */
  async move(...moves: ({ id: number; before: number | null } | null)[]): Promise<void> {
    const wanted = moves.filter((one) => one !== null);
    if (wanted.length === 0) return;
    wanted.forEach((one) => this.#show(one));
    try {
      for (const one of wanted) await this.backend.transferMove(one.id, one.before);
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    }
    await this.#read().catch((reason) => this.notices.add(toIpcError(reason)));
  }

  #show(wanted: { id: number; before: number | null }): void {
    const moving = this.list.find((one) => one.id === wanted.id);
    if (moving) this.list = taken(this.list, new Map([[moving.id, { ...moving, position: this.#between(wanted.before, moving.id) }]]));
  }

  /** Puts all that a batch still has to do before all that the batch above it has to do, with as few moves as that takes. */
  async raise(group: Group): Promise<void> {
    const above = this.groups[this.groups.findIndex((one) => one.id === group.id) - 1];
    if (!above) return;
    const [rising, sinking] = [group, above].map((one) => one.all.filter((each) => !isOver(each))) as [TransferView[], TransferView[]];
    const waiting = this.list.filter((one) => !isOver(one));
    const behind = waiting.slice(waiting.indexOf(rising.at(-1)!) + 1).find((one) => one.batch !== above.id);
    const [moving, before] = sinking.length < rising.length ? [sinking, behind?.id ?? null] : [rising, sinking[0]?.id ?? null];
    await this.move(...moving.map((one) => ({ id: one.id, before })));
  }

  reveal(transfer: TransferView): void {
    const id = transfer.holdingIds[0];
    if (id !== undefined) this.backend.holdingReveal(id).catch((reason) => this.notices.add(toIpcError(reason)));
  }

  toggle(set: "folded" | "unfolded", id: number): void {
    if (!this[set].delete(id)) this[set].add(id);
  }

  #between(before: number | null, id: number): number {
    const others = this.list.filter((one) => one.id !== id);
    const at = before === null ? -1 : others.findIndex((one) => one.id === before);
    if (at < 0) return (others.at(-1)?.position ?? 0) + 1;
    return at === 0 ? others[0]!.position - 1 : (others[at - 1]!.position + others[at]!.position) / 2;
  }

  /** Reads the whole queue. An event that comes while the list is on its way is newer than the list. */
  async #read(heard = new Set<number>()): Promise<void> {
    this.#heard = heard;
    const known = await this.backend.transfers();
    if (this.#heard !== heard) return;
    this.#heard = null;
    const listed = new Map(known.filter((one) => !heard.has(one.id)).map((one) => [one.id, one]));
    this.list = taken(this.list.filter((one) => heard.has(one.id) || listed.has(one.id)), listed);
  }

  #take(changes: ReadonlyMap<number, TransferView | null>): void {
    const before = new Map(this.list.map((one) => [one.id, one.state]));
    const moved: number[] = [];
    let held = false;
    for (const [id, change] of changes) {
      const state = before.get(id);
      if (!change || change.state !== state) moved.push(id);
      if (!change) this.unfolded.delete(id);
      held ||= change?.state === "succeeded" && state !== undefined && state !== "succeeded";
    }
    this.list = taken(this.list, changes);
    this.#arrive();
    this.#answered(moved.filter((id) => this.asked.has(id)));
    if (held) this.onHeld();
  }

  #arrive(): void {
    if (this.#expected === null || !this.list.some((one) => one.batch === this.#expected)) return;
    this.folded.delete(this.#expected);
    this.stand(`batch-${this.#expected}`);
    this.#expected = null;
  }

  #answered(ids: number[]): void {
    if (ids.length === 0) return;
    const asked = new Map(this.asked);
    ids.forEach((id) => asked.delete(id));
    this.asked = asked;
  }

  #send(action: TransferAction, ids: number[]): Promise<void> {
    switch (action) {
      case "pause": return this.backend.transfersPause(ids);
      case "resume": return this.backend.transfersResume(ids);
      case "cancel": return this.backend.transfersCancel(ids, false);
      case "cancel-delete": return this.backend.transfersCancel(ids, true);
      case "retry": return this.backend.transfersRetry(ids);
      case "remove": return this.backend.transfersRemove(ids);
    }
  }
}
