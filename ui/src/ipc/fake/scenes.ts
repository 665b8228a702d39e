import { bboxOf } from "../../shared/geo";
import type { Access, AccountKind, Band, Bbox, Coordinates, FiltersView, QueryView, SceneView, Sensor, Shares } from "../types";
import { chance } from "./random";

const DAY_MS = 86_400_000;
const S2: Band[] = [
  "coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08", "nir09", "swir16", "swir22",
];
const LANDSAT: Band[] = ["coastal", "blue", "green", "red", "nir08", "swir16", "swir22", "lwir11"];

/** Revisit in days, platforms, and bands, roughly as the real missions fly. */
const MISSIONS: Record<Sensor, { every: number; platforms: string[]; bands: Band[]; tiles: string[] }> = {
  "sentinel-2-l2a": { every: 5, platforms: ["sentinel-2b", "sentinel-2c"], bands: S2, tiles: ["31NAA", "30NZF"] },
  "sentinel-2-l1c": { every: 5, platforms: ["sentinel-2b", "sentinel-2c"], bands: [...S2, "cirrus"], tiles: ["31NAA"] },
  "sentinel-1-grd": { every: 12, platforms: ["sentinel-1a"], bands: ["vv", "vh"], tiles: ["ASC 30"] },
  "sentinel-1-rtc": { every: 12, platforms: ["sentinel-1a"], bands: ["vv", "vh"], tiles: ["ASC 30"] },
  "landsat-c2-l2": { every: 8, platforms: ["landsat-8", "landsat-9"], bands: LANDSAT, tiles: ["192060"] },
  "landsat-c2-l1": { every: 8, platforms: ["landsat-8", "landsat-9"], bands: [...LANDSAT, "pan"], tiles: ["192060"] },
};

export function sampleScenes(query: QueryView, sensor: Sensor): SceneView[] {
  const mission = MISSIONS[sensor];
  const bbox = bboxOf(query.area);
  const scenes: SceneView[] = [];
  const phase = Math.floor(chance(sensor) * mission.every);
  for (let ms = Date.parse(query.from); ms <= Date.parse(query.to); ms += DAY_MS) {
    const day = Math.floor(ms / DAY_MS);
    if ((day + phase) % mission.every !== 0) continue;
    mission.tiles.forEach((tile, index) => scenes.push(scene(sensor, tile, index, day, bbox)));
  }
  return scenes.filter((one) => (query.maxCloud === null || (one.cloudCover ?? 0) <= query.maxCloud) && passes(one, query.filters));
}

function passes(scene: SceneView, filters: FiltersView): boolean {
  const day = scene.datetime.slice(0, 10);
  const season = filters.season;
  const inSeason = !season || (season.from <= season.to
    ? day.slice(5) >= season.from && day.slice(5) <= season.to
    : day.slice(5) >= season.from || day.slice(5) <= season.to);
  return inSeason
    && (filters.periods.length === 0 || filters.periods.some((one) => day >= one.from && day <= one.to))
    && scene.coverage >= (filters.minCoverage ?? 0)
    && (filters.platforms.length === 0 || filters.platforms.includes(scene.platform))
    && (filters.orbitDirection === null || scene.orbitDirection === filters.orbitDirection)
    && (filters.relativeOrbits.length === 0 || scene.relativeOrbit === null || filters.relativeOrbits.includes(scene.relativeOrbit))
    && (scene.tier === null || filters.tiers.length === 0 || filters.tiers.includes(scene.tier))
    && filters.polarisations.every((band) => scene.polarisations.length === 0 || scene.polarisations.includes(band))
    && (filters.tiles.length === 0 || filters.tiles.includes(scene.tile ?? ""))
    && (filters.names.length === 0 || filters.names.some((name) => (scene.name ?? "").includes(name.replaceAll("*", ""))));
}

