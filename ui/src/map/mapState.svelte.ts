import type { Bbox, HandShows, Position } from "../ipc/types";

export type Tool = "rectangle" | "polygon" | "circle" | "edit";
export type Projection = "mercator" | "globe";
export type Target = { bbox: Bbox } | { center: Position };

/** What the rest of the window asks of the map, and what the map tells back. Holds no map itself. */
export class MapState {
  #tool = $state<Tool | null>(null);
  /** What the next polygon says of the pixels in it; null while drawing concerns the area. */
  marking = $state<HandShows | null>(null);
  projection = $state<Projection>("mercator");
  /** A new object is a new request, even for the same place. */
  target = $state.raw<Target | null>(null);
  pointer = $state.raw<Position | null>(null);

  get tool(): Tool | null {
    return this.#tool;
  }

  /** Another tool, or none, also ends marking. */
  set tool(tool: Tool | null) {
    this.#tool = tool;
    this.marking = null;
  }

  toggleTool(tool: Tool): void {
    this.tool = this.tool === tool && this.marking === null ? null : tool;
  }

  /** Takes up the polygon to mark pixels, or puts it down. */
  toggleMark(shows: HandShows): void {
    const again = this.marking === shows;
    this.tool = again ? null : "polygon";
    this.marking = again ? null : shows;
  }

  toggleProjection(): void {
    this.projection = this.projection === "globe" ? "mercator" : "globe";
  }

  show(target: Target): void {
    this.target = target;
  }
}
