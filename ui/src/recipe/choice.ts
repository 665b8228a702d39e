import type { Band, IndexName, Layer, MethodChoice, SceneView, Sensor } from "../ipc/types";
import { BANDS } from "../ipc/types";

export type RecipeProblem =
  | "no-area" | "no-scenes" | "not-composable" | "no-bands" | "bad-resolution" | "bad-crs" | "bad-buffer"
  | "no-model" | "no-day" | "bad-percent" | "no-index-bands" | "several-sensors" | "bad-days";

/** What a user may mask: classes of every sensor by name, and two of Sentinel-2's scene classification by number. */
export const MASK_CLASSES = ["cloud", "cirrus", "shadow", "snow", "water", "saturated", "2", "7"] as const;
export type MaskClass = (typeof MASK_CLASSES)[number];
export const DEFAULT_DROP: MaskClass[] = ["cloud", "cirrus", "shadow", "saturated"];

/** Metres from masked pixels, most cautious first. */
export const GRADED_BUFFERS = [720, 360, 120, 0];

export type MethodKind = MethodChoice["kind"];
export const METHODS: MethodKind[] = [
  "median", "percentile", "geometric-median", "medoid", "mean", "best-pixel", "first-clear", "max-index", "fill",
];

/** A method with its usual settings. */
export function methodOf(kind: MethodKind, day: string): MethodChoice {
  switch (kind) {
    case "percentile": return { kind, percent: 25 };
    case "max-index": return { kind, index: "ndvi" };
    case "fill": return { kind, date: day };
    case "best-pixel": return {
      kind, day: null, weightDay: 1, weightYear: 1, weightCloud: 0.4, weightHaze: 0.3, weightOpacity: 0, weightSensor: 0, sensor: null,
    };
    default: return { kind };
  }
}

const NIR: Band[] = ["nir", "nir08"];
const INDEX_BANDS: Record<IndexName, Band[][]> = {
  ndvi: [NIR, ["red"]], ndwi: [["green"], NIR], ndmi: [NIR, ["swir16"]], nbr: [NIR, ["swir22"]], ndsi: [["green"], ["swir16"]],
};

/** Whether the image has the two bands of an index. */
export function hasIndex(index: IndexName, bands: Band[]): boolean {
  return INDEX_BANDS[index].every((either) => either.some((band) => bands.includes(band)));
}

export const BAND_PRESETS = {
  "true-colour": ["red", "green", "blue"],
  "true-colour-nir": ["red", "green", "blue", "nir"],
  "false-colour": ["nir", "red", "green"],
  "agriculture": ["swir16", "nir", "blue"],
} satisfies Record<string, Band[]>;
export type BandPreset = keyof typeof BAND_PRESETS;

/** Landsat has no broad near infrared; its narrow one stands in, so that a preset works for both. */
export function presetBands(preset: BandPreset, available: Band[]): Band[] {
  const has = new Set(available);
  const wanted: Band[] = BAND_PRESETS[preset];
  return wanted.map((band) => (band === "nir" && !has.has("nir") ? "nir08" : band)).filter((band) => has.has(band));
}

const SENSOR_BANDS: Record<Sensor, Band[]> = {
  "sentinel-2-l2a": ["coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08", "nir09", "swir16", "swir22"],
  "sentinel-2-l1c": ["coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08", "nir09", "cirrus", "swir16", "swir22"],
  "sentinel-1-grd": ["vv", "vh"],
  "sentinel-1-rtc": ["vv", "vh"],
  "landsat-c2-l2": ["coastal", "blue", "green", "red", "nir08", "swir16", "swir22", "lwir11"],
  "landsat-c2-l1": ["coastal", "blue", "green", "red", "nir08", "swir16", "swir22", "pan", "cirrus", "lwir11"],
};

/** Bands that every scene in use has; before a search, those of the chosen sensors. In spectral order. */
export function availableBands(scenes: SceneView[], sensors: Sensor[]): Band[] {
  const lists = scenes.length > 0 ? scenes.map((scene) => scene.bands) : sensors.map((sensor) => SENSOR_BANDS[sensor]);
  if (lists.length === 0) return [];
  return BANDS.filter((band) => lists.every((list) => list.includes(band)));
}

/** The sensor's own label beside the common name. */
export function sensorLabel(band: Layer, sensors: Sensor[]): string {
  if (sensors.every((sensor) => sensor.startsWith("sentinel-2"))) return S2_LABELS[band] ?? "";
  if (sensors.every((sensor) => sensor.startsWith("landsat"))) return LANDSAT_LABELS[band] ?? "";
  return "";
}

const S2_LABELS: Partial<Record<Layer, string>> = {
  coastal: "B01", blue: "B02", green: "B03", red: "B04", rededge1: "B05", rededge2: "B06", rededge3: "B07",
  nir: "B08", nir08: "B8A", nir09: "B09", cirrus: "B10", swir16: "B11", swir22: "B12", scl: "SCL",
  "cloud-probability": "CLD", "snow-probability": "SNW",
};
const LANDSAT_LABELS: Partial<Record<Layer, string>> = {
  coastal: "B1", blue: "B2", green: "B3", red: "B4", nir08: "B5", swir16: "B6", swir22: "B7", pan: "B8",
  cirrus: "B9", lwir11: "B10", "qa-pixel": "QA_PIXEL", "qa-radsat": "QA_RADSAT", "qa-aerosol": "SR_QA_AEROSOL",
};

export function isCrs(text: string): boolean {
  return text === "auto" || /^EPSG:\d{4,6}$/.test(text);
}
