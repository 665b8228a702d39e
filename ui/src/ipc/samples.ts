import type { Backend } from "./backend";
import type { AreaView, Coordinates, JobView, ProductView, SceneView } from "./types";
import { areaKm2, bboxOf, rectangle } from "../shared/geo";

/** Values for tests: whole, plain, and changed where the test cares. */

/** A backend that knows only the commands a test gives it; any other call fails that test. */
export function backendWith(commands: Partial<Backend>): Backend {
  const known: Partial<Backend> = { onAreaDropped: () => {}, pictureUrl: (scheme, path) => `${scheme}:${path}`, ...commands };
  return new Proxy(known as Backend, {
    get(target, command: keyof Backend) {
      const found = target[command];
      if (!found && typeof command === "string") throw new Error(`the test did not expect ${command}`);
      return found;
    },
  });
}

/** A promise together with the means to settle it. */
export function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

export const SQUARE: Coordinates = rectangle([7, 46, 8, 47]);

export function area(coordinates: Coordinates = SQUARE): AreaView {
  return { coordinates, areaKm2: areaKm2(coordinates), bbox: bboxOf(coordinates), vertices: 4, notes: [] };
}

export function scene(id: string, part: Partial<SceneView> = {}): SceneView {
  return {
    id, provider: "sample", sensor: "sentinel-2-l2a", platform: "sentinel-2b", datetime: "2025-07-01T10:30:00Z",
    footprint: SQUARE, cloudCover: 20, coverage: 1, tile: "32TLS", bands: ["blue", "green", "red", "nir"], hasThumbnail: true, ...part,
  };
}

export function job(id: number, part: Partial<JobView> = {}): JobView {
  return {
    id, name: `job ${id}`, state: "running", stage: "blocks",
    stages: [{ stage: "masks", done: 10, total: 10 }, { stage: "blocks", done: 5, total: 20 }],
    fetchedBytes: 40e6, expectedBytes: 80e6, bytesPerSecond: 5e6, secondsLeft: 8, stalledSeconds: null,
    createdAt: "2025-09-01T08:00:00Z", finishedAt: null, productId: null, error: null, bbox: [7, 46, 8, 47],
    bands: ["red", "green", "blue"], picture: 3, keptBytes: 0, ...part,
  };
}

export function product(id: number, part: Partial<ProductView> = {}): ProductView {
  return {
    id, name: `product ${id}`, createdAt: "2025-09-01T08:00:00Z", from: "2025-06-01", to: "2025-08-31",
    sensors: ["sentinel-2-l2a"], bbox: [7, 46, 8, 47], footprint: SQUARE, bands: ["blue", "green", "red", "nir"],
    resolution: 10, crs: "EPSG:32632", width: 1000, height: 1000, bytes: 8e6, scenes: 12, folder: `products/${id}`,
    stretch: [
      { band: "blue", low: 100, high: 1000 }, { band: "green", low: 200, high: 2000 },
      { band: "red", low: 300, high: 3000 }, { band: "nir", low: 400, high: 4000 },
    ],
    ...part,
  };
}
