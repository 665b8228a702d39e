import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const messages = () =>
  paraglideVitePlugin({
    project: "./project.inlang",
    outdir: "./src/paraglide",
    // The settings store names the language; no cookie, no URL.
    strategy: ["globalVariable", "baseLocale"],
  });

export default defineConfig(({ mode }) => ({
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  // Tests read what `npm test` has compiled before: the plugin's watcher would keep their process alive.
  // There fragments are made node by node, too: the test document's parser loses rows that stand outside a table.
  plugins: mode === "test" ? [svelte({ compilerOptions: { fragments: "tree" } })] : [svelte(), messages()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    outDir: "dist",
    // The map library alone is a megabyte; it is read from disk, not from a network.
    chunkSizeWarningLimit: 2500,
    // A data: font would need a hole in the content security policy.
    assetsInlineLimit: 0,
  },
  // Vitest resolves Svelte's server build unless told that this is a browser.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], setupFiles: ["src/shared/cleanup.ts"], testTimeout: 20_000 },
}));
