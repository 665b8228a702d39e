import type { JobState, Layer, Sensor, Stage } from "../ipc/types";
import * as m from "../paraglide/messages.js";

/** Product names stay as the agencies write them, in every language. */
export const SENSOR_LABELS: Record<Sensor, string> = {
  "sentinel-2-l2a": "Sentinel-2 L2A",
  "sentinel-2-l1c": "Sentinel-2 L1C",
  "sentinel-1-grd": "Sentinel-1 GRD",
  "sentinel-1-rtc": "Sentinel-1 RTC",
  "landsat-c2-l2": "Landsat C2 L2",
  "landsat-c2-l1": "Landsat C2 L1",
};

export const SENSOR_LEVELS: Record<Sensor, string> = {
  "sentinel-2-l2a": "L2A", "sentinel-2-l1c": "L1C", "sentinel-1-grd": "GRD", "sentinel-1-rtc": "RTC",
  "landsat-c2-l2": "L2", "landsat-c2-l1": "L1",
};

const BAND_LABELS: Record<Layer, () => string> = {
  coastal: m.band_coastal, blue: m.band_blue, green: m.band_green, red: m.band_red, rededge1: m.band_rededge1,
  rededge2: m.band_rededge2, rededge3: m.band_rededge3, nir: m.band_nir, nir08: m.band_nir08, nir09: m.band_nir09,
  cirrus: m.band_cirrus, swir16: m.band_swir16, swir22: m.band_swir22, pan: m.band_pan, lwir11: m.band_lwir11,
  vv: () => "VV", vh: () => "VH", hh: () => "HH", hv: () => "HV",
  scl: m.band_scl, "qa-pixel": m.band_qa_pixel, "qa-radsat": m.band_qa_radsat, "qa-aerosol": m.band_qa_aerosol, "cloud-probability": m.band_cloud_probability, "snow-probability": m.band_snow_probability,
};
export const bandLabel = (band: Layer): string => BAND_LABELS[band]();

const STATE_LABELS: Record<JobState, () => string> = {
  queued: m.state_queued, running: m.state_running, paused: m.state_paused, succeeded: m.state_succeeded,
  failed: m.state_failed, cancelled: m.state_cancelled, interrupted: m.state_interrupted,
};
export const stateLabel = (state: JobState): string => STATE_LABELS[state]();

const STAGE_LABELS: Record<Stage, () => string> = {
  search: m.stage_search, masks: m.stage_masks, blocks: m.stage_blocks, write: m.stage_write, publish: m.stage_publish,
};
export const stageLabel = (stage: Stage): string => STAGE_LABELS[stage]();

/** "sentinel-2b" as people write it. */
export function platformLabel(platform: string): string {
  return platform.replace(/^sentinel-(\d)(\w)$/, (_, one, two) => `Sentinel-${one}${two.toUpperCase()}`)
    .replace(/^landsat-/, "Landsat ");
}
