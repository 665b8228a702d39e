import type { Backend } from "./backend";
import type {
  AccountView, AreaFileView, AreaView, ChoiceView, Coordinates, FiltersView, FindingView, HoldingView, JobView, PreflightView,
  ProductReportView, ProductView, ProviderView, SceneView, Settings, TransferView, WantedView,
} from "./types";
import { areaKm2, bboxOf, rectangle } from "../shared/geo";

/** Values for tests: whole, plain, and changed where the test cares. */

/** A backend that knows only the commands a test gives it; any other call fails that test. */
export function backendWith(commands: Partial<Backend>): Backend {
  const known: Partial<Backend> = { onAreaDropped: () => {}, pictureUrl: (scheme, path) => `${scheme}:${path}`, ...commands };
  return new Proxy(known as Backend, {
    get(target, command: keyof Backend) {
      const found = target[command];
      if (!found && typeof command === "string") throw new Error(`the test did not expect ${command}`);
      return found;
    },
  });
}

/** A promise together with the means to settle it. */
export function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

export const SQUARE: Coordinates = rectangle([7, 46, 8, 47]);

export function area(coordinates: Coordinates = SQUARE): AreaView {
  return { coordinates, areaKm2: areaKm2(coordinates), bbox: bboxOf(coordinates), vertices: 4, notes: [], ...NO_TILES };
}

const NO_TILES = { name: null, mgrsTiles: [], mgrsTileCount: 0 };

/** A file in which there was nothing to choose. */
export function fileOf(area: AreaView): AreaFileView {
  return { key: 1, name: "area", layers: [], area };
}

export const NO_LIMITS: FiltersView = {
  periods: [], season: null, minCoverage: null, minClear: null, platforms: [], orbitDirection: null, relativeOrbits: [],
  polarisations: [], tiers: [], tiles: [], names: [],
};

export function scene(id: string, part: Partial<SceneView> = {}): SceneView {
  return {
    id, provider: "sample", sensor: "sentinel-2-l2a", platform: "sentinel-2b", datetime: "2025-07-01T10:30:00Z",
    footprint: SQUARE, cloudCover: 20, coverage: 1, tile: "32TLS", bands: ["blue", "green", "red", "nir"], layers: [], hasThumbnail: true,
    name: null, orbitDirection: null, relativeOrbit: null, polarisations: [], tier: null, sources: ["sample"], access: "open",
    account: null, supersededBy: null, composable: true, packages: [], ...part,
  };
}

export function job(id: number, part: Partial<JobView> = {}): JobView {
  return {
    id, name: `job ${id}`, state: "running", stage: "blocks",
    stages: [{ stage: "masks", done: 10, total: 10 }, { stage: "blocks", done: 5, total: 20 }],
    fetchedBytes: 40e6, expectedBytes: 80e6, bytesPerSecond: 5e6, secondsLeft: 8, stalledSeconds: null,
    createdAt: "2025-09-01T08:00:00Z", finishedAt: null, productId: null, error: null, bbox: [7, 46, 8, 47],
    bands: ["red", "green", "blue"], picture: 3, keptBytes: 0, ...part,
  };
}

export function product(id: number, part: Partial<ProductView> = {}): ProductView {
  return {
    id, name: `product ${id}`, createdAt: "2025-09-01T08:00:00Z", from: "2025-06-01", to: "2025-08-31",
    sensors: ["sentinel-2-l2a"], bbox: [7, 46, 8, 47], footprint: SQUARE, bands: ["blue", "green", "red", "nir"],
    resolution: 10, crs: "EPSG:32632", width: 1000, height: 1000, bytes: 8e6, scenes: 12, folder: `products/${id}`,
    stretch: [
      { band: "blue", low: 100, high: 1000 }, { band: "green", low: 200, high: 2000 },
      { band: "red", low: 300, high: 3000 }, { band: "nir", low: 400, high: 4000 },
    ],
    ...part,
  };
}

export function report(part: Partial<ProductReportView> = {}): ProductReportView {
  return {
    areaPixels: 1000, emptyPixels: 10, byHow: [{ how: 1, pixels: 700 }, { how: 2, pixels: 200 }, { how: 20, pixels: 50 }, { how: 30, pixels: 40 }],
    holes: 2, largestPixels: 8, largestM2: 800, gradesM: [720, 0],
    layers: [{ name: "looks", low: 1, high: 12 }, { name: "source", low: 1, high: 12 }, { name: "date", low: 20240, high: 20331 }, { name: "how", low: 1, high: 30 }],
    ...part,
  };
}

export function provider(id: string, part: Partial<ProviderView> = {}): ProviderView {
  return {
    id, title: `catalogue ${id}`, sensors: ["sentinel-2-l2a"], local: false, account: null, searchAccount: null, enabled: true,
    usable: true, ...part,
  };
}

export function account(part: Partial<AccountView> = {}): AccountView {
  return {
    kind: "cdse", title: "Copernicus Data Space Ecosystem", link: "https://example.org/", state: "absent", user: null, validUntil: null,
    quota: null, checkedAt: null,
    fields: [{ name: "user", secret: false, optional: false }, { name: "password", secret: true, optional: false }], ...part,
  };
}

export const SETTINGS: Settings = {
  language: "en", theme: "light", basemap: "offline", limits: { network: 6, cpu: 2, disk: 2, memoryMb: 2048 }, keepCacheGb: 20,
  disabledProviders: [], transfers: { parallel: 3, bandwidthMbPerS: null, hours: null, notify: true },
};

export function transfer(id: number, part: Partial<TransferView> = {}): TransferView {
  return {
    id, batch: 1, batchName: "coast", position: id, sceneId: `sample/${id}`, name: `S2B_${id}`, sensor: "sentinel-2-l2a",
    wanted: { kind: "bands", bands: ["red"] }, state: "running", stage: "fetch", doneBytes: 40e6, totalBytes: 80e6, fetchedBytes: 41e6,
    files: 4, filesDone: 2, bytesPerSecond: 5e6, secondsLeft: 8, source: "earth-search · example.org", tries: 0, waiting: null,
    stalledSeconds: null, error: null, holdingIds: [], createdAt: "2025-09-01T08:00:00Z", finishedAt: null, ...part,
  };
}

export function holding(id: number, part: Partial<HoldingView> = {}): HoldingView {
  return {
    id, sceneId: `sample/${id}`, name: `S2B_${id}`, sensor: "sentinel-2-l2a", datetime: "2025-07-01T10:30:00Z", tile: "32TLS",
    content: { kind: "band", bands: ["red"] }, path: `sentinel-2-l2a/2025-07-01/T32TLS_20250701_B04_${id}.tif`, bytes: 90e6,
    provider: "earth-search", state: "verified", why: null, checkedAt: "2025-09-01T08:00:00Z", createdAt: "2025-09-01T08:00:00Z",
    footprint: SQUARE, thumbnail: true, ...part,
  };
}

export function choice(wanted: WantedView, part: Partial<ChoiceView> = {}): ChoiceView {
  return { wanted, scenes: 2, bytes: 1.1e9, exact: true, account: null, lacking: [], held: 0, ...part };
}

export function finding(kind: FindingView["kind"], part: Partial<FindingView> = {}): FindingView {
  return {
    kind, refuses: true, needs: null, free: null, left: null, until: null, path: null, length: null, most: null, account: null, scenes: [],
    message: `about ${kind}`, ...part,
  };
}

export function preflight(part: Partial<PreflightView> = {}): PreflightView {
  return { findings: [], bytes: 1.1e9, diskFree: 250e9, transfers: 2, held: 0, refuses: false, ...part };
}
