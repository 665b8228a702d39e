import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { AreaDropped, AreaFileView, AreaFormat, AreaView, Coordinates, DemoEvent, DemoView, IpcError } from "../ipc/types";
import { Generation } from "../shared/generation";
import { areaKm2, bboxOf } from "../shared/geo";
import type { History } from "../shared/history.svelte";
import { ImportChoice } from "./importing.svelte";

/** The area of interest: what was drawn or brought in, and the checked form of it that everything else uses. */
export class AreaStore {
  current = $state.raw<AreaView | null>(null);
  /** km² of the shape under the pointer; null when nobody draws. */
  liveKm2 = $state<number | null>(null);
  checking = $state(false);
  error = $state.raw<IpcError | null>(null);
  /** A file in which something is to be chosen; null when none is open. */
  importing = $state.raw<ImportChoice | null>(null);
  demoProgress = $state.raw<DemoEvent | null>(null);

  /** The last checked area: what undo goes back to, and what stays when a drawn shape is refused. */
  #settled: AreaView | null = null;
  readonly #generation = new Generation();

  constructor(private readonly backend: Backend, private readonly history: History) {}

  /** Shows the drawn shape at once and swaps in the checked one when it comes. */
  async draw(coordinates: Coordinates): Promise<void> {
    const shown = provisional(coordinates);
    this.current = shown;
    const checked = await this.#take(() => this.backend.areaCheck(coordinates), (area) => this.replace(area));
    if (!checked && this.current === shown) this.current = this.#settled;
  }

  /** Takes what was dropped on the window, already read by the Rust side. */
  receive({ file, error }: AreaDropped): void {
    this.#generation.cancel();
    this.checking = false;
    if (file) this.#open(file);
    else this.error = error;
  }

  /** Both resolve to true when there is an area or a choice to make. */
  import(): Promise<boolean> {
    return this.#read(() => this.backend.areaImport());
  }

  paste(text: string): Promise<boolean> {
    return this.#read(() => this.backend.areaFromText(text));
  }

  /** Makes the area of what is chosen in the open file. */
  async choose(): Promise<void> {
    const choice = this.importing;
    const area = await choice?.take();
    if (!area || this.importing !== choice) return;
    this.importing = null;
    this.replace(area);
  }

  export(format: AreaFormat): Promise<boolean> {
    const { coordinates, name } = this.current ?? { coordinates: [], name: null };
    return this.backend.areaExport(coordinates, name ?? "area", format);
  }

  async openDemo(): Promise<DemoView | null> {
    this.demoProgress = { done: 0, total: 1 };
    let demo: DemoView | null = null;
    await this.#take(async () => {
      demo = await this.backend.demoOpen((event) => (this.demoProgress = event));
      return demo.area;
    }, (area) => this.replace(area));
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

  async #read(ask: () => Promise<AreaFileView | null>): Promise<boolean> {
    let opened = false;
    await this.#take(async () => {
      const file = await ask();
      opened = file !== null;
      return file;
    }, (file) => this.#open(file));
    return opened;
  }

  #open(file: AreaFileView): void {
    this.error = null;
    this.importing = file.area ? null : new ImportChoice(this.backend, file);
    if (file.area) this.replace(file.area);
  }

  /** Runs a question about an area; an answer that a newer question or an undo has overtaken is dropped. */
  async #take<T>(ask: () => Promise<T | null>, use: (answer: T) => void): Promise<T | null> {
    const isCurrent = this.#generation.next();
    this.checking = true;
    this.error = null;
    try {
      const answer = await ask();
      if (!isCurrent()) return null;
      if (answer) use(answer);
      return answer;
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
    name: null,
    mgrsTiles: [],
    mgrsTileCount: 0,
  };
}
