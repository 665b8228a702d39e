import { bboxOf, rectangle } from "../shared/geo";
import type { Backend, PictureScheme } from "./backend";
import type {
  AccountKind, AreaDropped, AreaFileView, AreaView, Bbox, ClearShareEvent, Coordinates, DemoEvent, DemoView, JobEvent, JobView, Layer,
  ModelView, MoveEvent, OrderChoice, PlanView, PointsChoice, ProductReportView, ProductView, ProviderView, QueryView, RecipeChoice, SceneView, SearchEvent, Settings,
  TouchUpView, TransferEvent, VerifyEvent,
} from "./types";
import { defaultImage, defaultMask } from "../recipe/defaults";
import { SampleAccounts } from "./fake/accounts";
import { SampleAreas } from "./fake/areas";
import { CATALOGUES, sampleSearch } from "./fake/catalogues";
import { sampleChoices, samplePreflight } from "./fake/choices";
import { SampleHoldings } from "./fake/holdings";
import { SampleJobs } from "./fake/jobs";
import { paintThumbnail, paintTile } from "./fake/painter";
import { wait } from "./fake/random";
import { samplePlaces } from "./fake/places";
import { problem } from "./fake/problem";
import { sampleReport } from "./fake/report";
import { sampleShares } from "./fake/scenes";
import { SampleTransfers } from "./fake/transfers";

const DEFAULTS: Settings = {
  language: "system", theme: "system", basemap: "offline",
  limits: { network: 6, cpu: 2, disk: 2, memoryMb: 2048 }, keepCacheGb: 20, disabledProviders: ["usgs"],
  transfers: { parallel: 3, bandwidthMbPerS: null, hours: null, notify: true },
};

/** Stands in for the Rust side in a plain browser and in tests: same contract, sample data, no files. */
export class FakeBackend implements Backend {
  #search = 0;
  #shares = 0;
  #settings = DEFAULTS;
  #products: ProductView[] = [];
  readonly #cloud = new Map<string, number | null>();
  readonly #scenes = new Map<string, SceneView>();
  readonly #holdings = new SampleHoldings();
  readonly #transfers = new SampleTransfers((transfer) => this.#holdings.add(transfer));
  readonly #areas = new SampleAreas();
  readonly #accounts = new SampleAccounts();
  readonly #jobs = new SampleJobs((job, choice) => this.#publish(job, choice));

  async areaCheck(coordinates: Coordinates): Promise<AreaView> {
    await wait(30);
    return this.#areas.measured(coordinates);
  }

  async areaFromText(text: string): Promise<AreaFileView> {
    await wait(60);
    return this.#areas.fromText(text);
  }

  async areaImport(): Promise<AreaFileView | null> {
    await wait(200);
    return this.#areas.sheet();
  }

