import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { areaKm2 } from "../shared/geo";

type Countries = Topology<{ countries: GeometryCollection<{ name: string }>; land: GeometryCollection }>;

export interface World {
  land: FeatureCollection;
  borders: Feature;
  /** One point a country with its names and its area in km². */
  labels: FeatureCollection<Point, { en: string; zh: string; area: number }>;
}

/** Natural Earth 1:50m, public domain, bundled so that the map is there without a network. */
export async function loadWorld(): Promise<World> {
  const topology = (await import("world-atlas/countries-50m.json")).default as unknown as Countries;
  const countries = feature(topology, topology.objects.countries);
  return {
    land: feature(topology, topology.objects.land) as FeatureCollection,
    borders: {
      type: "Feature",
      properties: {},
      geometry: mesh(topology, topology.objects.countries as never, (a, b) => a !== b),
    },
    labels: { type: "FeatureCollection", features: countries.features.flatMap(label) },
  };
}

function label(country: Feature): World["labels"]["features"] {
  const polygon = largest(country.geometry as Polygon | MultiPolygon);
  if (!polygon) return [];
  const en = String(country.properties?.name ?? "");
  const area = areaKm2([polygon]);
  const geometry: Point = { type: "Point", coordinates: centroid(polygon[0]!) };
  return [{ type: "Feature", properties: { en, zh: chineseName(country.id) ?? en, area }, geometry }];
}

/** The data carries ISO numeric codes; the browser knows the Chinese names of the regions behind them. */
function chineseName(code: string | number | undefined): string | null {
  try {
    const region = new Intl.Locale(`und-${String(code).padStart(3, "0")}`).region;
    return region ? (new Intl.DisplayNames("zh", { type: "region" }).of(region) ?? null) : null;
  } catch {
    return null;
  }
}

function largest(geometry: Polygon | MultiPolygon): Position[][] | null {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.toSorted((a, b) => areaKm2([b]) - areaKm2([a]))[0] ?? null;
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
