import type { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { IpcError, QueryView, SearchEvent, Sensor } from "../ipc/types";
import type { ScenesStore } from "../scenes/scenes.svelte";
import { Generation } from "../shared/generation";
import { type Period, periodOf } from "./presets";

export interface ProviderFailure { provider: string; error: IpcError }

/** The question to the catalogues: period, sensors, cloud limit. Its answer streams into the scenes store. */
export class SearchStore {
  from = $state("");
  to = $state("");
  sensors = $state.raw<Sensor[]>(["sentinel-2-l2a"]);
  /** Percent of the tile; 100 asks without a limit. */
  maxCloud = $state(60);

  running = $state(false);
  /** True once an answer is complete, so that an empty list means "nothing found". */
  finished = $state(false);
  failures = $state.raw<ProviderFailure[]>([]);
  error = $state.raw<IpcError | null>(null);

  readonly problem = $derived.by(() => {
    if (!this.area.current) return "no-area";
    if (!this.from || !this.to || this.from > this.to) return "bad-dates";
    return this.sensors.length === 0 ? "no-sensors" : null;
  });

  /** What the scenes in the list were asked for. */
  #asked = $state("");
  /** True when area, dates, sensors or cloud limit have changed since. */
  readonly outdated = $derived.by(() => this.#asked !== "" && this.#asked !== JSON.stringify(this.#query()));

  readonly #generation = new Generation();

  constructor(
    private readonly backend: Backend,
    private readonly area: AreaStore,
    private readonly scenes: ScenesStore,
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
    this.failures = [];
    this.error = null;
    this.#asked = JSON.stringify(query);
    this.scenes.begin(query.area);
    try {
      await this.backend.search(query, (event) => isCurrent() && this.#hear(event));
    } catch (reason) {
      if (isCurrent()) this.error = toIpcError(reason);
    } finally {
      if (isCurrent()) this.running = false;
    }
  }

  stop(): void {
    this.#generation.cancel();
    this.running = false;
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
    };
  }

  #hear(event: SearchEvent): void {
    switch (event.kind) {
      case "page": return this.scenes.add(event.scenes);
      case "provider-failed":
        this.failures = [...this.failures, { provider: event.provider, error: event.error }];
        return;
      case "provider-done": return this.scenes.measure();
      case "done":
        this.running = false;
        this.finished = !event.cancelled;
        return this.scenes.measure();
    }
  }
}