function scene(sensor: Sensor, tile: string, index: number, day: number, bbox: Bbox): SceneView {
  const mission = MISSIONS[sensor];
  const date = new Date(day * DAY_MS + 37_800_000 + index * 14_000).toISOString();
  const id = `sample/${sensor}/${tile.replace(" ", "")}_${date.slice(0, 10)}`;
  const radar = sensor.startsWith("sentinel-1");
  return {
    id, sensor, tile,
    provider: "sample",
    platform: mission.platforms[day % mission.platforms.length]!,
    datetime: date,
    footprint: footprint(bbox, index, chance(`${id}shift`)),
    cloudCover: radar ? null : Math.round(1000 * cloudiness(id)) / 10,
    coverage: index === 0 ? 1 : 0.18 + 0.3 * chance(`${id}coverage`),
    bands: mission.bands,
    layers: sensor === "sentinel-2-l2a" ? ["scl"] : sensor.startsWith("landsat") ? ["qa-pixel"] : [],
    hasThumbnail: true,
    ...facts(sensor, tile, date, day, id),
    sources: [], packages: [],
  };
}

/** What a product's name and its catalogue tell beside the picture. */
function facts(sensor: Sensor, tile: string, date: string, day: number, id: string) {
  const stamp = date.slice(0, 19).replaceAll(/[-:]/g, "");
  const landsat = sensor.startsWith("landsat");
  const platform = MISSIONS[sensor].platforms[day % MISSIONS[sensor].platforms.length]!;
  const radar = sensor.startsWith("sentinel-1");
  const tier = landsat ? (chance(`${id}tier`) < 0.8 ? "T1" as const : "T2" as const) : null;
  const name = radar
    ? `S1A_IW_GRDH_1SDV_${stamp}_${stamp}_054210_0697DA_6EE4`
    : landsat
      ? `LC0${platform.at(-1)}_L2SP_${tile}_${stamp.slice(0, 8)}_${stamp.slice(0, 8)}_02_${tier}`
      : `${platform.replace("sentinel-", "S").toUpperCase()}_MSIL${sensor.endsWith("l2a") ? "2A" : "1C"}_${stamp}_N0511_R${radar ? "088" : "022"}_T${tile}_${stamp}`;
  const access: Access = sensor === "sentinel-2-l1c" ? "requester-pays" : sensor === "landsat-c2-l1" ? "account" : "open";
  const account: AccountKind | null = access === "requester-pays" ? "aws" : access === "account" ? "usgs" : null;
  return {
    name, tier, access, account,
    orbitDirection: landsat ? null : radar && day % 24 < 12 ? "ascending" as const : "descending" as const,
    relativeOrbit: landsat ? null : radar ? 88 : 22,
    polarisations: radar ? ["vv", "vh"] as Band[] : [],
    supersededBy: chance(`${id}old`) < 0.08 ? id.replace("sample/", "sample/reprocessed-") : null,
    composable: sensor !== "sentinel-1-grd" || chance(`${id}whole`) > 0.5,
  };
}

/** U-shaped, as real skies are: mostly clear or mostly covered. */
function cloudiness(id: string): number {
  const value = chance(`${id}cloud`);
  return value < 0.4 ? value * 0.4 : value < 0.65 ? value : Math.min(1, value * 1.05);
}

function footprint([west, south, east, north]: Bbox, index: number, shift: number): Coordinates {
  const width = Math.max(east - west, 0.2);
  const height = Math.max(north - south, 0.2);
  const margin = 0.35 + 0.12 * shift;
  const left = index === 0 ? west - margin * width : west - 1.4 * width;
  const right = index === 0 ? east + margin * width : west + (0.2 + 0.2 * shift) * width;
  const bottom = south - margin * height;
  const top = north + margin * height;
  const lean = 0.05 * width;
  return [[[[left, bottom], [right, bottom - lean], [right + lean, top - lean], [left + lean, top], [left, bottom]]]];
}

export function sampleShares(id: string, cloudCover: number | null): Shares {
  const missing = chance(`${id}missing`) < 0.75 ? 0 : 0.3 * chance(`${id}gap`);
  const sky = Math.min(1, Math.max(0, (cloudCover ?? 0) / 100 + 0.35 * (chance(`${id}aoi`) - 0.5)));
  const cloud = (1 - missing) * sky * 0.82;
  const shadow = (1 - missing) * sky * 0.18;
  return { clear: 1 - missing - cloud - shadow, cloud, shadow, missing };
}
