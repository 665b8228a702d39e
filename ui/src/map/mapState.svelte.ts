import type { Bbox, Position } from "../ipc/types";

export type Tool = "rectangle" | "polygon" | "circle" | "edit";
export type Projection = "mercator" | "globe";
export type Target = { bbox: Bbox } | { center: Position };

/** What the rest of the window asks of the map, and what the map tells back. Holds no map itself. */
export class MapState {
  tool = $state<Tool | null>(null);
  projection = $state<Projection>("mercator");
  /** A new object is a new request, even for the same place. */
  target = $state.raw<Target | null>(null);
  pointer = $state.raw<Position | null>(null);

  toggleTool(tool: Tool): void {
    this.tool = this.tool === tool ? null : tool;
  }

  toggleProjection(): void {
    this.projection = this.projection === "globe" ? "mercator" : "globe";
  }

  show(target: Target): void {
    this.target = target;
  }
}
