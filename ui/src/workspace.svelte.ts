import { createContext } from "svelte";
import { AreaStore } from "./aoi/area.svelte";
import { PlacesStore } from "./aoi/places.svelte";
import type { Backend } from "./ipc/backend";
import { DownloadStore } from "./download/download.svelte";
import type { AccountKind, Coordinates, IpcError } from "./ipc/types";
import { JobsStore } from "./jobs/jobs.svelte";
import { Tray } from "./jobs/tray.svelte";
import { toIpcError } from "./ipc/error";
import { HoldingsStore } from "./library/holdings.svelte";
import { LibraryStore } from "./library/library.svelte";
import { MapState } from "./map/mapState.svelte";
import * as m from "./paraglide/messages.js";
import { overwriteGetLocale } from "./paraglide/runtime.js";
import { RecipeStore } from "./recipe/recipe.svelte";
import { ScenesStore } from "./scenes/scenes.svelte";
import { CataloguesStore } from "./search/catalogues.svelte";
import { SearchStore } from "./search/search.svelte";
import { AccountsStore } from "./settings/accounts.svelte";
import { SettingsStore } from "./settings/settings.svelte";
import { History } from "./shared/history.svelte";
import { Notices } from "./shared/notices.svelte";
import { TransfersStore } from "./transfers/transfers.svelte";

export type Dialog = "settings" | "keys" | "paste" | "recipe" | "completeness" | "download";
export interface Remedy { label: string; run: () => void }
export type SettingsTab = "general" | "accounts" | "catalogues" | "limits" | "transfers";

/** Every store of the window, made once and handed down by context. */
export class Workspace {
  readonly notices = new Notices();
  readonly history = new History();
  readonly map = new MapState();
  readonly settings: SettingsStore;
  readonly accounts: AccountsStore;
  readonly catalogues: CataloguesStore;
  readonly area: AreaStore;
  readonly places: PlacesStore;
  readonly scenes: ScenesStore;
  readonly search: SearchStore;
  readonly recipe: RecipeStore;
  readonly jobs: JobsStore;
  readonly library: LibraryStore;
  readonly holdings: HoldingsStore;
  readonly transfers: TransfersStore;
  readonly download: DownloadStore;
  readonly tray = new Tray();

  dialog = $state<Dialog | null>(null);
  settingsTab = $state<SettingsTab>("general");
  /** The account that somebody came to the settings for. */
  wantedAccount = $state<AccountKind | null>(null);
  /** The dialog that the settings were opened from, and that comes back after them. */
  #behind: Dialog | null = null;
  leftOpen = $state(true);
  rightOpen = $state(true);

  constructor(readonly backend: Backend) {
    this.settings = new SettingsStore(backend, this.notices);
    this.catalogues = new CataloguesStore(backend, this.settings, this.notices);
    this.accounts = new AccountsStore(backend, () => void this.catalogues.load());
    this.area = new AreaStore(backend, this.history);
    this.places = new PlacesStore(backend);
    this.scenes = new ScenesStore(backend, this.history);
    this.search = new SearchStore(backend, this.area, this.scenes, this.catalogues);
    this.recipe = new RecipeStore(backend, this.area, this.search, this.scenes, this.history);
    this.jobs = new JobsStore(backend, this.notices);
    this.library = new LibraryStore(backend, this.notices);
    this.holdings = new HoldingsStore(backend, this.notices);
    this.transfers = new TransfersStore(backend, this.notices);
    this.download = new DownloadStore(backend, this.area, this.search, this.recipe);
    backend.onAreaDropped((dropped) => {
      this.area.receive(dropped);
      if (dropped.file) this.showArea();
    });
    this.transfers.onHeld = () => this.holdings.changed();
    this.transfers.onBatch = (name, succeeded, failed) => this.#tellBatch(name, succeeded, failed);
    this.jobs.onSucceeded = (job) => void this.#showProduct(job.productId);
    // Messages are functions that ask for the language, so a rune behind it makes every label live.
    overwriteGetLocale(() => this.settings.locale);
  }

