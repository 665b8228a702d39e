import type { Map } from "maplibre-gl";
import type { Backend } from "../ipc/backend";
import type { JobView } from "../ipc/types";
import type { LibraryStore } from "../library/library.svelte";
import { tileQuery } from "../library/stretch";
import type { Target } from "./mapState.svelte";
import type { Picture } from "./pictures";

/** Finished images at the bottom, growing ones above. */
export function picturesOf(backend: Backend, library: LibraryStore, jobs: JobView[]): Picture[] {
  const products = [...library.shown].flatMap(([id, display]): Picture[] => {
    const product = library.byId(id);
    if (!product) return [];
    const url = backend.pictureUrl("tile", `product/${id}/{z}/{x}/{y}?${tileQuery(display)}`);
    return [{ key: `product/${id}`, url, bbox: product.bbox, opacity: display.opacity, linger: false }];
  });
  const growing = jobs
    .filter((job) => job.picture > 0 && (job.state === "running" || job.state === "paused"))
    .map((job): Picture => ({
      key: `job/${job.id}`,
      url: backend.pictureUrl("tile", `job/${job.id}/{z}/{x}/{y}?bands=${shownBands(job).join(",")}&v=${job.picture}`),
      bbox: job.bbox,
      opacity: 1,
      linger: true,
    }));
  return [...products, ...growing];
}

function shownBands(job: JobView) {
  const rgb = (["red", "green", "blue"] as const).filter((band) => job.bands.includes(band));
  return rgb.length === 3 ? rgb : [0, 1, 2].map((index) => job.bands[index] ?? job.bands[0]!);
}

export function moveTo(map: Map, target: Target): void {
  const animate = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if ("center" in target) {
    map.easeTo({ center: target.center, zoom: Math.max(map.getZoom(), 9), duration: 700, animate });
  } else {
    map.fitBounds(target.bbox, { padding: 70, maxZoom: 14, duration: 700, animate });
  }
}
