import { parsePlace } from "../../aoi/place";
import { positionText, rectangle } from "../../shared/geo";
import type { Bbox, PlaceView } from "../types";
import { wait } from "./random";

type Row = [title: string, subtitle: string | null, kind: PlaceView["kind"], bbox: Bbox];

const PLACES: Row[] = [
  ["北京 Beijing", "中国 China", "city", [116.1, 39.7, 116.7, 40.2]],
  ["北海 Beihai", "广西 Guangxi, 中国 China", "city", [109, 21.4, 109.3, 21.6]],
  ["Bern 伯尔尼", "Switzerland 瑞士", "city", [7.3, 46.9, 7.5, 47]],
  ["Bergen", "Vestland, Norway 挪威", "city", [5.2, 60.3, 5.5, 60.5]],
  ["Berlin 柏林", "Germany 德国", "city", [13.1, 52.3, 13.8, 52.7]],
  ["四川 Sichuan", "中国 China", "region", [97.3, 26, 108.5, 34.3]],
  ["Bolivia 玻利维亚", null, "country", [-69.7, -22.9, -57.4, -9.7]],
];

/** Answers a little late, as a real one may, so that overtaken answers occur. */
export async function samplePlaces(text: string): Promise<PlaceView[]> {
  await wait(80);
  const asked = text.trim().toLowerCase();
  if (!asked) return [];
  const position = parsePlace(text);
  if (position) return [{ title: positionText(position), subtitle: null, kind: "coordinates", position, bbox: null, outline: null }];
  if (/^t?\d{1,2}[c-x][a-z]{2}$/.test(asked)) {
    return [tile(asked.replace(/^t/, "").toUpperCase(), "mgrs", [115.8, 40.5, 117.1, 41.5])];
  }
  const row = /^(\d{1,3})\s*[/ ]\s*(\d{1,3})$/.exec(asked);
  if (row) return [tile(`${row[1]!.padStart(3, "0")}/${row[2]!.padStart(3, "0")}`, "wrs", [115.5, 39.3, 118.2, 41.3])];
  return PLACES.filter(([title]) => title.toLowerCase().split(" ").some((word) => word.startsWith(asked)))
    .map(([title, subtitle, kind, bbox]) => ({ title, subtitle, kind, position: centre(bbox), bbox, outline: null }));
}

function tile(title: string, kind: "mgrs" | "wrs", bbox: Bbox): PlaceView {
  return { title, subtitle: kind === "mgrs" ? "MGRS 100 km" : "WRS-2", kind, position: centre(bbox), bbox, outline: rectangle(bbox) };
}

function centre([west, south, east, north]: Bbox): [number, number] {
  return [(west + east) / 2, (south + north) / 2];
}
