import { createContext } from "svelte";
import { AreaStore } from "./aoi/area.svelte";
import type { Backend } from "./ipc/backend";
import { JobsStore } from "./jobs/jobs.svelte";
import { LibraryStore } from "./library/library.svelte";
import { MapState } from "./map/mapState.svelte";
import { overwriteGetLocale } from "./paraglide/runtime.js";
import { RecipeStore } from "./recipe/recipe.svelte";
import { ScenesStore } from "./scenes/scenes.svelte";
import { SearchStore } from "./search/search.svelte";
import { SettingsStore } from "./settings/settings.svelte";
import { History } from "./shared/history.svelte";
import { Notices } from "./shared/notices.svelte";

export type Dialog = "settings" | "keys" | "paste" | "recipe";

/** Every store of the window, made once and handed down by context. */
export class Workspace {
  readonly notices = new Notices();
  readonly history = new History();
  readonly map = new MapState();
  readonly settings: SettingsStore;
  readonly area: AreaStore;
  readonly scenes: ScenesStore;
  readonly search: SearchStore;
  readonly recipe: RecipeStore;
  readonly jobs: JobsStore;
  readonly library: LibraryStore;

  dialog = $state<Dialog | null>(null);
  leftOpen = $state(true);
  rightOpen = $state(true);

  constructor(readonly backend: Backend) {
    this.settings = new SettingsStore(backend, this.notices);
    this.area = new AreaStore(backend, this.history);
    this.scenes = new ScenesStore(backend, this.history);
    this.search = new SearchStore(backend, this.area, this.scenes);
    this.recipe = new RecipeStore(backend, this.area, this.search, this.scenes);
    this.jobs = new JobsStore(backend, this.notices);
    this.library = new LibraryStore(backend, this.notices);
    backend.onAreaDropped((dropped) => {
      this.area.receive(dropped);
      if (dropped.area) this.map.show({ bbox: dropped.area.bbox });
    });
    this.jobs.onSucceeded = (job) => void this.#showProduct(job.productId);
    // Messages are functions that ask for the language, so a rune behind it makes every label live.
    overwriteGetLocale(() => this.settings.locale);
  }

  async start(): Promise<void> {
    await this.settings.load();
    await Promise.all([this.jobs.load(), this.library.load()]);
  }

  async openDemo(): Promise<void> {
    const demo = await this.area.openDemo();
    if (!demo) return;
    this.search.setPeriod(demo);
    this.search.sensors = demo.sensors;
    this.map.show({ bbox: demo.area.bbox });
  }

  async importArea(): Promise<void> {
    const area = await this.area.import();
    if (area) this.map.show({ bbox: area.bbox });
  }

  /** A finished image takes the place of the picture that grew on the map. */
  async #showProduct(id: number | null): Promise<void> {
    await this.library.load();
    const product = id === null ? undefined : this.library.byId(id);
    if (product) this.library.show(product);
  }

  async pasteArea(text: string): Promise<boolean> {
    const area = await this.area.paste(text);
    if (area) this.map.show({ bbox: area.bbox });
    return area !== null;
  }
}

export const [useWorkspace, provideWorkspace] = createContext<Workspace>();
