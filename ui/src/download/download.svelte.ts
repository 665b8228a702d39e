import type { AreaStore } from "../aoi/area.svelte";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { ChoiceView, IpcError, Layer, OrderChoice, OrderedView, PreflightView, SceneView } from "../ipc/types";
import type { RecipeStore } from "../recipe/recipe.svelte";
import type { SearchStore } from "../search/search.svelte";
import { Generation } from "../shared/generation";
import { bandsOf, inOrder, keyOf, likeliest, withOptions } from "./choices";

export type DownloadProblem = "no-bands" | "not-offered" | "loading" | "refused";

/** What is downloaded of which scenes, what that costs, and what stands in its way. */
export class DownloadStore {
  scenes = $state.raw<SceneView[]>([]);
  name = $state("");
  bands = $state.raw<Layer[]>([]);
  unpack = $state(false);
  /** The card that somebody took; until then the likeliest. */
  taken = $state<string | null>(null);

  choices = $state.raw<ChoiceView[]>([]);
  choosing = $state(false);
  choicesError = $state.raw<IpcError | null>(null);
  preflight = $state.raw<PreflightView | null>(null);
  checking = $state(false);
  checkError = $state.raw<IpcError | null>(null);
  ordering = $state(false);

  readonly available = $derived(bandsOf(this.scenes));
  readonly key = $derived(this.taken ?? likeliest(this.choices));
  readonly chosen = $derived(this.choices.find((choice) => keyOf(choice.wanted) === this.key) ?? null);
  readonly defaultName = $derived.by(() =>
    this.scenes.length === 1 ? (this.scenes[0]!.name ?? this.scenes[0]!.id) : this.#days());
  readonly wanted: OrderChoice | null = $derived.by(() => {
    if (!this.chosen) return null;
    const wanted = withOptions(this.chosen.wanted, this.bands, this.unpack);
    return {
      name: this.name.trim() || this.defaultName, sceneIds: this.scenes.map((scene) => scene.id), wanted,
      area: wanted.kind === "window" ? this.#outline : null,
    };
  });
  /** Why it cannot be ordered now. */
  readonly problem: DownloadProblem | null = $derived.by(() => {
    if (this.chosen && this.chosen.wanted.kind !== "product" && this.bands.length === 0) return "no-bands";
    if (this.chosen && this.chosen.scenes === 0) return "not-offered";
    if (this.preflight?.refuses) return "refused";
    return !this.preflight || this.choosing || this.checking ? "loading" : null;
  });

  readonly #outline = $derived.by(() => this.area.current?.coordinates ?? null);
  readonly #choicesTurn = new Generation();
  readonly #checkTurn = new Generation();

  constructor(
    private readonly backend: Backend,
    private readonly area: AreaStore,
    private readonly search: SearchStore,
    private readonly recipe: RecipeStore,
  ) {}

  /** Starts over with other scenes; the bands of the image are taken over where these scenes have them. */
  begin(scenes: SceneView[]): void {
    this.scenes = scenes;
    this.name = "";
    this.taken = null;
    const image = this.recipe.bands.filter((band) => this.available.includes(band)) as Layer[];
    this.bands = this.available.filter((band) => (image.length > 0 ? image : this.available).includes(band));
    this.choices = [];
    this.preflight = null;
    this.choicesError = this.checkError = null;
  }

  toggleBand(band: Layer): void {
    this.bands = this.available.filter((one) => (one === band ? !this.bands.includes(band) : this.bands.includes(one)));
  }

  /** Asks what there is to choose from; what a newer question has overtaken is dropped. */
  async choose(): Promise<void> {
    const isCurrent = this.#choicesTurn.next();
    this.choosing = true;
    try {
      const choices = await this.backend.downloadChoices(this.scenes.map((scene) => scene.id), this.bands, this.#outline);
      if (!isCurrent()) return;
      this.choices = inOrder(choices);
      this.choicesError = null;
    } catch (reason) {
      if (!isCurrent()) return;
      this.choices = [];
      this.choicesError = toIpcError(reason);
    }
    this.choosing = false;
  }

  /** Asks whether the order as it stands can be carried out. */
  async check(): Promise<void> {
    const isCurrent = this.#checkTurn.next();
    if (!this.wanted || this.problem === "no-bands" || this.problem === "not-offered") {
      this.preflight = null;
      this.checking = false;
      return;
    }
    this.checking = true;
    try {
      const preflight = await this.backend.downloadPreflight(this.wanted);
      if (!isCurrent()) return;
      this.preflight = preflight;
      this.checkError = null;
    } catch (reason) {
      if (!isCurrent()) return;
      this.preflight = null;
      this.checkError = toIpcError(reason);
    }
    this.checking = false;
  }

  /** What became of the order; null when it was not taken, with the reason in `checkError`. */
  async order(): Promise<OrderedView | null> {
    if (!this.wanted || this.problem || this.ordering) return null;
    this.ordering = true;
    try {
      return await this.backend.downloadOrder(this.wanted);
    } catch (reason) {
      const error = toIpcError(reason);
      // Something has come in its way since it was looked at: that says more than the refusal does.
      if (error.code === "refused") await this.check();
      if (!this.preflight?.refuses) this.checkError = error;
      return null;
    } finally {
      this.ordering = false;
    }
  }

  #days(): string {
    return `${this.search.from} – ${this.search.to}`;
  }
}
