import type { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { CompletenessView, IpcError, QueryView, SearchEvent, Sensor } from "../ipc/types";
import type { ScenesStore } from "../scenes/scenes.svelte";
import { Generation } from "../shared/generation";
import type { CataloguesStore } from "./catalogues.svelte";
import { FiltersStore } from "./filters.svelte";
import { type Period, periodOf } from "./presets";

/** How one catalogue is getting on with the question. "stopped" was asked and interrupted: what it has is not known. */
export interface CatalogueLine {
  provider: string;
  state: "asking" | "done" | "failed" | "stopped";
  count: number;
  error: IpcError | null;
}

/** The question to the catalogues: period, sensors, limits. Its answer streams into the scenes store. */
export class SearchStore {
  from = $state("");
  to = $state("");
  sensors = $state.raw<Sensor[]>(["sentinel-2-l2a"]);
  /** Percent of the tile; 100 asks without a limit. */
  maxCloud = $state(60);

  running = $state(false);
  /** True once an answer is complete, so that an empty list means "nothing found". */
  finished = $state(false);
  lines = $state.raw<CatalogueLine[]>([]);
  completeness = $state.raw<CompletenessView[]>([]);
  error = $state.raw<IpcError | null>(null);

  readonly filters = new FiltersStore();
  readonly activeFilters = $derived.by(() => this.filters.count(this.sensors, this.scenes.minClear));
  readonly failures = $derived.by(() => this.lines.filter((line) => line.state === "failed"));

  readonly problem = $derived.by(() => {
    if (!this.area.current) return "no-area";
    if (!this.from || !this.to || this.from > this.to) return "bad-dates";
    if (this.sensors.length === 0) return "no-sensors";
    if (this.filters.problem(this.sensors)) return "bad-filters";
    return this.catalogues.list.length > 0 && this.catalogues.asked(this.sensors).length === 0 ? "no-catalogues" : null;
  });

  /** What the scenes in the list were asked for. */
  #asked = $state("");
  /** True when area, dates, sensors, limits or the catalogues asked have changed since. */
  readonly outdated = $derived.by(() => this.#asked !== "" && this.#asked !== this.#wording(this.#query()));

  readonly #generation = new Generation();

  constructor(
    private readonly backend: Backend,
    private readonly area: AreaStore,
    private readonly scenes: ScenesStore,
    private readonly catalogues: CataloguesStore,
    today = new Date(),
  ) {
    this.setPeriod(periodOf("last-90-days", today));
  }

  setPeriod(period: Period): void {
    this.from = period.from;
    this.to = period.to;
  }

  toggleSensor(sensor: Sensor): void {
    this.sensors = this.sensors.includes(sensor)
      ? this.sensors.filter((one) => one !== sensor)
      : [...this.sensors, sensor];
  }

  async run(): Promise<void> {
    if (this.problem) return;
    const query = this.#query();
    const isCurrent = this.#generation.next();
    this.running = true;
    this.finished = false;
    this.lines = this.catalogues.asked(query.sensors).map(({ id }) => ({ provider: id, state: "asking", count: 0, error: null }));
    this.completeness = [];
    this.error = null;
    this.#asked = this.#wording(query);
    this.scenes.begin(query.area);
    try {
      await this.backend.search(query, (event) => isCurrent() && this.#hear(event));
    } catch (reason) {
      if (isCurrent()) this.error = toIpcError(reason);
    } finally {
      if (isCurrent()) this.#settle();
    }
  }

  stop(): void {
    this.#generation.cancel();
    this.#settle();
    void this.backend.searchStop();
  }

  #query(): QueryView {
    return {
      area: this.area.current?.coordinates ?? [],
      from: this.from,
      to: this.to,
      sensors: this.sensors,
      maxCloud: this.maxCloud >= 100 ? null : this.maxCloud,
      providers: null,
      filters: this.filters.view(this.sensors, this.scenes.minClear),
    };
  }

  /** What makes a search another one. How clear the area must be is decided in the list, without asking again. */
  #wording(query: QueryView): string {
    const asked = this.catalogues.asked(query.sensors).map(({ id }) => id);
    return JSON.stringify([{ ...query, filters: { ...query.filters, minClear: null } }, asked]);
  }

  /** Whoever has not answered by the end will not. */
  #settle(): void {
    this.running = false;
    this.lines = this.lines.map((line) => (line.state === "asking" ? { ...line, state: "stopped" } : line));
  }

  #note(provider: string, change: (line: CatalogueLine) => Partial<CatalogueLine>): void {
    const known = this.lines.find((line) => line.provider === provider) ?? { provider, state: "asking", count: 0, error: null };
    const next: CatalogueLine = { ...known, ...change(known) };
    this.lines = this.lines.includes(known) ? this.lines.map((line) => (line === known ? next : line)) : [...this.lines, next];
  }

  #hear(event: SearchEvent): void {
    switch (event.kind) {
      case "page":
        this.#note(event.provider, (line) => ({ count: line.count + event.scenes.length }));
        return this.scenes.add(event.scenes);
      case "provider-failed": return this.#note(event.provider, () => ({ state: "failed", error: event.error }));
      case "provider-done":
        this.#note(event.provider, () => ({ state: "done", count: event.count }));
        return this.scenes.measure();
      case "done":
        this.finished = !event.cancelled;
        this.completeness = event.completeness;
        this.#settle();
        return this.scenes.measure();
    }
  }
}
