import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { Backend } from "../ipc/backend";
import type { ClearShareEvent, Coordinates, SceneView, Shares } from "../ipc/types";
import { Generation } from "../shared/generation";
import type { History } from "../shared/history.svelte";
import { type Days, isRadar, type Sort, sorted, within } from "./order";

/** Why a scene has no shares: still being measured, or its mask could not be read. */
export type Measured = Shares | "pending" | "failed";

/** The scenes that the last search found, what is known of them, and which of them are chosen. */
export class ScenesStore {
  all = $state.raw<SceneView[]>([]);
  readonly measured = new SvelteMap<string, Measured>();
  readonly selected = new SvelteSet<string>();
  hovered = $state<string | null>(null);
  /** Where the arrow keys stand. */
  current = $state<string | null>(null);
  /** The scene whose quick-look lies on the map. */
  draped = $state<string | null>(null);

  sort = $state<Sort>("date");
  reversed = $state(false);
  /** Hides what is known to be less clear than this share of the AOI. */
  minClear = $state(0);
  /** Narrowed by dragging over the timeline. */
  days = $state.raw<Days | null>(null);

  /** Scenes of which a newer processing is in the list too are hidden until asked for. */
  showSuperseded = $state(false);

  /** Scenes that the user leaves out of images. */
  readonly excluded = new SvelteSet<string>();

  readonly superseded = $derived(this.all.filter((scene) => scene.supersededBy !== null).length);
  readonly visible = $derived.by(() => {
    const kept = this.all.filter((scene) =>
      (this.showSuperseded || scene.supersededBy === null) && within(scene, this.days) && this.#clearEnough(scene));
    return sorted(kept, this.sort, this.reversed, this.sharesOf);
  });
  /** The selected scenes, or all that are shown when none is selected. */
  readonly wanted = $derived(
    this.selected.size > 0 ? this.all.filter((scene) => this.selected.has(scene.id)) : this.visible,
  );
  /** The scenes an image is made of. */
  readonly used = $derived(this.wanted.filter((scene) => scene.composable && !this.excluded.has(scene.id)));
  /** Wanted, but there only as whole products, out of which no block can be read. */
  readonly leftOut = $derived(this.wanted.filter((scene) => !scene.composable));
  readonly measuring = $derived([...this.measured.values()].filter((one) => one === "pending").length);

  #area: Coordinates = [];
  readonly #generation = new Generation();

  constructor(private readonly backend: Backend, private readonly history: History) {}

  readonly sharesOf = (id: string): Shares | null => {
    const measured = this.measured.get(id);
    return typeof measured === "object" ? measured : null;
  };

  byId(id: string | null): SceneView | null {
    return id === null ? null : (this.all.find((scene) => scene.id === id) ?? null);
  }

  /** Empties the list for a new search over `area`. */
  begin(area: Coordinates): void {
    this.#generation.cancel();
    this.#area = area;
    this.all = [];
    this.measured.clear();
    this.selected.clear();
    this.excluded.clear();
    this.hovered = this.current = this.draped = null;
    this.days = null;
  }

  /** Scenes are new, or another catalogue has told more of them: then they take the place of what was known. */
  add(page: SceneView[]): void {
    const later = new Map(page.map((scene) => [scene.id, scene]));
    const known = this.all.map((scene) => {
      const changed = later.get(scene.id);
      later.delete(scene.id);
      return changed ?? scene;
    });
    this.all = [...known, ...later.values()];
  }

  /** Asks for the clear share of every scene that has none yet, the best covered first. */
  measure(): void {
    const missing = this.all
      .filter((scene) => !isRadar(scene) && !this.sharesOf(scene.id) && this.measured.get(scene.id) !== "failed")
      .sort((a, b) => b.coverage - a.coverage)
      .map((scene) => scene.id);
    if (missing.length === 0) return;
    missing.forEach((id) => this.measured.set(id, "pending"));
    const isCurrent = this.#generation.next();
    this.backend
      .clearShares(missing, this.#area, (event) => isCurrent() && this.#hear(event))
      .catch(() => isCurrent() && missing.forEach((id) => this.#fail(id)));
  }

  toggle(id: string): void {
    this.select(this.selected.has(id) ? [...this.selected].filter((one) => one !== id) : [...this.selected, id]);
  }

  /** Leaves a scene out of images or takes it back, as one step that can be undone. */
  toggleExcluded(id: string): void {
    const flip = () => {
      if (!this.excluded.delete(id)) this.excluded.add(id);
    };
    this.history.push({ undo: flip, redo: flip });
    flip();
  }

  /** Replaces the selection as one step that can be undone. */
  select(ids: string[]): void {
    const before = [...this.selected];
    this.history.push({ undo: () => this.#choose(before), redo: () => this.#choose(ids) });
    this.#choose(ids);
  }

  /** What an image was made of: these scenes, without those. */
  choose(ids: string[], excluded: string[]): void {
    this.#choose(ids);
    this.excluded.clear();
    excluded.forEach((id) => this.excluded.add(id));
  }

  /** Moves the arrow-key position and returns the scene it now stands on. */
  step(by: number): SceneView | null {
    const list = this.visible;
    const at = list.findIndex((scene) => scene.id === this.current);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
    this.current = list[next]?.id ?? null;
    return list[next] ?? null;
  }

  toggleDrape(id: string | null): void {
    this.draped = this.draped === id ? null : id;
  }

  #choose(ids: string[]): void {
    const known = new Set(this.all.map((scene) => scene.id));
    this.selected.clear();
    ids.filter((id) => known.has(id)).forEach((id) => this.selected.add(id));
  }

  #clearEnough(scene: SceneView): boolean {
    if (this.minClear === 0 || isRadar(scene)) return true;
    return (this.sharesOf(scene.id)?.clear ?? 1) >= this.minClear;
  }

  #hear(event: ClearShareEvent): void {
    this.measured.set(event.sceneId, event.shares ?? "failed");
  }

  #fail(id: string): void {
    if (this.measured.get(id) === "pending") this.measured.set(id, "failed");
  }
}
