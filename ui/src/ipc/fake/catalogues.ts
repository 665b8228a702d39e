import type { CompletenessView, ProviderView, QueryView, SceneView, SearchEvent, Sensor } from "../types";
import { problem } from "./problem";
import { chance, wait } from "./random";
import { sampleScenes } from "./scenes";

const S2: Sensor[] = ["sentinel-2-l2a", "sentinel-2-l1c"];
const S1: Sensor[] = ["sentinel-1-grd", "sentinel-1-rtc"];
const LANDSAT: Sensor[] = ["landsat-c2-l2", "landsat-c2-l1"];
type About = Omit<ProviderView, "enabled" | "usable">;

/** The first two know the same scenes but for a few; the third fails; the last cannot be searched without an account. */
export const CATALOGUES: About[] = [
  { id: "earth-search", title: "Earth Search (Element 84, AWS)", sensors: [...S2, "sentinel-1-grd", "landsat-c2-l2"], local: false, account: null, searchAccount: null },
  { id: "cdse", title: "Copernicus Data Space (STAC)", sensors: [...S2, ...S1], local: false, account: "cdse-s3", searchAccount: null },
  { id: "asf", title: "Alaska Satellite Facility (NASA)", sensors: S1, local: false, account: "earthdata", searchAccount: null },
  { id: "planetary-computer", title: "Planetary Computer (Microsoft)", sensors: [...S2, ...S1, ...LANDSAT], local: false, account: null, searchAccount: null },
  { id: "usgs", title: "LandsatLook (USGS)", sensors: LANDSAT, local: false, account: "usgs", searchAccount: null },
  { id: "usgs-m2m", title: "EarthExplorer (USGS, M2M)", sensors: LANDSAT, local: false, account: "usgs", searchAccount: "usgs" },
];

const FAILING = "planetary-computer";

/** Streams what the asked catalogues have, merged: a scene that a second one also knows is sent again with both. */
export async function sampleSearch(query: QueryView, asked: About[], isCurrent: () => boolean, listener: (event: SearchEvent) => void): Promise<void> {
  const merged = new Map<string, SceneView>();
  const had = new Map<string, Set<string>>();
  const finish = (cancelled: boolean) => listener({ kind: "done", count: merged.size, cancelled, completeness: cancelled ? [] : lacks(query, merged, had, asked) });
  for (const catalogue of asked) {
    if (catalogue.id === FAILING) {
      await wait(240);
      if (!isCurrent()) return finish(true);
      const detail = "GET /api/stac/v1/search\nHTTP/1.1 503 Service Unavailable\nRetry-After: 120\n\nThe service is temporarily unavailable.";
      listener({ kind: "provider-failed", provider: catalogue.id, error: problem("provider-failed", "the server answered 503 (service unavailable) four times", detail) });
      continue;
    }
    const mine = new Set<string>();
    had.set(catalogue.id, mine);
    for (const sensor of query.sensors.filter((one) => catalogue.sensors.includes(one))) {
      const scenes = sampleScenes(query, sensor).filter((scene) => catalogue.id === "earth-search" || chance(`${catalogue.id}${scene.id}`) > 0.12);
      for (let start = 0; start < scenes.length; start += 25) {
        await wait(120);
        if (!isCurrent()) return finish(true);
        const page = scenes.slice(start, start + 25).map((scene) => join(merged, scene, catalogue));
        page.forEach((scene) => mine.add(scene.id));
        listener({ kind: "page", provider: catalogue.id, scenes: page });
      }
    }
    listener({ kind: "provider-done", provider: catalogue.id, count: mine.size });
  }
  finish(false);
}

function join(merged: Map<string, SceneView>, scene: SceneView, catalogue: About): SceneView {
  const known = merged.get(scene.id);
  const packages = catalogue.id === "cdse" && scene.sensor.startsWith("sentinel")
    ? [{ form: "safe-zip" as const, provider: "cdse", size: 640e6 + Math.round(5e8 * chance(scene.id)), access: "account" as const, online: chance(`${scene.id}on`) > 0.2 }]
    : [];
  const joined: SceneView = known
    ? { ...known, sources: [...new Set([...known.sources, catalogue.id])], packages: [...known.packages, ...packages] }
    : { ...scene, provider: catalogue.id, sources: [catalogue.id], packages };
  merged.set(scene.id, joined);
  return joined;
}

function lacks(query: QueryView, merged: Map<string, SceneView>, had: Map<string, Set<string>>, asked: About[]): CompletenessView[] {
  const all = [...merged.values()];
  return asked.filter(({ id }) => had.has(id)).flatMap(({ id, sensors }) =>
    query.sensors.filter((sensor) => sensors.includes(sensor)).map((sensor) => {
      const of = all.filter((scene) => scene.sensor === sensor);
      const lacking = of.filter((scene) => !had.get(id)!.has(scene.id)).map((scene) => scene.id);
      return { provider: id, sensor, found: of.length - lacking.length, lacking };
    }));
}
