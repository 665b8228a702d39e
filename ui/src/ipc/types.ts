/** The words that pass between the window and the Rust side. `bindings.ts` replaces this file once it is generated. */

export type Position = [lon: number, lat: number];
/** MultiPolygon nesting: polygon, ring, vertex; rings are closed. */
export type Coordinates = number[][][][];
/** West, south, east, north. */
export type Bbox = [number, number, number, number];

export const SENSORS = [
  "sentinel-2-l2a", "sentinel-2-l1c", "sentinel-1-grd", "sentinel-1-rtc", "landsat-c2-l2", "landsat-c2-l1",
] as const;
export type Sensor = (typeof SENSORS)[number];

export const BANDS = [
  "coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08", "nir09", "cirrus",
  "swir16", "swir22", "pan", "lwir11", "vv", "vh", "hh", "hv",
] as const;
export type Band = (typeof BANDS)[number];

export type ErrorCode =
  | "invalid-area" | "invalid-dates" | "invalid-recipe" | "no-scenes" | "provider-failed"
  | "offline" | "not-found" | "disk-full" | "cancelled" | "internal";

export interface IpcError { code: ErrorCode; message: string; detail: string | null }

export interface AreaView { coordinates: Coordinates; areaKm2: number; bbox: Bbox; vertices: number; notes: string[] }
export interface AreaDropped { area: AreaView | null; error: IpcError | null }

export interface QueryView {
  area: Coordinates;
  from: string;
  to: string;
  sensors: Sensor[];
  maxCloud: number | null;
  providers: string[] | null;
}

export interface SceneView {
  id: string;
  provider: string;
  sensor: Sensor;
  platform: string;
  datetime: string;
  footprint: Coordinates;
  /** Percent of the whole tile. */
  cloudCover: number | null;
  /** Share of the AOI, 0 to 1. */
  coverage: number;
  tile: string | null;
  bands: Band[];
  hasThumbnail: boolean;
}

export type SearchEvent =
  | { kind: "page"; provider: string; scenes: SceneView[] }
  | { kind: "provider-failed"; provider: string; error: IpcError }
  | { kind: "provider-done"; provider: string; count: number }
  | { kind: "done"; count: number; cancelled: boolean };

/** Shares of the pixels inside the AOI; their sum is 1. */
export interface Shares { clear: number; cloud: number; shadow: number; missing: number }
export interface ClearShareEvent { sceneId: string; shares: Shares | null; error: IpcError | null }

export interface RecipeChoice {
  name: string;
  area: Coordinates;
  from: string;
  to: string;
  sensors: Sensor[];
  maxCloud: number | null;
  sceneIds: string[];
  bands: Band[];
  /** Classes of Sentinel-2's scene classification that are masked. */
  drop: number[];
  cloudBufferM: number;
  shadowBufferM: number;
  resolution: number;
  /** "auto" or "EPSG:n". */
  crs: string;
  clip: boolean;
}

export interface PlanView {
  crs: string;
  resolution: number;
  width: number;
  height: number;
  blocks: number;
  scenes: number;
  fetchBytes: number;
  cachedBytes: number;
  diskBytes: number;
  memoryBytes: number;
  seconds: number | null;
}

export type JobState = "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled" | "interrupted";
export type Stage = "search" | "masks" | "blocks" | "write" | "publish";

export interface JobView {
  id: number;
  name: string;
  state: JobState;
  stages: { stage: Stage; done: number; total: number }[];
  stage: Stage | null;
  fetchedBytes: number;
  expectedBytes: number | null;
  bytesPerSecond: number;
  secondsLeft: number | null;
  stalledSeconds: number | null;
  createdAt: string;
  finishedAt: string | null;
  productId: number | null;
  error: IpcError | null;
  bbox: Bbox;
  bands: Band[];
  /** Grows when blocks were finished; part of the tile address. */
  picture: number;
  /** Fetched ranges that stay in the cache after cancelling. */
  keptBytes: number;
}
export type JobEvent = { kind: "changed"; job: JobView } | { kind: "removed"; id: number };

export interface BandStretch { band: Band; low: number; high: number }

export interface ProductView {
  id: number;
  name: string;
  createdAt: string;
  from: string;
  to: string;
  sensors: Sensor[];
  bbox: Bbox;
  footprint: Coordinates;
  bands: Band[];
  resolution: number;
  crs: string;
  width: number;
  height: number;
  bytes: number;
  scenes: number;
  folder: string;
  /** 2nd and 98th percentile of each band, in digital numbers. */
  stretch: BandStretch[];
}

export interface Limits { network: number; cpu: number; disk: number; memoryMb: number }
export interface Settings {
  language: "system" | "en" | "zh";
  theme: "system" | "light" | "dark";
  /** "offline" or the id of an online base map. */
  basemap: string;
  limits: Limits;
  keepCacheGb: number;
}

export interface ProviderView { id: string; title: string; sensors: Sensor[]; local: boolean }
export interface BasemapView { id: string; title: string; attribution: string; maxZoom: number }
export interface DemoEvent { done: number; total: number }
export interface DemoView { area: AreaView; from: string; to: string; sensors: Sensor[] }
export interface AppInfo { version: string; dataFolder: string; gdal: string }
