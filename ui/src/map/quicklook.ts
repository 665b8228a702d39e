import type { ImageSource, Map } from "maplibre-gl";
import { Generation } from "../shared/generation";
import { bboxOf } from "../shared/geo";
import type { Coordinates } from "../ipc/types";
import { QUICKLOOK_BELOW } from "./basemap";

const SOURCE = "quicklook";

/** Drapes a scene's thumbnail over its footprint. */
export class Quicklook {
  readonly #generation = new Generation();

  constructor(private readonly map: Map) {}

  async show(scene: { url: string; footprint: Coordinates } | null): Promise<void> {
    const isCurrent = this.#generation.next();
    if (!scene) return this.#remove();
    const image = await load(scene.url);
    if (!isCurrent()) return;
    this.#remove();
    const [west, south, east, north] = bboxOf(scene.footprint);
    const coordinates: [[number, number], [number, number], [number, number], [number, number]] = [
      [west, north], [east, north], [east, south], [west, south],
    ];
    this.map.addSource(SOURCE, { type: "image", coordinates });
    this.map.addLayer({
      id: SOURCE, type: "raster", source: SOURCE, paint: { "raster-opacity": 0.92, "raster-fade-duration": 0 },
    }, QUICKLOOK_BELOW);
    (this.map.getSource(SOURCE) as ImageSource).updateImage({ image, coordinates });
  }

  #remove(): void {
    if (this.map.getLayer(SOURCE)) this.map.removeLayer(SOURCE);
    if (this.map.getSource(SOURCE)) this.map.removeSource(SOURCE);
  }
}

/** Given an address, the map would fetch it, which the policy allows for img elements only. */
async function load(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.crossOrigin = "anonymous";
  image.src = url;
  await image.decode();
  return image;
}
