import { Channel, convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import { toIpcError } from "./error";
import type { AreaDropped } from "./types";

/** The Tauri side when the page runs in its window, otherwise a stand-in with moving sample data. */
export async function connect(): Promise<Backend> {
  if (isTauri()) return tauri;
  const { FakeBackend } = await import("./fake");
  return new FakeBackend();
}

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (reason) {
    throw toIpcError(reason);
  }
}

function channel<T>(listener: (event: T) => void): Channel<T> {
  const opened = new Channel<T>();
  opened.onmessage = listener;
  return opened;
}

const tauri: Backend = {
  areaCheck: (coordinates) => call("area_check", { coordinates }),
  areaFromText: (text) => call("area_from_text", { text }),
  areaImport: () => call("area_import"),
  areaFeatures: (key, layer, from, count) => call("area_features", { key, layer, from, count }),
  areaChoose: (key, layer, features, points) => call("area_choose", { key, layer, features, points }),
  areaExport: (coordinates, name, format) => call("area_export", { coordinates, name, format }),
  onAreaDropped: (listener) => void listen<AreaDropped>("area-dropped", (event) => listener(event.payload)),

  places: (text) => call("places", { text }),
  search: (query, listener) => call("search", { query, channel: channel(listener) }),
  searchStop: () => call("search_stop"),
  clearShares: (sceneIds, area, listener) => call("clear_shares", { sceneIds, area, channel: channel(listener) }),

  plan: (choice) => call("plan", { choice }),
  recipeText: (choice) => call("recipe_text", { choice }),
  recipeSave: (choice) => call("recipe_save", { choice }),
  modelChoose: () => call("model_choose"),

  jobCreate: (choice) => call("job_create", { choice }),
  jobPause: (id) => call("job_pause", { id }),
  jobResume: (id) => call("job_resume", { id }),
  jobCancel: (id) => call("job_cancel", { id }),
  jobRetry: (id) => call("job_retry", { id }),
  jobRemove: (id) => call("job_remove", { id }),
  jobs: () => call("jobs"),
  jobsWatch: (listener) => call("jobs_watch", { channel: channel(listener) }),

  products: () => call("products"),
  productRemove: (id) => call("product_remove", { id }),
  productReveal: (id) => call("product_reveal", { id }),
  productRecipe: (id) => call("product_recipe", { id }),
  productReport: (id) => call("product_report", { id }),

  downloadChoices: (sceneIds, bands, area) => call("download_choices", { sceneIds, bands, area }),
  downloadPreflight: (order) => call("download_preflight", { order }),
  downloadOrder: (order) => call("download_order", { order }),

  transfers: () => call("transfers"),
  transfersWatch: (listener) => call("transfers_watch", { channel: channel(listener) }),
  transfersPause: (ids) => call("transfers_pause", { ids }),
  transfersResume: (ids) => call("transfers_resume", { ids }),
  transfersCancel: (ids, deleteFiles) => call("transfers_cancel", { ids, erase: deleteFiles }),
  transfersRetry: (ids) => call("transfers_retry", { ids }),
  transfersRemove: (ids) => call("transfers_remove", { ids }),
  transferMove: (id, before) => call("transfer_move", { id, before }),

  holdings: () => call("holdings", { filter: null }),
  holdingRemove: (id, bin) => call("holding_remove", { id, bin }),
  holdingReveal: (id) => call("holding_reveal", { id }),
  holdingUnpack: (id) => call("holding_unpack", { id }),
  holdingsVerify: (listener) => call("holdings_verify", { channel: channel(listener) }),
  holdingsVerifyStop: () => call("holdings_verify_stop"),
  libraryRoot: () => call("library_root"),
  libraryMove: (listener) => call("library_move", { channel: channel(listener) }),
  libraryMoveStop: () => call("library_move_stop"),
  libraryRelink: () => call("library_relink"),

  settings: () => call("settings"),
  settingsSet: (settings) => call("settings_set", { settings }),
  providers: () => call("providers"),
  accounts: () => call("accounts"),
  accountSet: (kind, fields) => call("account_set", { kind, fields }),
  accountTest: (kind, oneTimeCode) => call("account_test", { kind, oneTimeCode }),
  accountRemove: (kind) => call("account_remove", { kind }),
  accountPage: (kind) => call("account_page", { kind }),
  basemaps: () => call("basemaps"),
  demoOpen: (listener) => call("demo_open", { channel: channel(listener) }),
  appInfo: () => call("app_info"),

  // convertFileSrc escapes the whole path, slashes and query too, so it only names the origin here.
  pictureUrl: (scheme, path) => convertFileSrc("", scheme) + path,
};
