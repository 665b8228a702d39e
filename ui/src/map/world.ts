import type { Feature, FeatureCollection, Geometry, MultiLineString, MultiPolygon, Point, Polygon, Position } from "geojson";
import codes from "i18n-iso-countries/codes.json";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { areaKm2 } from "../shared/geo";
import { unwrapLine, unwrapRing } from "./unwrap";

type Countries = Topology<{ countries: GeometryCollection<{ name: string }>; land: GeometryCollection }>;

export interface World {
  land: Feature<MultiPolygon>;
  coast: Feature<MultiLineString>;
  borders: Feature<MultiLineString>;
  /** One point a country with its names and its area in km². */
  labels: FeatureCollection<Point, { en: string; zh: string; area: number }>;
}

/** Natural Earth 1:50m, public domain, bundled so that the map is there without a network. */
export async function loadWorld(): Promise<World> {
  const topology = (await import("world-atlas/countries-50m.json")).default as unknown as Countries;
  const { countries, land } = topology.objects;
  return {
    land: bare({ type: "MultiPolygon", coordinates: polygonsOf(feature(topology, land)) }),
    coast: bare(unwrapped(mesh(topology, land as never))),
    borders: bare(unwrapped(mesh(topology, countries as never, (a, b) => a !== b))),
    labels: { type: "FeatureCollection", features: feature(topology, countries).features.flatMap(label) },
  };
}

function label(country: Feature): World["labels"]["features"] {
  const sized = polygonsOf(country).map((polygon) => ({ polygon, area: areaKm2([polygon]) }));
  const largest = sized.reduce((best, one) => (one.area > (best?.area ?? 0) ? one : best), sized[0]);
  if (!largest) return [];
  const en = String(country.properties?.name ?? "");
  const geometry: Point = { type: "Point", coordinates: centroid(largest.polygon[0]!) };
  return [{ type: "Feature", properties: { en, zh: chineseName(country.id) ?? en, area: largest.area }, geometry }];
}

/** ISO numeric codes, which the data carries, and those with two letters, by which every browser knows the names of regions. */
const LETTERS = new Map((codes as string[][]).map(([letters, , number]) => [number, letters]));

function chineseName(code: string | number | undefined): string | null {
  const letters = LETTERS.get(String(code).padStart(3, "0"));
  return letters ? (new Intl.DisplayNames("zh", { type: "region" }).of(letters) ?? null) : null;
}

function polygonsOf(shape: Feature | FeatureCollection): Position[][][] {
  const features = shape.type === "Feature" ? [shape] : shape.features;
  return features.flatMap(({ geometry }) => {
    const polygonal = geometry as Polygon | MultiPolygon;
    const polygons = polygonal.type === "Polygon" ? [polygonal.coordinates] : polygonal.coordinates;
    return polygons.map((rings) => rings.map(unwrapRing));
  });
}

function unwrapped(lines: MultiLineString): MultiLineString {
  return { type: "MultiLineString", coordinates: lines.coordinates.map(unwrapLine) };
}

function bare<G extends Geometry>(geometry: G): Feature<G> {
  return { type: "Feature", properties: {}, geometry };
}

function centroid(ring: Position[]): Position {
  let area = 0;
  let x = 0;
  let y = 0;
  for (let index = 0; index < ring.length - 1; index++) {
    const [x1 = 0, y1 = 0] = ring[index]!;
    const [x2 = 0, y2 = 0] = ring[index + 1]!;
    const cross = x1 * y2 - x2 * y1;
    area += cross;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  return [x / (3 * area), y / (3 * area)];
}
