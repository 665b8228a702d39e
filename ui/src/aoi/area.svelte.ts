import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { AreaDropped, AreaView, Coordinates, DemoEvent, DemoView, IpcError } from "../ipc/types";
import { Generation } from "../shared/generation";
import { areaKm2, bboxOf } from "../shared/geo";
import type { History } from "../shared/history.svelte";

/** The area of interest: what was drawn or brought in, and the checked form of it that everything else uses. */
export class AreaStore {
  current = $state.raw<AreaView | null>(null);
  /** km² of the shape under the pointer; null when nobody draws. */
  liveKm2 = $state<number | null>(null);
  checking = $state(false);
  error = $state.raw<IpcError | null>(null);
  demoProgress = $state.raw<DemoEvent | null>(null);

  /** The last checked area: what undo goes back to, and what stays when a drawn shape is refused. */
  #settled: AreaView | null = null;
  readonly #generation = new Generation();

  constructor(private readonly backend: Backend, private readonly history: History) {}

  /** Shows the drawn shape at once and swaps in the checked one when it comes. */
  async draw(coordinates: Coordinates): Promise<void> {
    const shown = provisional(coordinates);
    this.current = shown;
    const checked = await this.#take(() => this.backend.areaCheck(coordinates));
    if (!checked && this.current === shown) this.current = this.#settled;
  }

  /** Takes what was dropped on the window, already read by the Rust side. */
  receive({ area, error }: AreaDropped): void {
    if (area) this.replace(area);
    else this.error = error;
  }

  async import(): Promise<AreaView | null> {
    return this.#take(() => this.backend.areaImport());
  }

  async paste(text: string): Promise<AreaView | null> {
    return this.#take(() => this.backend.areaFromText(text));
  }

  async openDemo(): Promise<DemoView | null> {
    this.demoProgress = { done: 0, total: 1 };
    let demo: DemoView | null = null;
    await this.#take(async () => {
      demo = await this.backend.demoOpen((event) => (this.demoProgress = event));
      return demo.area;
    });
    this.demoProgress = null;
    return demo;
  }

  clear(): void {
    this.replace(null);
  }

  /** Puts an area in place as one step that can be undone. */
  replace(next: AreaView | null): void {
    const before = this.#settled;
    this.error = null;
    if (next === before) return;
    this.history.push({ undo: () => this.#put(before), redo: () => this.#put(next) });
    this.#put(next);
  }

  /** Runs a question about an area; an answer that a newer question or an undo has overtaken is dropped. */
  async #take(ask: () => Promise<AreaView | null>): Promise<AreaView | null> {
    const isCurrent = this.#generation.next();
    this.checking = true;
    this.error = null;
    try {
      const area = await ask();
      if (!isCurrent()) return null;
      if (area) this.replace(area);
      return area;
    } catch (reason) {
      if (isCurrent()) this.error = toIpcError(reason);
      return null;
    } finally {
      if (isCurrent()) this.checking = false;
    }
  }

  #put(area: AreaView | null): void {
    this.#generation.cancel();
    this.checking = false;
    this.current = this.#settled = area;
  }
}

function provisional(coordinates: Coordinates): AreaView {
  return {
    coordinates,
    areaKm2: areaKm2(coordinates),
    bbox: bboxOf(coordinates),
    vertices: coordinates.flat().reduce((sum, ring) => sum + ring.length - 1, 0),
    notes: [],
  };
}
