import type { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { Band, IpcError, PlanView, RecipeChoice } from "../ipc/types";
import type { ScenesStore } from "../scenes/scenes.svelte";
import type { SearchStore } from "../search/search.svelte";
import { Generation } from "../shared/generation";
import { availableBands, CLASSES, DEFAULT_DROP, isCrs, type MaskClass, type RecipeProblem } from "./choice";

/** How the one image is made, and what that would cost. */
export class RecipeStore {
  name = $state("");
  bands = $state.raw<Band[]>(["red", "green", "blue", "nir"]);
  drop = $state.raw<number[]>(DEFAULT_DROP);
  cloudBufferM = $state(100);
  shadowBufferM = $state(60);
  resolution = $state(10);
  crs = $state("auto");
  clip = $state(true);

  plan = $state.raw<PlanView | null>(null);
  planning = $state(false);
  planError = $state.raw<IpcError | null>(null);

  readonly available = $derived.by(() => availableBands(this.scenes.used, this.search.sensors));
  /** Chosen bands that the scenes in use really have. */
  readonly usable = $derived(this.bands.filter((band) => this.available.includes(band)));
  readonly defaultName = $derived.by(() => `${this.search.from} – ${this.search.to}`);

  readonly choice: RecipeChoice = $derived.by(() => ({
    name: this.name.trim() || this.defaultName,
    area: this.area.current?.coordinates ?? [],
    from: this.search.from,
    to: this.search.to,
    sensors: this.search.sensors,
    maxCloud: this.search.maxCloud >= 100 ? null : this.search.maxCloud,
    filters: this.search.filters.view(this.search.sensors, this.scenes.minClear),
    sceneIds: this.scenes.used.map((scene) => scene.id),
    bands: this.usable,
    drop: this.drop,
    cloudBufferM: this.cloudBufferM,
    shadowBufferM: this.shadowBufferM,
    resolution: this.resolution,
    crs: this.crs,
    clip: this.clip,
  }));

  readonly problem: RecipeProblem | null = $derived.by(() => {
    if (!this.area.current) return "no-area";
    if (this.choice.sceneIds.length === 0) return this.scenes.leftOut.length > 0 ? "not-composable" : "no-scenes";
    if (this.usable.length === 0) return "no-bands";
    if (!(this.resolution >= 1 && this.resolution <= 10_000)) return "bad-resolution";
    if (!isBuffer(this.cloudBufferM) || !isBuffer(this.shadowBufferM)) return "bad-buffer";
    return isCrs(this.crs) ? null : "bad-crs";
  });

  readonly #generation = new Generation();

  constructor(
    private readonly backend: Backend,
    private readonly area: AreaStore,
    private readonly search: SearchStore,
    private readonly scenes: ScenesStore,
  ) {}

  toggleBand(band: Band): void {
    this.bands = this.bands.includes(band) ? this.bands.filter((one) => one !== band) : [...this.bands, band];
  }

  isDropped(name: MaskClass): boolean {
    return this.drop.includes(CLASSES[name]);
  }

  toggleDrop(name: MaskClass): void {
    const value = CLASSES[name];
    this.drop = this.isDropped(name)
      ? this.drop.filter((one) => one !== value)
      : [...this.drop, value].sort((a, b) => a - b);
  }

  /** Asks what the present choice would cost; the caller waits for the user's hand to rest. */
  async estimate(): Promise<void> {
    const isCurrent = this.#generation.next();
    if (this.problem) {
      this.plan = null;
      this.planError = null;
      this.planning = false;
      return;
    }
    this.planning = true;
    try {
      const plan = await this.backend.plan(this.choice);
      if (!isCurrent()) return;
      this.plan = plan;
      this.planError = null;
    } catch (reason) {
      if (!isCurrent()) return;
      this.plan = null;
      this.planError = toIpcError(reason);
    }
    this.planning = false;
  }

  text(): Promise<string> {
    return this.backend.recipeText(this.choice);
  }

  save(): Promise<boolean> {
    return this.backend.recipeSave(this.choice);
  }
}

function isBuffer(metres: number): boolean {
  return metres >= 0 && metres <= 2000;
}
