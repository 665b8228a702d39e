import { SvelteSet } from "svelte/reactivity";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { AreaFeatureView, AreaFileView, AreaLayerView, AreaView, IpcError, PointsChoice } from "../ipc/types";
import { Generation } from "../shared/generation";

/** Rows are asked for by the page: a sheet of all counties is small, one of all parcels is not. */
export const PAGE = 200;
/** The widest buffer that is made. */
export const FARTHEST_M = 200_000;

/** The choice among the layers and features of one file, from when it is opened until an area is taken. */
export class ImportChoice {
  layer = $state.raw<AreaLayerView | null>(null);
  rows = $state.raw<AreaFeatureView[]>([]);
  loading = $state(false);
  taking = $state(false);
  error = $state.raw<IpcError | null>(null);
  /** What `error` is about: reading rows, or making the area of those chosen. */
  failed = $state<"rows" | "area">("rows");
  readonly chosen = new SvelteSet<number>();
  /** Every feature of the layer, also those whose rows have not been asked for. */
  all = $state(false);
  hovered = $state<number | null>(null);
  text = $state("");
  points = $state.raw<PointsChoice>({ kind: "buffer", metres: 1000 });

  readonly shown = $derived.by(() => {
    const words = this.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.rows;
    return this.rows.filter((row) => {
      const text = [row.label, ...row.values].join("\n").toLowerCase();
      return words.every((word) => text.includes(word));
    });
  });
  readonly count = $derived.by(() => (this.all ? (this.layer?.usable ?? 0) : this.chosen.size));
  readonly complete = $derived.by(() => this.rows.length >= (this.layer?.features ?? 0));
  /** True when the layer has anything that is no polygon, or does not say what it has. */
  readonly hasPoints = $derived.by(() => this.layer !== null && !/^((multi-?)?(polygon|surface)s?|none)$/i.test(this.layer.geometry.trim()));
  readonly badMetres = $derived.by(() => this.points.kind === "buffer" && !(this.points.metres > 0 && this.points.metres <= FARTHEST_M));
  readonly ready = $derived.by(() => this.count > 0 && !this.taking && !(this.hasPoints && this.badMetres));

  readonly #generation = new Generation();

  constructor(private readonly backend: Backend, readonly file: AreaFileView) {
    const first = file.layers.find((layer) => layer.usable > 0) ?? file.layers[0];
    if (first) this.openLayer(first.name);
  }

  openLayer(name: string): void {
    this.#generation.cancel();
    this.layer = this.file.layers.find((layer) => layer.name === name) ?? null;
    this.rows = [];
    this.chosen.clear();
    this.all = this.loading = false;
    this.hovered = this.error = null;
    this.text = "";
    void this.more();
  }

  /** Asks for the next page, unless it is on its way or there is none. */
  async more(): Promise<void> {
    const layer = this.layer;
    if (!layer || this.loading || this.complete) return;
    const isCurrent = this.#generation.next();
    this.loading = true;
    this.error = null;
    try {
      const page = await this.backend.areaFeatures(this.file.key, layer.name, this.rows.length, PAGE);
      if (!isCurrent()) return;
      this.rows = [...this.rows, ...page];
      // A layer that holds less than it says would otherwise be asked for ever.
      if (page.length === 0) this.layer = { ...layer, features: this.rows.length };
    } catch (reason) {
      if (isCurrent()) this.#fail("rows", reason);
    } finally {
      if (isCurrent()) this.loading = false;
    }
  }

  async loadAll(): Promise<void> {
    while (!this.complete && !this.error && !this.loading) await this.more();
  }

  /** Points and lines have no outline yet; what has neither that nor a reason holds nothing. */
  isUsable(row: AreaFeatureView): boolean {
    return row.outline !== null || (this.hasPoints && row.problem === null);
  }

  isChosen(row: AreaFeatureView): boolean {
    return this.isUsable(row) && (this.all || this.chosen.has(row.id));
  }

  toggle(row: AreaFeatureView): void {
    if (!this.isUsable(row)) return;
    this.#spellOut();
    if (!this.chosen.delete(row.id)) this.chosen.add(row.id);
  }

  /** From the row that was last clicked to this one, as in any list. */
  chooseRange(from: AreaFeatureView, to: AreaFeatureView): void {
    this.#spellOut();
    const [first, last] = [this.shown.indexOf(from), this.shown.indexOf(to)].sort((a, b) => a - b) as [number, number];
    for (const row of this.shown.slice(Math.max(0, first), last + 1)) if (this.isUsable(row)) this.chosen.add(row.id);
  }

  /** All rows that pass the text, or none of them. */
  toggleShown(on: boolean): void {
    this.#spellOut();
    for (const row of this.shown) {
      if (!this.isUsable(row)) continue;
      if (on) this.chosen.add(row.id);
      else this.chosen.delete(row.id);
    }
  }

  toggleAll(): void {
    this.all = !this.all;
    this.chosen.clear();
  }

  /** The area of what is chosen; null when that failed, which `error` then tells. */
  async take(): Promise<AreaView | null> {
    if (!this.layer || !this.ready) return null;
    this.taking = true;
    this.error = null;
    try {
      const features = this.all ? null : [...this.chosen].sort((a, b) => a - b);
      return await this.backend.areaChoose(this.file.key, this.layer.name, features, this.points);
    } catch (reason) {
      this.#fail("area", reason);
      return null;
    } finally {
      this.taking = false;
    }
  }

  #fail(at: "rows" | "area", reason: unknown): void {
    this.failed = at;
    this.error = toIpcError(reason);
  }

  /** Turns "all" into a list of the rows that are there, so that single ones can be taken out. */
  #spellOut(): void {
    if (!this.all) return;
    this.all = false;
    for (const row of this.rows) if (this.isUsable(row)) this.chosen.add(row.id);
  }
}
