import { expect, it } from "vitest";

const files = import.meta.glob<string>(["../**/*.{ts,svelte}", "!../paraglide/**"], { query: "?raw", import: "default", eager: true });

/** Files outside a folder that import a package which only that folder may know. */
function breaches(folder: string, packages: RegExp): string[] {
  const imports = /(?:from|import)\s*\(?\s*"([^"]+)"/g;
  return Object.entries(files)
    .filter(([path]) => !path.startsWith(folder))
    .filter(([, text]) => [...text.matchAll(imports)].some((match) => packages.test(match[1]!)))
    .map(([path]) => path);
}

it("reads the sources", () => expect(Object.keys(files).length).toBeGreaterThan(60));

it("knows Tauri in ipc/ only", () => expect(breaches("../ipc/", /^@tauri-apps\//)).toEqual([]));

it("knows the map library in map/ only", () => expect(breaches("../map/", /^(maplibre-gl|terra-draw)/)).toEqual([]));

it("keeps files short", () => {
  const long = Object.entries(files).filter(([path, text]) => !path.endsWith("/bindings.ts") && text.split("\n").length > 400).map(([path]) => path);
  expect(long).toEqual([]);
});
