import type { TransferState, TransferView } from "../ipc/types";

export type TransferAction = "pause" | "resume" | "cancel" | "cancel-delete" | "retry" | "remove";
export type Filter = "all" | "active" | "failed";
export const FILTERS: Filter[] = ["all", "active", "failed"];

const ACTIONS: Record<TransferState, TransferAction[]> = {
  queued: ["pause", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  succeeded: ["remove"],
  failed: ["retry", "remove"],
  cancelled: ["retry", "remove"],
};

export function actionsFor(state: TransferState): TransferAction[] {
  return ACTIONS[state];
}

/** Whether an action is for a transfer in this state; deleting goes where cancelling goes. */
export function allows(state: TransferState, action: TransferAction): boolean {
  return ACTIONS[state].includes(action === "cancel-delete" ? "cancel" : action);
}

export function isOver(transfer: TransferView): boolean {
  return transfer.state === "succeeded" || transfer.state === "failed" || transfer.state === "cancelled";
}

export function passes(transfer: TransferView, filter: Filter): boolean {
  return filter === "all" || (filter === "active" ? !isOver(transfer) : transfer.state === "failed");
}

/** How much of it is there, 0 to 1; null while nobody has said how much it will be. */
export function shareOf(transfer: TransferView): number | null {
  if (transfer.state === "succeeded") return 1;
  if (transfer.totalBytes === null || transfer.totalBytes <= 0) return null;
  return Math.min(1, transfer.doneBytes / transfer.totalBytes);
}

export interface Totals {
  count: number;
  succeeded: number;
  failed: number;
  active: number;
  running: number;
  doneBytes: number;
  /** Null while the size of one of them is unknown. */
  totalBytes: number | null;
  bytesPerSecond: number;
  secondsLeft: number | null;
  share: number;
}

/** Of several transfers together. What was cancelled is neither waited for nor counted as work. */
export function totalsOf(transfers: TransferView[]): Totals {
  const totals: Totals = {
    count: transfers.length, succeeded: 0, failed: 0, active: 0, running: 0,
    doneBytes: 0, totalBytes: 0, bytesPerSecond: 0, secondsLeft: null, share: 0,
  };
  let left: number | null = 0;
  let wanted = 0;
  let shares = 0;
  for (const one of transfers) {
    totals.bytesPerSecond += one.bytesPerSecond;
    if (one.state === "succeeded") totals.succeeded++;
    else if (one.state === "failed") totals.failed++;
    if (one.state === "running") totals.running++;
    if (!isOver(one)) {
      totals.active++;
      left = left === null || one.totalBytes === null ? null : left + Math.max(0, one.totalBytes - one.doneBytes);
    }
    if (one.state === "cancelled") continue;
    wanted++;
    shares += shareOf(one) ?? 0;
    totals.doneBytes += one.doneBytes;
    const bytes: number | null = one.totalBytes ?? (one.state === "succeeded" ? one.doneBytes : null);
    totals.totalBytes = totals.totalBytes === null || bytes === null ? null : totals.totalBytes + bytes;
  }
  if (totals.active > 0 && left !== null && totals.bytesPerSecond > 0) totals.secondsLeft = left / totals.bytesPerSecond;
  totals.share = totals.totalBytes ? Math.min(1, totals.doneBytes / totals.totalBytes) : wanted > 0 ? shares / wanted : 1;
  return totals;
}

/** What was ordered at once: all of it, and the part that the filter shows. */
export interface Group { id: number; name: string; all: TransferView[]; shown: TransferView[]; totals: Totals }

/** Batches in the order in which they will be worked on; those that are over come last, the newest first. Expects the queue's order. */
export function groupsOf(transfers: TransferView[], filter: Filter): Group[] {
  const batches = new Map<number, TransferView[]>();
  for (const one of transfers) {
    const known = batches.get(one.batch);
    if (known) known.push(one);
    else batches.set(one.batch, [one]);
  }
  const groups: Group[] = [];
  const over: Group[] = [];
  for (const [id, all] of batches) {
    const shown = filter === "all" ? all : all.filter((one) => passes(one, filter));
    if (shown.length === 0) continue;
    const group = { id, name: all[0]!.batchName, all, shown, totals: totalsOf(all) };
    (group.totals.active > 0 ? groups : over).push(group);
  }
  const first = (group: Group) => group.all.find((one) => !isOver(one))!.position;
  return [...groups.sort((a, b) => first(a) - first(b)), ...over.sort((a, b) => b.id - a.id)];
}

export const BATCH_PX = 38;
export const ROW_PX = 46;
export const DETAILS_PX = 132;

/** A line of the list. Its height is known before it is drawn, so that only what is in view has to be drawn. */
export type Row =
  | { kind: "batch"; key: string; height: number; group: Group; folded: boolean }
  | { kind: "transfer"; key: string; height: number; transfer: TransferView; group: Group; unfolded: boolean };

export const keyOf = (transfer: TransferView): string => `transfer-${transfer.id}`;

export function rowsOf(groups: Group[], folded: ReadonlySet<number>, unfolded: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  for (const group of groups) {
    const isFolded = folded.has(group.id);
    rows.push({ kind: "batch", key: `batch-${group.id}`, height: BATCH_PX, group, folded: isFolded });
    if (isFolded) continue;
    for (const transfer of group.shown) {
      const isUnfolded = unfolded.has(transfer.id);
      rows.push({ kind: "transfer", key: keyOf(transfer), height: ROW_PX + (isUnfolded ? DETAILS_PX : 0), transfer, group, unfolded: isUnfolded });
    }
  }
  return rows;
}

/** Takes in what has changed (null: removed). Keeps the queue's order, and every object that has not changed. */
export function taken(list: TransferView[], changes: ReadonlyMap<number, TransferView | null>): TransferView[] {
  const known = new Set<number>();
  const next: TransferView[] = [];
  for (const one of list) {
    known.add(one.id);
    const change = changes.get(one.id);
    if (change !== null) next.push(change ?? one);
  }
  for (const [id, change] of changes) if (change && !known.has(id)) next.push(change);
  return next.sort((a, b) => a.position - b.position || a.id - b.id);
}

export type Step = "up" | "down" | "first" | "last";

/** What to ask for so that a transfer takes a step in its batch, or goes to an end of the whole queue. Null when it stands there already. */
export function stepOf(list: TransferView[], transfer: TransferView, step: Step): { id: number; before: number | null } | null {
  if (isOver(transfer)) return null;
  const waiting = list.filter((one) => !isOver(one));
  if (step === "first") return waiting[0]!.id === transfer.id ? null : { id: transfer.id, before: waiting[0]!.id };
  if (step === "last") return waiting.at(-1)!.id === transfer.id ? null : { id: transfer.id, before: null };
  const mates = waiting.filter((one) => one.batch === transfer.batch);
  const at = mates.findIndex((one) => one.id === transfer.id);
  if (step === "up") return at > 0 ? { id: transfer.id, before: mates[at - 1]!.id } : null;
  return at < mates.length - 1 ? { id: mates[at + 1]!.id, before: transfer.id } : null;
}

/** Where something dropped between rows goes: before the next of its batch that is still to come, else right behind the last of them. */
export function dropOf(list: TransferView[], transfer: TransferView, next: TransferView | null): { id: number; before: number | null } | null {
  const waiting = list.filter((one) => !isOver(one));
  const mates = waiting.filter((one) => one.batch === transfer.batch);
  let before: TransferView | undefined;
  if (next) before = mates.find((one) => one.position >= next.position);
  if (!before) before = waiting[waiting.indexOf(mates.at(-1)!) + 1];
  const at = waiting.indexOf(transfer);
  if (at < 0 || before?.id === transfer.id || waiting[at + 1]?.id === before?.id) return null;
  return { id: transfer.id, before: before?.id ?? null };
}
