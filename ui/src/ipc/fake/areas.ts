import { areaKm2, bboxOf, rectangle } from "../../shared/geo";
import type { AreaFeatureView, AreaFileView, AreaLayerView, AreaView, Bbox, Coordinates, PointsChoice } from "../types";
import { problem } from "./problem";
import { chance, wait } from "./random";

/** A county sheet as offices send it round: Chinese attributes, one broken outline, and a second layer of points. */
const COUNTIES: AreaLayerView = {
  name: "县级行政区", features: 1284, usable: 1281, geometry: "polygons", crs: "EPSG:4490",
  fields: ["名称", "代码", "所属市", "类型", "备注"],
};
const GAUGES: AreaLayerView = {
  name: "水文站", features: 46, usable: 46, geometry: "points", crs: "EPSG:4490", fields: ["站名", "河流", "设站年份"],
};
const NAMES = ["延庆区", "怀柔区", "密云区", "昌平区", "顺义区", "赤城县", "怀来县", "丰宁满族自治县", "滦平县", "兴隆县", "蓟州区", "遵化市"];
const RIVERS = ["潮河", "白河", "永定河", "滦河", "妫水河"];

/** Reads areas as the Rust side would, from memory. */
export class SampleAreas {
  #next = 1;
  readonly #files = new Map<number, AreaLayerView[]>();

  measured(coordinates: Coordinates, name: string | null = null): AreaView {
    const points = coordinates.flat(2);
    if (points.length < 4) throw problem("invalid-area", "a ring needs at least three corners");
    const tiles = tilesOf(bboxOf(coordinates));
    return {
      coordinates, areaKm2: areaKm2(coordinates), bbox: bboxOf(coordinates), vertices: points.length - coordinates.length, notes: [], name,
      mgrsTiles: tiles.slice(0, 20), mgrsTileCount: tiles.length,
    };
  }

  sheet(): AreaFileView {
    const key = this.#next++;
    this.#files.set(key, [COUNTIES, GAUGES]);
    return { key, name: "京冀县界_2024.shp", layers: [COUNTIES, GAUGES], area: null };
  }

  fromText(text: string): AreaFileView {
    const whole = (coordinates: Coordinates, name: string | null = null): AreaFileView =>
      ({ key: this.#next++, name: name ?? "", layers: [], area: this.measured(coordinates, name) });
    const numbers = text.trim().split(/[\s,，]+/).map(Number);
    if (numbers.length === 4 && numbers.every(Number.isFinite)) return whole(rectangle(numbers as Bbox));
    if (/^T?\d{1,2}[C-X][A-Z]{2}$/i.test(text.trim())) return whole(rectangle([115.8, 40.5, 117.1, 41.5]), text.trim().toUpperCase());
    try {
      const parsed = JSON.parse(text);
      if (parsed.features?.length > 1) return this.sheet();
      const geometry = parsed.features?.[0]?.geometry ?? parsed.geometry ?? parsed;
      return whole(geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates]);
    } catch (reason) {
      throw problem("invalid-area", "the text holds no area", String(reason));
    }
  }

  async features(key: number, layer: string, from: number, count: number): Promise<AreaFeatureView[]> {
    await wait(60);
    const about = this.#files.get(key)?.find((one) => one.name === layer);
    if (!about) throw problem("not-found", "the file was closed in the meantime");
    const ids = Array.from({ length: Math.max(0, Math.min(count, about.features - from)) }, (_, at) => from + at);
    return ids.map((id) => (about === GAUGES ? gauge(id) : county(id)));
  }

  async choose(key: number, layer: string, ids: number[] | null, points: PointsChoice): Promise<AreaView> {
    await wait(120);
    const all = await this.features(key, layer, 0, 2000);
    const chosen = ids === null ? all.slice(0, 40) : all.filter((one) => ids.includes(one.id));
    const outlines = chosen.flatMap((one) => one.outline ?? (layer === GAUGES.name ? around(one.id) : []));
    if (outlines.length === 0) throw problem("invalid-area", "none of the chosen features has an outline");
    const notes = [
      "reprojected", ...(outlines.length > 1 ? ["merged-features"] : []), ...(layer === GAUGES.name ? [points.kind === "hull" ? "took-hull" : "buffered"] : []),
    ];
    return { ...this.measured(outlines, chosen.length === 1 ? chosen[0]!.label : layer), notes };
  }
}

function county(id: number): AreaFeatureView {
  const west = 115.4 + (id % 40) * 0.19;
  const south = 39.4 + Math.floor(id / 40) * 0.13;
  const corners = Array.from({ length: 14 }, (_, at) => {
    const turn = (at / 14) * 2 * Math.PI;
    const far = 0.075 + 0.02 * chance(`${id}corner${at}`);
    return [west + 1.25 * far * Math.cos(turn), south + far * Math.sin(turn)];
  });
  const broken = id % 500 === 7;
  const outline: Coordinates = [[[...corners, corners[0]!]]];
  const name = `${NAMES[id % NAMES.length]}${id < NAMES.length ? "" : ` ${Math.floor(id / NAMES.length)}`}`;
  return {
    id, label: name, values: [name, String(130_000 + id * 7), id % 3 ? "承德市" : "北京市", id % 5 ? "县" : "市辖区", id % 4 ? "" : "界线以民政部门公布的为准"],
    areaKm2: broken ? null : areaKm2(outline), outline: broken ? null : outline, problem: broken ? "the outline has no area" : null,
  };
}

function gauge(id: number): AreaFeatureView {
  const name = `${NAMES[id % NAMES.length]!.slice(0, 2)}站`;
  return {
    id, label: name, values: [name, RIVERS[id % RIVERS.length]!, String(1951 + id)], areaKm2: null, outline: null, problem: null,
  };
}

/** The ground round a gauge, in which one would look for its river. */
function around(id: number): Coordinates {
  const [lon, lat] = [115.6 + 2 * chance(`gauge${id}x`), 39.8 + 1.2 * chance(`gauge${id}y`)];
  return rectangle([lon - 0.01, lat - 0.008, lon + 0.01, lat + 0.008]);
}

/** Roughly a tile a degree; the names only look right. */
function tilesOf([west, south, east, north]: Bbox): string[] {
  const names: string[] = [];
  for (let lon = Math.floor(west); lon < east && names.length < 400; lon++) {
    for (let lat = Math.floor(south); lat < north; lat++) {
      const band = "CDEFGHJKLMNPQRSTUVWX"[Math.min(19, Math.max(0, Math.floor((lat + 80) / 8)))]!;
      names.push(`${Math.floor((lon + 180) / 6) + 1}${band}${"ABCDEFGH"[((lon % 8) + 8) % 8]}${"LMNPQRST"[((lat % 8) + 8) % 8]}`);
    }
  }
  return names;
}
