import type { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { Band, Coordinates, HandChoice, HandShows, ImageChoice, IpcError, MaskChoice, ModelView, PlanView, RecipeChoice, TouchUpView } from "../ipc/types";
import type { ScenesStore } from "../scenes/scenes.svelte";
import type { SearchStore } from "../search/search.svelte";
import { Generation } from "../shared/generation";
import type { History } from "../shared/history.svelte";
import {
  availableBands, GRADED_BUFFERS, hasIndex, isCrs, MASK_CLASSES, type MaskClass, type MethodKind, methodOf, type RecipeProblem,
} from "./choice";
import { defaultImage, defaultMask } from "./defaults";

/** How the one image is made, and what that would cost. */
export class RecipeStore {
  name = $state("");
  bands = $state.raw<Band[]>(["red", "green", "blue", "nir"]);
  mask = $state<MaskChoice>(defaultMask());
  image = $state<ImageChoice>(defaultImage());
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
    excluded: [...this.scenes.excluded],
    mask: $state.snapshot(this.mask),
    image: { ...$state.snapshot(this.image), mixSensors: this.image.mixSensors && this.kinds.length > 1 },
    resolution: this.resolution,
    crs: this.crs,
    clip: this.clip,
  }));

  readonly problem: RecipeProblem | null = $derived.by(() => {
    if (!this.area.current) return "no-area";
    if (this.choice.sceneIds.length === 0) return this.scenes.leftOut.length > 0 ? "not-composable" : "no-scenes";
    if (this.usable.length === 0) return "no-bands";
    if (!(this.resolution >= 1 && this.resolution <= 10_000)) return "bad-resolution";
    if (!isCrs(this.crs)) return "bad-crs";
    return this.#maskProblem() ?? this.#imageProblem();
  });

  /** Optical sensors of the scenes in use: one image of several must be asked for. */
  readonly kinds = $derived.by(() => [...new Set(this.scenes.used.map((scene) => scene.sensor))]);
  readonly isDefault = $derived.by(() => this.isClean && this.image.method.kind === "median");
  readonly isClean = $derived.by(() => this.image.gradedBuffersM.length > 0 && this.image.balance && this.image.screening);
  readonly isPlain = $derived.by(() => this.image.gradedBuffersM.length === 0 && !this.image.balance && !this.image.screening);

  readonly #generation = new Generation();

  constructor(
    private readonly backend: Backend,
    private readonly area: AreaStore,
    private readonly search: SearchStore,
    private readonly scenes: ScenesStore,
    private readonly history: History,
  ) {}

  toggleBand(band: Band): void {
    this.bands = this.bands.includes(band) ? this.bands.filter((one) => one !== band) : [...this.bands, band];
  }

  isDropped(name: MaskClass): boolean {
    return this.mask.drop.includes(name);
  }

  toggleDrop(name: MaskClass): void {
    const drop = this.mask.drop;
    this.mask.drop = this.isDropped(name) ? drop.filter((one) => one !== name) : MASK_CLASSES.filter((one) => one === name || drop.includes(one));
  }

  /** The default way to a cloud-free image, or the plain method over what the mask calls clear. */
  setCleaning(on: boolean): void {
    this.image.gradedBuffersM = on ? [...GRADED_BUFFERS] : [];
    this.image.balance = this.image.screening = on;
  }

  setMethod(kind: MethodKind): void {
    this.image.method = methodOf(kind, this.search.to);
    if (kind === "fill") this.image.every = null;
  }

  /** Marks pixels by hand, in one scene or in all; one step that can be undone. */
  mark(shows: HandShows, area: Coordinates, scene: string | null): void {
    this.#putMarks([...this.mask.byHand, { shows, area, scenes: scene === null ? null : [scene] }]);
  }

  removeMark(at: number): void {
    this.#putMarks(this.mask.byHand.filter((_, index) => index !== at));
  }

  #putMarks(next: HandChoice[]): void {
    const before = $state.snapshot(this.mask.byHand);
    this.history.push({ undo: () => (this.mask.byHand = before), redo: () => (this.mask.byHand = next) });
    this.mask.byHand = next;
  }

  /** Takes over what a product was made with. */
  load(from: TouchUpView): void {
    this.name = from.name;
    this.bands = from.bands;
    this.mask = from.mask;
    this.image = from.image;
    this.resolution = from.resolution ?? this.resolution;
    this.crs = from.crs;
    this.clip = from.clip;
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

  #maskProblem(): RecipeProblem | null {
    const { from, model, cloudBufferM, shadowBufferM, edgeM } = this.mask;
    if (![cloudBufferM, shadowBufferM, edgeM].every(isBuffer)) return "bad-buffer";
    return from === "model" && !model ? "no-model" : null;
  }

  #imageProblem(): RecipeProblem | null {
    const { method, atMost, gaps, every, mixSensors } = this.image;
    if (this.kinds.length > 1 && !mixSensors) return "several-sensors";
    if (method.kind === "percentile" && !(method.percent >= 0 && method.percent <= 100)) return "bad-percent";
    if (method.kind === "max-index" && !hasIndex(method.index, this.usable)) return "no-index-bands";
    if (method.kind === "fill" && !(method.date >= this.search.from && method.date <= this.search.to)) return "no-day";
    const days = [gaps.how === "empty" ? 1 : gaps.days, every?.kind === "days" ? every.days : 1, atMost ?? 1];
    return days.every((one) => Number.isInteger(one) && one >= 1 && one <= 1000) ? null : "bad-days";
  }

  /** Lets the user choose a cloud model; null when the dialog was closed. */
  async chooseModel(): Promise<ModelView | null> {
    const model = await this.backend.modelChoose();
    if (model) this.mask.model = model.path;
    return model;
  }

  text(): Promise<string> {
    return this.backend.recipeText(this.choice);
  }

  save(): Promise<boolean> {
    return this.backend.recipeSave(this.choice);
  }
}

function isBuffer(metres: number): boolean {
  return metres >= 0 && metres <= 5000;
}
