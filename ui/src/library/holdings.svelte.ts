import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { HoldingState, HoldingView, IpcError, MoveEvent, OrderedView, RelinkedView, RootView, VerifyEvent } from "../ipc/types";
import { Generation } from "../shared/generation";
import type { Notices } from "../shared/notices.svelte";

export const HOLDING_STATES: HoldingState[] = ["verified", "missing", "damaged"];
export interface Checking { done: number; of: number }
export interface CheckSummary { verified: number; missing: number; damaged: number; cancelled: boolean }

/** What the library has of scenes, and the folder that it lies in. */
export class HoldingsStore {
  list = $state.raw<HoldingView[]>([]);
  loaded = $state(false);
  loadError = $state.raw<IpcError | null>(null);
  root = $state.raw<RootView | null>(null);
  text = $state("");
  /** Only these; none means all. */
  states = $state.raw<HoldingState[]>([]);

  checking = $state.raw<Checking | null>(null);
  summary = $state.raw<CheckSummary | null>(null);
  moving = $state.raw<MoveEvent | null>(null);
  relinking = $state(false);
  /** What is being done to one of them. */
  working = $state.raw<ReadonlyMap<number, "removing" | "unpacking">>(new Map());

  readonly counts = $derived.by(() => {
    const counts: Record<HoldingState, number> = { verified: 0, missing: 0, damaged: 0 };
    for (const one of this.list) counts[one.state]++;
    return counts;
  });
  readonly bytes = $derived(this.list.reduce((sum, one) => sum + (one.state === "missing" ? 0 : one.bytes), 0));
  readonly found = $derived.by(() => {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.list.filter((one) => {
      if (this.states.length > 0 && !this.states.includes(one.state)) return false;
      if (words.length === 0) return true;
      const hay = `${one.name} ${one.path} ${one.sensor} ${one.tile ?? ""} ${one.datetime} ${one.provider} ${one.content.kind} ${one.content.bands.join(" ")}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
  });

  readonly #turn = new Generation();
  #stale = true;
  #watched = false;

  constructor(private readonly backend: Backend, private readonly notices: Notices) {}

  /** The list is read while somebody looks at it. */
  watch(): () => void {
    this.#watched = true;
    if (this.#stale) void this.load();
    return () => (this.#watched = false);
  }

  /** Something has come or gone. */
  changed(): void {
    this.#stale = true;
    if (this.#watched) void this.load();
  }

  async load(): Promise<void> {
    const isCurrent = this.#turn.next();
    this.#stale = false;
    try {
      const [list, root] = await Promise.all([this.backend.holdings(), this.backend.libraryRoot()]);
      if (!isCurrent()) return;
      this.list = list;
      this.root = root;
      this.loadError = null;
      this.loaded = true;
    } catch (reason) {
      if (isCurrent()) this.loadError = toIpcError(reason);
    }
  }

  toggleState(state: HoldingState): void {
    this.states = this.states.includes(state) ? this.states.filter((one) => one !== state) : [...this.states, state];
  }

  /** Looks at every file of every holding again; what it finds shows at once. */
  async verify(): Promise<void> {
    if (this.checking) return;
    this.checking = { done: 0, of: this.list.length };
    this.summary = null;
    try {
      await this.backend.holdingsVerify((event) => this.#heard(event));
    } catch (reason) {
      const error = toIpcError(reason);
      if (error.code !== "cancelled") this.notices.add(error);
    } finally {
      this.checking = null;
    }
    await this.load();
  }

  verifyStop(): void {
    this.#quietly(() => this.backend.holdingsVerifyStop());
  }

  /** True when it moved; the dialog for the folder is the system's. */
  async move(): Promise<RootView | null> {
    if (this.moving) return null;
    this.moving = { doneBytes: 0, totalBytes: 0 };
    try {
      const root = await this.backend.libraryMove((event) => (this.moving = event));
      if (root) this.root = root;
      return root;
    } catch (reason) {
      const error = toIpcError(reason);
      if (error.code !== "cancelled") this.notices.add(error);
      return null;
    } finally {
      this.moving = null;
      this.changed();
    }
  }

  moveStop(): void {
    this.#quietly(() => this.backend.libraryMoveStop());
  }

  async relink(): Promise<RelinkedView | null> {
    if (this.relinking) return null;
    this.relinking = true;
    try {
      const relinked = await this.backend.libraryRelink();
      if (relinked) this.changed();
      return relinked;
    } catch (reason) {
      this.notices.add(toIpcError(reason));
      return null;
    } finally {
      this.relinking = false;
    }
  }

  /** The bytes that went; null when it failed, and then nothing is lost. */
  remove(id: number, bin: boolean): Promise<number | null> {
    return this.#work(id, "removing", async () => {
      const bytes = await this.backend.holdingRemove(id, bin);
      this.list = this.list.filter((one) => one.id !== id);
      return bytes;
    });
  }

  /** Orders that it be unpacked; the transfer that does it stands in the queue. */
  unpack(id: number): Promise<OrderedView | null> {
    return this.#work(id, "unpacking", () => this.backend.holdingUnpack(id));
  }

  reveal(id: number): void {
    this.#quietly(() => this.backend.holdingReveal(id));
  }

  #heard(event: VerifyEvent): void {
    if (event.kind === "done") {
      this.summary = { verified: event.verified, missing: event.missing, damaged: event.damaged, cancelled: event.cancelled };
      return;
    }
    const checkedAt = event.state === "verified" ? new Date().toISOString() : null;
    this.list = this.list.map((one) => (one.id === event.id ? { ...one, state: event.state, why: event.why, checkedAt: checkedAt ?? one.checkedAt } : one));
    if (this.checking) this.checking = { ...this.checking, done: Math.min(this.checking.of, this.checking.done + 1) };
  }

  async #work<T>(id: number, what: "removing" | "unpacking", ask: () => Promise<T>): Promise<T | null> {
    if (this.working.has(id)) return null;
    this.working = new Map([...this.working, [id, what]]);
    try {
      return await ask();
    } catch (reason) {
      this.notices.add(toIpcError(reason));
      return null;
    } finally {
      this.working = new Map([...this.working].filter(([one]) => one !== id));
      this.changed();
    }
  }

  #quietly(ask: () => Promise<void>): void {
    ask().catch((reason) => this.notices.add(toIpcError(reason)));
  }
}
