import { areaKm2 } from "../../shared/geo";
import type {
  AccountKind, ChoiceView, Coordinates, FindingView, Layer, OrderChoice, PackageForm, PreflightView, SceneView, WantedView,
} from "../types";
import { chance } from "./random";

const FREE = 212e9;
/** Bytes of one band of a whole scene. */
const BAND_BYTES = 78e6;
const TILE_KM2 = 12_056;

/** What could be had of some scenes, with sizes. */
export function sampleChoices(scenes: SceneView[], bands: Layer[], area: Coordinates | null): ChoiceView[] {
  const choices: ChoiceView[] = [];
  const add = (wanted: WantedView, fit: SceneView[], bytesOf: (scene: SceneView) => number, exact: boolean, account: AccountKind | null) =>
    choices.push({
      wanted, scenes: fit.length, bytes: fit.length === 0 ? null : Math.round(fit.reduce((sum, scene) => sum + bytesOf(scene), 0)), exact, account,
      lacking: scenes.filter((scene) => !fit.includes(scene)).map((scene) => scene.id), held: 0,
    });
  const has = (form: PackageForm) => scenes.filter((scene) => formsOf(scene).includes(form));
  const whole = (scene: SceneView) => scene.packages.find((one) => one.form === "safe-zip")?.size ?? 6e8 + 5e8 * chance(scene.id);
  for (const form of ["safe-zip", "safe-nodes", "landsat-tar"] as const) {
    if (has(form).length > 0) add({ kind: "product", form, unpack: false }, has(form), whole, form === "safe-zip", form === "landsat-tar" ? "usgs" : "cdse");
  }
  const optical = scenes.filter((scene) => scene.sensor.startsWith("sentinel-2"));
  const count = Math.max(1, bands.length);
  if (optical.length > 0) add({ kind: "partial-safe", bands }, optical, () => 9e6 + BAND_BYTES * count, false, "cdse");
  const layered = scenes.filter((scene) => scene.composable);
  add({ kind: "bands", bands }, layered, () => BAND_BYTES * count, true, layered[0]?.account ?? null);
  if (area) add({ kind: "window", bands }, layered, () => (BAND_BYTES * count * Math.min(TILE_KM2, areaKm2(area))) / TILE_KM2, true, layered[0]?.account ?? null);
  return choices;
}

function formsOf(scene: SceneView): PackageForm[] {
  if (scene.sensor.startsWith("landsat")) return ["landsat-tar"];
  return scene.packages.length > 0 ? ["safe-zip", "safe-nodes"] : [];
}

/** Names of batches that begin with one of these words show what a pre-flight can find. */
export function samplePreflight(order: OrderChoice, choice: ChoiceView | null, has: (account: AccountKind) => boolean): PreflightView {
  const bytes = choice?.bytes ?? null;
  const findings: FindingView[] = [];
  const folder = "~/Swath/library";
  const find = (kind: FindingView["kind"], refuses: boolean, message: string, part: Partial<FindingView> = {}) => findings.push({
    kind, refuses, message, needs: null, free: null, left: null, until: null, path: null, length: null, most: null, account: null, scenes: [], ...part,
  });
  const all = order.name.startsWith("all");
  if (choice?.account && !has(choice.account)) find("no-account", true, "these files are given to whoever has an account only", { account: choice.account });
  if (choice && choice.lacking.length > 0) find("not-offered", choice.scenes === 0, "some scenes lack it", { scenes: choice.lacking });
  if (all || order.name.startsWith("disk")) find("disk", true, "the disk has too little room", { needs: 1.3e12, free: FREE, path: folder });
  if (all || order.name.startsWith("memory")) find("memory", true, "unpacking takes memory", { needs: 6e9, most: 2.048e9 });
  if (all || order.name.startsWith("quota")) {
    find("quota", false, "12 TB in 30 days", { account: "cdse", needs: 1.1e12, left: 4e11, until: new Date(Date.now() + 5 * 86_400_000).toISOString() });
  }
  if (all || order.name.startsWith("path")) {
    find("path-too-long", true, "its longest file would lie too deep", { length: 274, most: 259, path: `C:/Users/analyst/Documents/projects/${"deep/".repeat(20)}S2B_MSIL2A.SAFE` });
  }
  if (all || order.name.startsWith("read")) find("not-writable", true, "permission denied (os error 13)", { path: folder });
  if (all || order.name.startsWith("gone")) find("root-missing", true, "no such folder", { path: folder });
  if (all || order.name.startsWith("archive")) find("archived", false, "not online", { scenes: order.sceneIds.slice(0, 2) });
  return {
    findings, bytes, diskFree: FREE, transfers: choice?.scenes ?? 0, held: choice?.held ?? 0, refuses: findings.some((finding) => finding.refuses),
  };
}
