import type { OrderChoice, OrderedView, SceneView, TransferEvent, TransferView } from "../types";
import { problem } from "./problem";
import { chance } from "./random";
import { seed, seeds } from "./transferSeed";

const TICK_MS = 250;
/** How long what comes by itself without a known end is waited for. */
const WAIT_MS = 45_000;

/** A queue that moves: some run at a time, others wait, one in twenty fails once, and every button does what it says. */
export class SampleTransfers {
  readonly #rows = new Map<number, TransferView>(seeds().map((one) => [one.id, one]));
  readonly #since = new Map<number, number>();
  readonly #again = new Set<number>();
  #changed = new Map<number, TransferEvent>();
  #listener: (events: TransferEvent[]) => void = () => {};
  #clock: ReturnType<typeof setInterval> | null = null;
  #next = 10_000;
  #batch = 100;
  parallel = 3;

  constructor(private readonly held: (transfer: TransferView) => number) {}

  watch(listener: (events: TransferEvent[]) => void): void {
    this.#listener = listener;
    this.#clock ??= setInterval(() => this.#tick(), TICK_MS);
  }

  list(): TransferView[] {
    return [...this.#rows.values()].sort((a, b) => a.position - b.position);
  }

  order(order: OrderChoice, scenes: SceneView[]): OrderedView {
    const queued = scenes.filter((scene) => this.list().some((one) => one.sceneId === scene.id && one.batch > 99 && one.state !== "cancelled"));
    const wanted = scenes.filter((scene) => !queued.includes(scene));
    if (wanted.length === 0) return { batch: null, ordered: 0, held: 0, queued: queued.length };
    const batch = this.#batch++;
    for (const scene of wanted) {
      const id = this.#next++;
      const row = seed(id, batch, order.name, scene.name ?? scene.id, order.wanted, 0, { state: "queued", sensor: scene.sensor, sceneId: scene.id });
      this.#put({ ...row, position: this.list().at(-1)!.position + 1, createdAt: new Date().toISOString() });
    }
    this.#tell();
    return { batch, ordered: wanted.length, held: 0, queued: queued.length };
  }

  /** A held package is unpacked by a transfer that fetches nothing. */
  unpack(name: string): OrderedView {
    const batch = this.#batch++;
    const id = this.#next++;
    const row = seed(id, batch, name, name, { kind: "product", form: "safe-zip", unpack: true }, 1, { state: "running", stage: "unpack", fetchedBytes: 0, source: "file" });
    this.#put({ ...row, position: this.list().at(-1)!.position + 1 });
    this.#tell();
    return { batch, ordered: 1, held: 0, queued: 0 };
  }

  each(ids: number[], change: (row: TransferView) => Partial<TransferView> | null): void {
    for (const id of ids) {
      const row = this.#rows.get(id);
      const part = row && change(row);
      if (row && part) this.#put({ ...row, ...part });
    }
    this.#tell();
  }

  pause(ids: number[]): void {
    this.each(ids, (row) => (row.state === "queued" || row.state === "running" ? { ...STILL, state: "paused" } : null));
  }

  resume(ids: number[]): void {
    this.each(ids, (row) => (row.state === "paused" ? { state: "queued" } : null));
  }

  cancel(ids: number[], erase: boolean): void {
    this.each(ids, (row) => (OVER.has(row.state) ? null
      : { ...STILL, state: "cancelled", finishedAt: new Date().toISOString(), ...(erase ? { doneBytes: 0, filesDone: 0 } : {}) }));
  }

  retry(ids: number[]): void {
    ids.forEach((id) => this.#again.add(id));
    this.each(ids, (row) => (row.state === "failed" || row.state === "cancelled" ? { state: "queued", error: null, finishedAt: null } : null));
  }

  remove(ids: number[]): void {
    for (const id of ids) {
      if (!OVER.has(this.#rows.get(id)?.state ?? "running")) continue;
      this.#rows.delete(id);
      this.#changed.set(id, { kind: "removed", id });
    }
    this.#tell();
  }

  move(id: number, before: number | null): void {
    const others = this.list().filter((one) => one.id !== id);
    const at = before === null ? others.length : others.findIndex((one) => one.id === before);
    if (at < 0) throw problem("not-found", "that transfer is no longer in the queue");
    others.splice(at, 0, this.#rows.get(id)!);
    others.forEach((one, position) => one.position !== position + 1 && this.#put({ ...one, position: position + 1 }));
    this.#tell();
  }

  #tick(): void {
    const rows = this.list();
    let free = this.parallel - rows.filter((one) => one.state === "running" && !one.waiting).length;
    for (const row of rows) {
      if (row.state === "running") this.#advance(row);
      else if (row.state === "queued" && row.waiting) this.#wait(row);
      else if (row.state === "queued" && free-- > 0) this.#put({ ...row, state: "running", stage: "resolve", source: row.source ?? "earth-search · sentinel-cogs.s3.us-west-2.amazonaws.com" });
    }
    this.#tell();
  }

  #wait(row: TransferView): void {
    const since = this.#since.get(row.id) ?? Date.now();
    this.#since.set(row.id, since);
    const end = row.waiting?.until ? Date.parse(row.waiting.until) : since + WAIT_MS;
    if (Date.now() > end) this.#put({ ...row, waiting: null });
  }

  #advance(row: TransferView): void {
    if (row.waiting) return this.#wait(row);
    const total = row.totalBytes ?? 8e8;
    if (row.stalledSeconds !== null) {
      const stalled = row.stalledSeconds + TICK_MS / 1000;
      return this.#put({ ...row, stalledSeconds: stalled > 40 ? null : stalled, tries: row.tries + (stalled > 40 ? 1 : 0) });
    }
    if (row.stage === "fetch" && row.doneBytes < total) {
      const rate = 2e7 * (0.6 + 0.8 * chance(`${row.id}${row.doneBytes}`)) / Math.max(1, this.parallel);
      const done = Math.min(total, row.doneBytes + rate * (TICK_MS / 1000));
      if (done / total > 0.6 && row.doneBytes / total <= 0.6 && chance(`${row.id}fails`) < 0.05 && !this.#again.has(row.id)) return this.#fail(row);
      return this.#put({
        ...row, totalBytes: total, doneBytes: done, fetchedBytes: row.fetchedBytes + (done - row.doneBytes), bytesPerSecond: rate,
        secondsLeft: (total - done) / rate, filesDone: Math.floor((row.files * done) / total),
      });
    }
    // Every other stage takes a second or two.
    const since = this.#since.get(row.id) ?? Date.now();
    this.#since.set(row.id, since);
    if (Date.now() - since < (row.stage === "check" || row.stage === "unpack" ? 4000 : 900)) return;
    this.#since.delete(row.id);
    const next = this.#after(row);
    if (next) this.#put({ ...row, stage: next, bytesPerSecond: 0, secondsLeft: null, filesDone: next === "check" ? row.files : row.filesDone });
    else this.#succeed(row);
  }

  #after(row: TransferView): TransferView["stage"] {
    switch (row.stage) {
      case "resolve": return "fetch";
      case "fetch": return "check";
      case "check": return row.wanted.kind === "window" ? "clip" : row.wanted.kind === "product" && row.wanted.unpack ? "unpack" : "publish";
      case "clip": case "unpack": return "publish";
      default: return null;
    }
  }

  #succeed(row: TransferView): void {
    const done: TransferView = { ...row, ...STILL, state: "succeeded", doneBytes: row.totalBytes ?? row.doneBytes, finishedAt: new Date().toISOString() };
    this.#put({ ...done, holdingIds: [this.held(done)] });
    this.#end(row.batch);
  }

  #fail(row: TransferView): void {
    const error = problem("provider-failed", "the server sent another file than the catalogue describes: it was put aside; try again, or choose another form");
    this.#put({ ...row, ...STILL, state: "failed", error, finishedAt: new Date().toISOString() });
    this.#end(row.batch);
  }

  #end(batch: number): void {
    const mates = this.list().filter((one) => one.batch === batch);
    if (mates.some((one) => !OVER.has(one.state))) return;
    const count = (state: string) => mates.filter((one) => one.state === state).length;
    this.#tell();
    this.#listener([{ kind: "batch", batch, succeeded: count("succeeded"), failed: count("failed") }]);
  }

  #put(row: TransferView): void {
    this.#rows.set(row.id, row);
    this.#changed.set(row.id, { kind: "changed", transfer: row });
  }

  #tell(): void {
    if (this.#changed.size === 0) return;
    const events = [...this.#changed.values()];
    this.#changed = new Map();
    this.#listener(events);
  }
}

const OVER = new Set(["succeeded", "failed", "cancelled"]);
const STILL = { waiting: null, stalledSeconds: null, bytesPerSecond: 0, secondsLeft: null };
