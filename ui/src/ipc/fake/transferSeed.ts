import type { IpcError, TransferView, WaitingView, WantedView } from "../types";
import { problem } from "./problem";
import { chance } from "./random";

const WHOLE: WantedView = { kind: "product", form: "safe-zip", unpack: false };
const PART: WantedView = { kind: "window", bands: ["red", "green", "blue", "nir"] };
const TAR: WantedView = { kind: "product", form: "landsat-tar", unpack: true };

const waits = (what: WaitingView["for"], seconds: number | null, part: Partial<WaitingView> = {}): WaitingView => ({
  for: what, until: seconds === null ? null : new Date(Date.now() + seconds * 1000).toISOString(), host: null, needs: null, account: null, ...part,
});

const DIGEST: IpcError = problem("provider-failed",
  "what zipper.dataspace.copernicus.eu sent has another SHA3-256 digest than the catalogue names, twice; the file is in the quarantine: try again later, or choose another form");

type Seed = [name: string, wanted: WantedView, share: number, part: Partial<TransferView>];
/** One of each that a queue can hold. */
const SEEDS: Seed[] = [
  ["S2B_MSIL2A_20250818T103629_N0511_R022_T31NAA_20250818T124112", WHOLE, 1, { state: "succeeded", stage: "publish", holdingIds: [1] }],
  ["S2C_MSIL2A_20250815T103631_N0511_R022_T31NAA_20250815T143004", WHOLE, 0.62, { state: "running", stage: "fetch" }],
  ["S2B_MSIL2A_20250808T103629_N0511_R022_T31NAA_20250808T124255", WHOLE, 1, { state: "running", stage: "check" }],
  ["LC09_L2SP_192060_20250812_20250813_02_T1", TAR, 1, { state: "running", stage: "unpack" }],
  ["S2C_MSIL2A_20250805T103631_N0511_R022_T31NAA_20250805T142951", WHOLE, 0.31, { state: "running", stage: "fetch", stalledSeconds: 20, bytesPerSecond: 0 }],
  ["S2B_MSIL2A_20250729T103629_N0511_R022_T31NAA_20250729T124055", WHOLE, 0.44, { state: "running", stage: "fetch", tries: 3, waiting: waits("host", 95, { host: "zipper.dataspace.copernicus.eu" }) }],
  ["S2C_MSIL2A_20250726T103631_N0511_R022_T31NAA_20250726T143101", WHOLE, 0.12, { state: "running", stage: "fetch", tries: 6, waiting: waits("network", null) }],
  ["S2B_MSIL2A_20250719T103629_N0511_R022_T31NAA_20250719T124300", WHOLE, 0.8, { state: "running", stage: "fetch", waiting: waits("disk", null, { needs: 412e6 }) }],
  ["S1A_IW_GRDH_1SDV_20250716T175412_20250716T175437_060104_077823", WHOLE, 0, { state: "running", stage: "fetch", sensor: "sentinel-1-grd", waiting: waits("quota", 6 * 86_400, { account: "CDSE" }) }],
  ["S2C_MSIL1C_20250706T103631_N0511_R022_T31NAA_20250706T143000", WHOLE, 0, { state: "running", stage: "resolve", sensor: "sentinel-2-l1c", totalBytes: null, waiting: waits("provider", null) }],
  ["LC08_L2SP_192060_20250703_20250709_02_T1", TAR, 0, { state: "queued", waiting: waits("schedule", 3 * 3600 + 720) }],
  ["S2B_MSIL2A_20250629T103629_N0511_R022_T31NAA_20250629T124201", WHOLE, 0.27, { state: "paused", stage: "fetch" }],
  ["S2C_MSIL2A_20250626T103631_N0511_R022_T31NAA_20250626T142958", WHOLE, 0.9, { state: "failed", stage: "check", tries: 2, error: DIGEST }],
  ["S2B_MSIL2A_20250619T103629_N0511_R022_T31NAA_20250619T124144", WHOLE, 0, { state: "failed", stage: "resolve", error: problem("needs-account", "the server answered 401 (unauthorized): the account for CDSE is missing or was refused") }],
  ["S2C_MSIL2A_20250616T103631_N0511_R022_T31NAA_20250616T143012", WHOLE, 0.5, { state: "cancelled", stage: "fetch" }],
  ["S2B_MSIL2A_20250609T103629_N0511_R022_T31NAA_20250609T124200", WHOLE, 0, { state: "queued" }],
];

export function seeds(): TransferView[] {
  const asked = Number(new URLSearchParams(globalThis.location?.search ?? "").get("transfers") ?? 0);
  const first = SEEDS.map(([name, wanted, share, part], at) => seed(at + 1, 1, "Coast, summer 2025", name, wanted, share, part));
  const second = Array.from({ length: Math.max(6, asked) }, (_, at) =>
    seed(100 + at, 2, "Reservoir, ten years", `S2B_MSIL2A_${20150701 + (at % 28)}T103629_R022_T31NAA_${at + 1}`, PART, 0, { state: "queued" }));
  return [...first, ...second];
}

export function seed(id: number, batch: number, batchName: string, name: string, wanted: WantedView, share: number, part: Partial<TransferView>): TransferView {
  const whole = wanted.kind === "product";
  const totalBytes = Math.round(whole ? 7e8 + 5e8 * chance(name) : 2e6 + 4e6 * chance(name));
  const over = part.state === "succeeded" || part.state === "failed" || part.state === "cancelled";
  const sensor = name.startsWith("L") ? "landsat-c2-l2" : "sentinel-2-l2a";
  const doneBytes = Math.round(totalBytes * share);
  return {
    id, batch, batchName, position: id, sceneId: `sample/${name}`, name, sensor, wanted, state: "queued", stage: null,
    doneBytes, totalBytes, fetchedBytes: Math.round(doneBytes * 1.01), files: whole ? 1 : 4, filesDone: share === 1 ? 1 : 0,
    bytesPerSecond: part.state === "running" && part.stage === "fetch" && !part.waiting ? 6e6 : 0, secondsLeft: null,
    source: part.stage ? (whole ? "cdse · zipper.dataspace.copernicus.eu" : "earth-search · sentinel-cogs.s3.us-west-2.amazonaws.com") : null,
    tries: 0, waiting: null, stalledSeconds: null, error: null, holdingIds: [],
    createdAt: new Date(Date.now() - 600_000).toISOString(), finishedAt: over ? new Date().toISOString() : null, ...part,
  };
}
