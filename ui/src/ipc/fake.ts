import { areaKm2, bboxOf, rectangle } from "../shared/geo";
import type { Backend, PictureScheme } from "./backend";
import type {
  AreaDropped, AreaView, Bbox, ClearShareEvent, Coordinates, DemoEvent, DemoView, IpcError, JobEvent, JobView, PlanView,
  ProductView, QueryView, RecipeChoice, SearchEvent, Settings,
} from "./types";
import { SampleJobs } from "./fake/jobs";
import { paintThumbnail, paintTile } from "./fake/painter";
import { wait } from "./fake/random";
import { sampleScenes, sampleShares } from "./fake/scenes";

const DEFAULTS: Settings = {
  language: "system", theme: "system", basemap: "offline",
  limits: { network: 6, cpu: 2, disk: 2, memoryMb: 2048 }, keepCacheGb: 20,
};

/** Stands in for the Rust side in a plain browser and in tests: same contract, sample data, no files. */
export class FakeBackend implements Backend {
  #search = 0;
  #shares = 0;
  #settings = DEFAULTS;
  #products: ProductView[] = [];
  readonly #cloud = new Map<string, number | null>();
  readonly #jobs = new SampleJobs((job, choice) => this.#publish(job, choice));

  async areaCheck(coordinates: Coordinates): Promise<AreaView> {
    await wait(30);
    const points = coordinates.flat(2);
    if (points.length < 4) throw problem("invalid-area", "a ring needs at least three corners");
    return { coordinates, areaKm2: areaKm2(coordinates), bbox: bboxOf(coordinates), vertices: points.length - 1, notes: [] };
  }

  async areaFromText(text: string): Promise<AreaView> {
    try {
      const parsed = JSON.parse(text);
      const geometry = parsed.features?.[0]?.geometry ?? parsed.geometry ?? parsed;
      return await this.areaCheck(geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates]);
    } catch (reason) {
      throw problem("invalid-area", "the text holds no polygon", String(reason));
    }
  }

  async areaImport(): Promise<AreaView | null> {
    await wait(200);
    return { ...(await this.areaCheck(COUNTY)), notes: ["dropped-z"] };
  }

  onAreaDropped(_listener: (dropped: AreaDropped) => void): void {}

  async search(query: QueryView, listener: (event: SearchEvent) => void): Promise<void> {
    const mine = ++this.#search;
    let count = 0;
    for (const sensor of query.sensors) {
      const scenes = sampleScenes(query, sensor);
      scenes.forEach((scene) => this.#cloud.set(scene.id, scene.cloudCover));
      for (let start = 0; start < scenes.length; start += 25) {
        await wait(120);
        if (mine !== this.#search) return listener({ kind: "done", count, cancelled: true });
        const page = scenes.slice(start, start + 25);
        count += page.length;
        listener({ kind: "page", provider: "sample", scenes: page });
      }
    }
    listener({ kind: "provider-done", provider: "sample", count });
    listener({ kind: "done", count, cancelled: false });
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
    return JSON.stringify({ version: 1, ...choice }, null, 2);
  }

  async recipeSave(): Promise<boolean> {
    return true;
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

  async settings(): Promise<Settings> { return this.#settings; }
  async settingsSet(settings: Settings): Promise<Settings> { return (this.#settings = settings); }
  async providers() { return [{ id: "sample", title: "Sample catalogue", sensors: [], local: true }]; }
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

function problem(code: IpcError["code"], message: string, detail: string | null = null): IpcError {
  return { code, message, detail };
}

const COUNTY: Coordinates = [[[
  [7.02, 46.61], [7.2, 46.66], [7.41, 46.6], [7.52, 46.44], [7.43, 46.28], [7.2, 46.22], [7.04, 46.3], [6.97, 46.47], [7.02, 46.61],
]]];
