import type { Map, RasterTileSource } from "maplibre-gl";
import type { Bbox } from "../ipc/types";
import { PICTURES_BELOW } from "./basemap";

export interface Picture {
  /** Stays the same while only the address changes; also names source and layer. */
  key: string;
  url: string;
  bbox: Bbox;
  opacity: number;
  /** Leaves only when nothing else is loading, so that what replaces it can arrive first. */
  linger: boolean;
}

const MERCATOR_LIMIT = 85;

/** Raster layers of products and of jobs that grow. The old tiles of a layer stay until its new ones are there. */
export class Pictures {
  readonly #shown = new globalThis.Map<string, Picture>();
  /** The address each source was last given. */
  readonly #asked = new globalThis.Map<string, string>();
  readonly #leaving = new Set<string>();

  constructor(private readonly map: Map) {
    map.on("sourcedata", (event) => event.isSourceLoaded && this.#refresh(event.sourceId));
    map.on("idle", () => this.#leaving.forEach((key) => this.#remove(key)));
  }

  /** Later pictures lie on top. */
  show(pictures: Picture[]): void {
    const keys = new Set(pictures.map((picture) => picture.key));
    for (const [key, picture] of this.#shown) {
      if (keys.has(key)) continue;
      if (picture.linger) this.#leaving.add(key);
      else this.#remove(key);
    }
    for (const picture of pictures) {
      this.#leaving.delete(picture.key);
      const known = this.#shown.has(picture.key);
      this.#shown.set(picture.key, picture);
      if (!known) this.#add(picture);
      this.map.setPaintProperty(picture.key, "raster-opacity", picture.opacity);
      this.#refresh(picture.key);
    }
  }

  #add({ key, url, bbox }: Picture): void {
    const [west, south, east, north] = bbox;
    const bounds: Bbox = [west, Math.max(-MERCATOR_LIMIT, south), east, Math.min(MERCATOR_LIMIT, north)];
    this.#asked.set(key, url);
    this.map.addSource(key, { type: "raster", tiles: [url], tileSize: 256, maxzoom: 17, bounds });
    this.map.addLayer({
      id: key, type: "raster", source: key, paint: { "raster-fade-duration": 0, "raster-resampling": "nearest" },
    }, PICTURES_BELOW);
  }

  /**
   * Gives a source its newest address, but only once it has loaded the one before: a job that reports faster than
   * tiles load would otherwise cancel every load and show nothing.
   */
  #refresh(key: string): void {
    const picture = this.#shown.get(key);
    const source = this.map.getSource(key) as RasterTileSource | undefined;
    if (!picture || !source || this.#asked.get(key) === picture.url || !this.map.isSourceLoaded(key)) return;
    this.#asked.set(key, picture.url);
    source.setTiles([picture.url]);
  }

  #remove(key: string): void {
    this.#leaving.delete(key);
    this.#shown.delete(key);
    if (this.map.getLayer(key)) this.map.removeLayer(key);
    if (this.map.getSource(key)) this.map.removeSource(key);
  }
}
