/** The words that pass between the window and the Rust side. `bindings.ts` replaces this file once it is generated. */

import type { TransferSettings } from "./transferTypes";

export type * from "./transferTypes";

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
/** All that can be downloaded: bands, and layers that tell about pixels. */
export const LAYERS = [...BANDS, "scl", "qa-pixel", "qa-radsat", "qa-aerosol", "cloud-probability", "snow-probability"] as const;
export type Layer = (typeof LAYERS)[number];

export type ErrorCode =
  | "invalid-area" | "invalid-dates" | "invalid-recipe" | "no-scenes" | "provider-failed"
  | "offline" | "not-found" | "disk-full" | "cancelled" | "needs-account" | "refused" | "internal";

export interface IpcError { code: ErrorCode; message: string; detail: string | null }

export interface AreaView {
  coordinates: Coordinates;
  areaKm2: number;
  bbox: Bbox;
  vertices: number;
  /** Codes of what was put right on the way in. */
  notes: string[];
  name: string | null;
  /** At most 20 names; the count is of all. */
  mgrsTiles: string[];
  mgrsTileCount: number;
}

export interface AreaLayerView { name: string; features: number; usable: number; geometry: string; crs: string | null; fields: string[] }
/** A file or a text that holds areas; `area` is set when there was nothing to choose. */
export interface AreaFileView { key: number; name: string; layers: AreaLayerView[]; area: AreaView | null }
export interface AreaFeatureView {
  id: number;
  label: string;
  values: string[];
  areaKm2: number | null;
  outline: Coordinates | null;
  /** Why it cannot be used. */
  problem: string | null;
}
/** What becomes of points and lines. */
export type PointsChoice = { kind: "buffer"; metres: number } | { kind: "hull" };
export type AreaFormat = "geojson" | "geopackage" | "kml";
export interface AreaDropped { file: AreaFileView | null; error: IpcError | null }

export type PlaceKind = "city" | "region" | "country" | "coordinates" | "mgrs" | "wrs";
export interface PlaceView {
  title: string;
  subtitle: string | null;
  kind: PlaceKind;
  position: Position;
  bbox: Bbox | null;
  outline: Coordinates | null;
}

export type AccountKind = "cdse" | "cdse-s3" | "sentinel-hub" | "usgs" | "earthdata" | "aws";
export type AccountState = "absent" | "kept" | "session-only";
export interface AccountField { name: string; secret: boolean; optional: boolean }
export interface AccountView {
  kind: AccountKind;
  title: string;
  link: string;
  fields: AccountField[];
  state: AccountState;
  user: string | null;
  validUntil: string | null;
  quota: string | null;
  checkedAt: string | null;
}

export type OrbitDirection = "ascending" | "descending";
export const TIERS = ["T1", "T2", "RT"] as const;
export type Tier = (typeof TIERS)[number];
export type Access = "open" | "signed" | "account" | "requester-pays";

/** Both days included. */
export interface DayRange { from: string; to: string }

/** Limits beyond area, period and sensor. What is empty or null limits nothing. */
export interface FiltersView {
  periods: DayRange[];
  /** "MM-DD", both included; may run over the new year. */
  season: DayRange | null;
  /** Shares of the AOI, 0 to 1. */
  minCoverage: number | null;
  minClear: number | null;
  platforms: string[];
  orbitDirection: OrbitDirection | null;
  relativeOrbits: number[];
  polarisations: Band[];
  tiers: Tier[];
  tiles: string[];
  /** Product names; `*` stands for anything. */
  names: string[];
}

export interface QueryView {
  area: Coordinates;
  from: string;
  to: string;
  sensors: Sensor[];
  maxCloud: number | null;
  providers: string[] | null;
  filters: FiltersView;
}

export type PackageForm = "safe-zip" | "safe-nodes" | "safe-s3" | "landsat-tar";
export interface PackageView {
  form: PackageForm;
  provider: string;
  size: number | null;
  access: Access;
  online: boolean;
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
  /** Layers that tell about its pixels, which no image is made of. */
  layers: Layer[];
  hasThumbnail: boolean;
  /** What the agency calls the product. */
  name: string | null;
  orbitDirection: OrbitDirection | null;
  relativeOrbit: number | null;
  polarisations: Band[];
  tier: Tier | null;
  /** Ids of the catalogues that have it, the best first. */
  sources: string[];
  /** What its easiest source asks for. */
  access: Access;
  account: AccountKind | null;
  /** Id of the scene that a newer processing has put in its place. */
  supersededBy: string | null;
  /** Has layers that can be read in pieces. */
  composable: boolean;
  packages: PackageView[];
}

/** What one catalogue had of one sensor, compared with all of them together. */
export interface CompletenessView { provider: string; sensor: Sensor; found: number; lacking: string[] }