  async start(): Promise<void> {
    await this.settings.load();
    await Promise.all([this.jobs.load(), this.transfers.load(), this.library.load(), this.catalogues.load()]);
  }

  async openDemo(): Promise<void> {
    const demo = await this.area.openDemo();
    if (!demo) return;
    this.search.setPeriod(demo);
    this.search.sensors = demo.sensors;
    this.map.show({ bbox: demo.area.bbox });
    await this.catalogues.load();
  }

  async importArea(): Promise<void> {
    if (await this.area.import()) this.showArea();
  }

  async pasteArea(text: string): Promise<boolean> {
    const read = await this.area.paste(text);
    if (read) this.showArea();
    return read;
  }

  async chooseArea(): Promise<void> {
    await this.area.choose();
    if (!this.area.importing) this.showArea();
  }

  /** Takes the outline of a tile or a place as if it had been drawn. */
  async takeOutline(outline: Coordinates): Promise<void> {
    await this.area.draw(outline);
    this.showArea();
  }

  /** Brings the area into view; while a file is open its features do that themselves. */
  showArea(): void {
    if (!this.area.importing && this.area.current) this.map.show({ bbox: this.area.current.bbox });
  }

  /** The settings at one of their tabs, for a certain account where one is missing. */
  openSettings(tab: SettingsTab = "general", account: AccountKind | null = null): void {
    this.settingsTab = tab;
    this.wantedAccount = account;
    if (this.dialog === "download") this.#behind = this.dialog;
    this.dialog = "settings";
  }

  closeSettings(): void {
    this.dialog = this.#behind;
    this.#behind = null;
  }

  /** Asks what is to be downloaded of some scenes: those that are selected or shown, unless others are named. */
  openDownload(scenes = this.scenes.wanted): void {
    if (scenes.length === 0) return;
    this.download.begin(scenes);
    void this.accounts.load();
    this.dialog = "download";
  }

  /** Orders what the dialog has; its transfers come into view. */
  async order(): Promise<void> {
    const ordered = await this.download.order();
    if (!ordered) return;
    this.dialog = null;
    if (ordered.ordered > 0) {
      if (ordered.batch !== null) this.transfers.bring(ordered.batch);
      this.tray.show("downloads");
    } else if (ordered.queued > 0) this.notices.add(m.ordered_already({ count: ordered.queued }), { label: m.downloads(), run: () => this.tray.show("downloads") });
    else this.notices.add(m.ordered_held(), { label: m.library(), run: () => this.showHoldings() });
  }

  /** The button that helps with an error: where an account is missing, trying again does not. */
  remedy(error: IpcError, otherwise: Remedy): Remedy {
    return error.code === "needs-account" ? { label: m.account_settings(), run: () => this.openSettings("accounts") } : otherwise;
  }

  #tellBatch(name: string, succeeded: number, failed: number): void {
    if (failed === 0) {
      this.notices.add(m.batch_over({ name, count: succeeded }), { label: m.library(), run: () => this.showHoldings() });
      return;
    }
    const run = () => {
      this.transfers.filter = "failed";
      this.tray.show("downloads");
    };
    this.notices.add(m.batch_over_failed({ name, count: succeeded, failed }), { label: m.show_failed(), run });
  }

  /** Brings back what a product was made with, to be changed and made again. */
  async touchUp(id: number): Promise<void> {
    try {
      const made = await this.backend.productRecipe(id);
      this.library.open = false;
      this.area.replace(made.area);
      this.search.setPeriod(made);
      this.search.sensors = made.sensors;
      this.recipe.load(made);
      this.showArea();
      await this.search.run();
      this.scenes.choose(made.sceneIds, made.excluded);
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    }
  }

  /** The library, at what it has of scenes. */
  showHoldings(): void {
    this.library.tab = "scenes";
    this.library.open = true;
  }

  /** A finished image takes the place of the picture that grew on the map. */
  async #showProduct(id: number | null): Promise<void> {
    await this.library.load();
    const product = id === null ? undefined : this.library.byId(id);
    if (product) this.library.show(product);
  }
}

export const [useWorkspace, provideWorkspace] = createContext<Workspace>();
