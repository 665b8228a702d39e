import type { Theme } from "../settings/settings.svelte";

export interface MapPalette {
  ocean: string;
  land: string;
  coast: string;
  border: string;
  graticule: string;
  label: string;
  halo: string;
  area: `#${string}`;
  markedCloud: string;
  markedClear: string;
  hover: string;
}

/** The map is drawn by WebGL, which reads no CSS variables. */
export const PALETTES: Record<Theme, MapPalette> = {
  light: {
    ocean: "#dfe8ee", land: "#f6f5f1", coast: "#aebcc6", border: "#cdcbc3", graticule: "#7f97a8",
    label: "#58626c", halo: "#f6f5f1", area: "#c2185b", markedCloud: "#b3541e", markedClear: "#1b6fb5", hover: "#15202b",
  },
  dark: {
    ocean: "#10181f", land: "#1d262e", coast: "#3d4e5b", border: "#35414b", graticule: "#5b7486",
    label: "#93a1ad", halo: "#161d23", area: "#ff6fa3", markedCloud: "#ff9d57", markedClear: "#66b7ff", hover: "#ffffff",
  },
};