/** A page holds scenes that are new or have changed: they replace those of the same id. */
export type SearchEvent =
  | { kind: "page"; provider: string; scenes: SceneView[] }
  | { kind: "provider-failed"; provider: string; error: IpcError }
  | { kind: "provider-done"; provider: string; count: number }
  | { kind: "done"; count: number; cancelled: boolean; completeness: CompletenessView[] };

/** Shares of the pixels inside the AOI; their sum is 1. */
export interface Shares { clear: number; cloud: number; shadow: number; missing: number }
export interface ClearShareEvent { sceneId: string; shares: Shares | null; error: IpcError | null }

export type MaskFrom = "auto" | "provider" | "detector" | "model" | "nobody";
export type HandShows = "cloud" | "clear";
/** A polygon that somebody drew; it holds for all scenes when none are named. */
export interface HandChoice { shows: HandShows; area: Coordinates; scenes: string[] | null }

export interface MaskChoice {
  from: MaskFrom;
  /** The file of the user's own model. */
  model: string | null;
  /** Names of classes, or numbers of Sentinel-2's scene classification as text. */
  drop: string[];
  cloudBufferM: number;
  shadowBufferM: number;
  edgeM: number;
  byHand: HandChoice[];
}

export type IndexName = "ndvi" | "ndwi" | "ndmi" | "nbr" | "ndsi";
export interface BestPixelChoice {
  /** `MM-DD`; the middle of the period when null. */
  day: string | null;
  weightDay: number;
  weightYear: number;
  weightCloud: number;
  weightHaze: number;
  weightOpacity: number;
  weightSensor: number;
  sensor: Sensor | null;
}
export type MethodChoice =
  | { kind: "median" } | { kind: "mean" } | { kind: "first-clear" } | { kind: "medoid" } | { kind: "geometric-median" }
  | { kind: "percentile"; percent: number }
  | { kind: "max-index"; index: IndexName }
  | ({ kind: "best-pixel" } & BestPixelChoice)
  | { kind: "fill"; date: string };
export type EveryChoice = { kind: "month" } | { kind: "season" } | { kind: "year" } | { kind: "days"; days: number };
export type OrderBy = "clearest" | "latest" | "earliest";
export type GapsHow = "empty" | "nearest" | "linear" | "smooth" | "similar";
export interface GapsChoice { how: GapsHow; days: number }

export interface ImageChoice {
  method: MethodChoice;
  /** Most cautious first; empty for off. */
  gradedBuffersM: number[];
  balance: boolean;
  screening: boolean;
  evening: boolean;
  every: EveryChoice | null;
  order: OrderBy;
  atMost: number | null;
  leastShare: number | null;
  gaps: GapsChoice;
  mixSensors: boolean;
}

/** A cloud model of the user, as its card describes it. */
export interface ModelView { path: string; name: string; bands: Band[]; classes: string[]; pixelM: number }

/** What a product was made with, to be changed and made again. */
export interface TouchUpView {
  name: string;
  area: AreaView;
  from: string;
  to: string;
  sensors: Sensor[];
  sceneIds: string[];
  excluded: string[];
  bands: Band[];
  mask: MaskChoice;
  image: ImageChoice;
  resolution: number | null;
  crs: string;
  clip: boolean;
}

/** Pixels that came to be in the same way: 1 and on are grades of distance from cloud. */
export interface HowView { how: number; pixels: number }
/** A layer beside the image; `low` is the least number besides 0. */
export interface QualityLayerView { name: string; low: number; high: number }
/** How the pixels of a product came to be. */
export interface ProductReportView {
  /** 0 when nobody has counted them. */
  areaPixels: number;
  emptyPixels: number;
  /** The surest first. */
  byHow: HowView[];
  holes: number;
  largestPixels: number;
  largestM2: number;
  /** Metres from cloud of each grade; empty without grades. */
  gradesM: number[];
  layers: QualityLayerView[];
}

export interface RecipeChoice {
  name: string;
  area: Coordinates;
  from: string;
  to: string;
  sensors: Sensor[];
  maxCloud: number | null;
  filters: FiltersView;
  sceneIds: string[];
  excluded: string[];
  bands: Band[];
  mask: MaskChoice;
  image: ImageChoice;
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
  /** Ids of catalogues that are not asked. */
  disabledProviders: string[];
  transfers: TransferSettings;
}

export interface ProviderView {
  id: string;
  title: string;
  sensors: Sensor[];
  local: boolean;
  /** What its files need. */
  account: AccountKind | null;
  /** What a search of it needs. */
  searchAccount: AccountKind | null;
  enabled: boolean;
  /** False while the account that its search needs is absent. */
  usable: boolean;
}
export interface BasemapView { id: string; title: string; attribution: string; maxZoom: number }
export interface DemoEvent { done: number; total: number }
export interface DemoView { area: AreaView; from: string; to: string; sensors: Sensor[] }
export interface AppInfo { version: string; dataFolder: string; gdal: string }
