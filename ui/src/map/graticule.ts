import type { Feature, FeatureCollection, MultiLineString, Position } from "geojson";
import type { Bbox } from "../ipc/types";

const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/** Lines about every 220 px, on round degrees, a little beyond the view. */
export function graticule(bounds: Bbox, zoom: number): FeatureCollection<MultiLineString, { step: number }> {
  const wanted = (360 / (512 * 2 ** zoom)) * 220;
  const step = STEPS.findLast((one) => one >= wanted) ?? 30;
  const west = Math.max(-540, Math.floor(bounds[0] / step - 1) * step);
  const east = Math.min(540, Math.ceil(bounds[2] / step + 1) * step);
  const south = Math.max(-90, Math.floor(bounds[1] / step - 1) * step);
  const north = Math.min(90, Math.ceil(bounds[3] / step + 1) * step);
  const lines: Position[][] = [];
  for (let lon = west; lon <= east + step / 2; lon += step) lines.push(line(south, north, step, (lat) => [lon, lat]));
  for (let lat = south; lat <= north + step / 2; lat += step) lines.push(line(west, east, step, (lon) => [lon, lat]));
  const one: Feature<MultiLineString, { step: number }> = {
    type: "Feature", properties: { step }, geometry: { type: "MultiLineString", coordinates: lines },
  };
  return { type: "FeatureCollection", features: [one] };
}

/** Many vertices, so that the line bends with the globe. */
function line(from: number, to: number, step: number, at: (value: number) => Position): Position[] {
  const points: Position[] = [];
  const stride = Math.max(step / 4, (to - from) / 200);
  for (let value = from; value < to; value += stride) points.push(at(value));
  points.push(at(to));
  return points;
}