  areaFeatures(key: number, layer: string, from: number, count: number) { return this.#areas.features(key, layer, from, count); }
  areaChoose(key: number, layer: string, ids: number[] | null, points: PointsChoice) { return this.#areas.choose(key, layer, ids, points); }
  async areaExport(): Promise<boolean> { return true; }
  places(text: string) { return samplePlaces(text); }

  onAreaDropped(_listener: (dropped: AreaDropped) => void): void {}

  async search(query: QueryView, listener: (event: SearchEvent) => void): Promise<void> {
    const mine = ++this.#search;
    const asked = (await this.providers()).filter(({ enabled, usable, sensors }) => enabled && usable && query.sensors.some((one) => sensors.includes(one)));
    await sampleSearch(query, asked, () => mine === this.#search, (event) => {
      if (event.kind === "page") event.scenes.forEach((scene) => {
        this.#cloud.set(scene.id, scene.cloudCover);
        this.#scenes.set(scene.id, scene);
      });
      listener(event);
    });
  }

  async searchStop(): Promise<void> {
    this.#search++;
  }

  async clearShares(ids: string[], _area: Coordinates, listener: (event: ClearShareEvent) => void): Promise<void> {
    const mine = ++this.#shares;
    for (const sceneId of ids) {
      await wait(25);
      if (mine !== this.#shares) return;
      listener({ sceneId, shares: sampleShares(sceneId, this.#cloud.get(sceneId) ?? null), error: null });
    }
  }

  async plan(choice: RecipeChoice): Promise<PlanView> {
    await wait(80);
    if (choice.sceneIds.length === 0) throw problem("no-scenes", "no scene is selected");
    const [west, south, east, north] = bboxOf(choice.area);
    const width = Math.ceil(((east - west) * 111_320) / choice.resolution);
    const height = Math.ceil(((north - south) * 110_574) / choice.resolution);
    const pixels = width * height;
    const fetchBytes = Math.round(pixels * choice.sceneIds.length * (choice.bands.length * 0.55 + 0.1));
    return {
      crs: choice.crs === "auto" ? "EPSG:32631" : choice.crs, resolution: choice.resolution, width, height,
      blocks: Math.ceil(width / 512) * Math.ceil(height / 512), scenes: choice.sceneIds.length,
      fetchBytes, cachedBytes: Math.round(fetchBytes * 0.08), diskBytes: pixels * choice.bands.length * 2,
      memoryBytes: 180_000_000 + choice.sceneIds.length * 6_000_000, seconds: Math.round(fetchBytes / 6e6) + 4,
    };
  }

  async recipeText(choice: RecipeChoice): Promise<string> {
    return JSON.stringify({ version: 2, ...choice }, null, 2);
  }

  async recipeSave(): Promise<boolean> {
    return true;
  }

  async modelChoose(): Promise<ModelView | null> {
    return { path: "clouds.onnx", name: "Clouds 4 bands", bands: ["red", "green", "blue", "nir"], classes: ["clear", "cloud", "shadow"], pixelM: 20 };
  }

  async jobCreate(choice: RecipeChoice): Promise<number> {
    return this.#jobs.create(choice, await this.plan(choice));
  }
  async jobPause(id: number): Promise<void> { this.#jobs.pause(id); }
  async jobResume(id: number): Promise<void> { this.#jobs.resume(id); }
  async jobCancel(id: number): Promise<void> { this.#jobs.cancel(id); }
  async jobRetry(id: number): Promise<void> { this.#jobs.retry(id); }
  async jobRemove(id: number): Promise<void> { this.#jobs.remove(id); }
  async jobs(): Promise<JobView[]> { return this.#jobs.list(); }
  async jobsWatch(listener: (event: JobEvent) => void): Promise<void> { this.#jobs.watch(listener); }

  async products(): Promise<ProductView[]> { return this.#products; }
  async productRemove(id: number): Promise<number> {
    const bytes = this.#products.find((product) => product.id === id)?.bytes ?? 0;
    this.#products = this.#products.filter((product) => product.id !== id);
    return bytes;
  }
  async productReveal(_id: number): Promise<void> {}
  async productRecipe(id: number): Promise<TouchUpView> {
    const product = this.#products.find((one) => one.id === id);
    if (!product) throw problem("not-found", "this product is gone");
    return {
      name: product.name, area: await this.areaCheck(product.footprint), from: product.from, to: product.to, sensors: product.sensors, sceneIds: [],
      excluded: [], bands: product.bands, mask: defaultMask(), image: defaultImage(), resolution: product.resolution, crs: product.crs, clip: true,
    };
  }

  async productReport(id: number): Promise<ProductReportView> {
    await wait(60);
    const product = this.#products.find((one) => one.id === id);
    if (!product) throw problem("not-found", "this product is gone");
    return sampleReport(product);
  }

  async downloadChoices(ids: string[], bands: Layer[], area: Coordinates | null) {
    await wait(350);
    return sampleChoices(this.#known(ids), bands, area);
  }
  async downloadPreflight(order: OrderChoice) {
    await wait(150);
    const wanted = JSON.stringify({ ...order.wanted, unpack: false });
    const bands = order.wanted.kind === "product" ? [] : order.wanted.bands;
    const found = sampleChoices(this.#known(order.sceneIds), bands, order.area).find((one) => JSON.stringify({ ...one.wanted, unpack: false }) === wanted);
    return samplePreflight(order, found ?? null, (account) => this.#accounts.has(account));
  }
  async downloadOrder(order: OrderChoice) {
    const refused = (await this.downloadPreflight(order)).refuses;
    if (refused) throw problem("refused", "the order cannot be carried out as it is");
    return this.#transfers.order(order, this.#known(order.sceneIds));
  }

  async transfers() { return this.#transfers.list(); }
  async transfersWatch(listener: (events: TransferEvent[]) => void) { this.#transfers.watch(listener); }
  async transfersPause(ids: number[]) { this.#transfers.pause(ids); }
  async transfersResume(ids: number[]) { this.#transfers.resume(ids); }
  async transfersCancel(ids: number[], deleteFiles: boolean) { this.#transfers.cancel(ids, deleteFiles); }
  async transfersRetry(ids: number[]) { this.#transfers.retry(ids); }
  async transfersRemove(ids: number[]) { this.#transfers.remove(ids); }
  async transferMove(id: number, before: number | null) { this.#transfers.move(id, before); }

  async holdings() { return this.#holdings.list(); }
  async holdingRemove(id: number, _bin: boolean) { return this.#holdings.remove(id); }
  async holdingReveal(_id: number): Promise<void> {}
  async holdingUnpack(id: number) { return this.#transfers.unpack(this.#holdings.byId(id).name); }
  holdingsVerify(listener: (event: VerifyEvent) => void) { return this.#holdings.verify(listener); }
  async holdingsVerifyStop() { this.#holdings.stop(); }
  async libraryRoot() { return this.#holdings.root(); }
  libraryMove(listener: (event: MoveEvent) => void) { return this.#holdings.move(listener); }
  async libraryMoveStop() { this.#holdings.stop(); }
  libraryRelink() { return this.#holdings.relink(); }

  #known(ids: string[]): SceneView[] {
    return ids.flatMap((id) => this.#scenes.get(id) ?? []);
  }

  async settings(): Promise<Settings> { return this.#settings; }
  async settingsSet(settings: Settings): Promise<Settings> {
    this.#transfers.parallel = settings.transfers.parallel;
    return (this.#settings = settings);
  }
  async providers(): Promise<ProviderView[]> {
    return CATALOGUES.map((one) => ({
      ...one, enabled: !this.#settings.disabledProviders.includes(one.id), usable: !one.searchAccount || this.#accounts.has(one.searchAccount),
    }));
  }
  async accounts() { return this.#accounts.list(); }
  accountSet(kind: AccountKind, fields: Record<string, string>) { return this.#accounts.set(kind, fields); }
  accountTest(kind: AccountKind, oneTimeCode: string | null) { return this.#accounts.test(kind, oneTimeCode); }
  async accountRemove(kind: AccountKind) { return this.#accounts.remove(kind); }
  async accountPage(_kind: AccountKind): Promise<void> {}

  async basemaps() { return [{ id: "sample-imagery", title: "Sample imagery", attribution: "sample", maxZoom: 14 }]; }

  async demoOpen(listener: (event: DemoEvent) => void): Promise<DemoView> {
    for (let done = 0; done <= 12; done++) {
      listener({ done, total: 12 });
      await wait(50);
    }
    const area = await this.areaCheck(rectangle([-0.14, -0.11, 0.14, 0.11]));
    return { area, from: "2025-06-01", to: "2025-08-31", sensors: ["sentinel-2-l2a"] };
  }

  async appInfo() { return { version: "0.1.0", dataFolder: "~/Swath", gdal: "3.6.2" }; }

  pictureUrl(scheme: PictureScheme, path: string): string {
    if (scheme !== "thumb") return `fake://${scheme}/${path}`;
    const id = decodeURIComponent(path.replace(/^scene\//, ""));
    return paintThumbnail(id, (this.#cloud.get(id) ?? 0) / 100);
  }

  async paintTile(url: string): Promise<ArrayBuffer> {
    const picture = /[?&]v=(\d+)/.exec(url);
    const grown = picture ? Math.min(1, Number(picture[1]) / 32) : 1;
    return (await paintTile(url, this.#boundsOf(url), grown)).arrayBuffer();
  }

  #boundsOf(url: string): Bbox {
    const [, kind, id] = /\/(product|job)\/(\d+)\//.exec(url) ?? [];
    const list: { id: number; bbox: Bbox }[] = kind === "product" ? this.#products : this.#jobs.list();
    return list.find((one) => one.id === Number(id))?.bbox ?? [-180, -90, 180, 90];
  }

  #publish(job: JobView, choice: RecipeChoice): number {
    const id = this.#products.length + 1;
    this.#products = [{
      id, name: job.name, createdAt: new Date().toISOString(), from: choice.from, to: choice.to, sensors: choice.sensors,
      bbox: job.bbox, footprint: choice.area, bands: choice.bands, resolution: choice.resolution, crs: "EPSG:32631",
      width: 3100, height: 2440, bytes: 61_400_000, scenes: choice.sceneIds.length,
      folder: `products/${job.name.toLowerCase().replaceAll(" ", "-")}`,
      stretch: choice.bands.map((band, index) => ({ band, low: 180 + 60 * index, high: 2400 + 500 * index })),
    }, ...this.#products];
    return id;
  }
}
