/** Transfers and holdings as they pass between the window and the Rust side. */
import type { AccountKind, Coordinates, IpcError, Layer, PackageForm, Sensor } from "./types";

/** What is wanted of a scene. The area of a window travels beside it. */
export type WantedView =
  | { kind: "product"; form: PackageForm; unpack: boolean }
  | { kind: "partial-safe" | "bands" | "window"; bands: Layer[] };

/** One thing that could be downloaded of some scenes. */
export interface ChoiceView {
  wanted: WantedView;
  /** How many of the scenes offer it. */
  scenes: number;
  /** Of all of them that the library does not hold; null when nobody says. */
  bytes: number | null;
  exact: boolean;
  account: AccountKind | null;
  /** Ids of the scenes that do not offer it. */
  lacking: string[];
  /** How many of the scenes are in the library like this already. */
  held: number;
}

export interface OrderChoice { name: string; sceneIds: string[]; wanted: WantedView; area: Coordinates | null }

export type FindingKind =
  | "disk" | "memory" | "quota" | "path-too-long" | "not-writable" | "root-missing" | "no-account" | "archived" | "not-offered";
/** Something that stands in the way of an order, or nearly does. What does not apply is null or empty. */
export interface FindingView {
  kind: FindingKind;
  refuses: boolean;
  needs: number | null;
  free: number | null;
  left: number | null;
  until: string | null;
  /** The folder, or the path that is too long. */
  path: string | null;
  length: number | null;
  /** How long the path may be, or how much memory may be used. */
  most: number | null;
  account: AccountKind | null;
  scenes: string[];
  message: string;
}
export interface PreflightView {
  findings: FindingView[];
  bytes: number | null;
  diskFree: number;
  transfers: number;
  held: number;
  refuses: boolean;
}
export interface OrderedView { batch: number | null; ordered: number; held: number; queued: number }

export type TransferState = "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";
export type TransferStage = "resolve" | "fetch" | "check" | "clip" | "unpack" | "publish";
export type WaitingFor = "network" | "disk" | "schedule" | "host" | "quota" | "provider";

/** What a transfer waits for, and that will come without the user. */
export interface WaitingView {
  for: WaitingFor;
  until: string | null;
  host: string | null;
  /** Bytes that have to become free on the disk. */
  needs: number | null;
  account: string | null;
}

export interface TransferView {
  id: number;
  batch: number;
  batchName: string;
  /** The smallest begins first. */
  position: number;
  sceneId: string;
  name: string;
  sensor: Sensor;
  wanted: WantedView;
  state: TransferState;
  /** The running stage, or the one that it ended in. */
  stage: TransferStage | null;
  doneBytes: number;
  totalBytes: number | null;
  /** Over the network, over all runs. */
  fetchedBytes: number;
  files: number;
  filesDone: number;
  bytesPerSecond: number;
  secondsLeft: number | null;
  source: string | null;
  /** Requests that had to be made again. */
  tries: number;
  waiting: WaitingView | null;
  stalledSeconds: number | null;
  error: IpcError | null;
  holdingIds: number[];
  createdAt: string;
  finishedAt: string | null;
}

export type TransferEvent =
  | { kind: "changed"; transfer: TransferView }
  | { kind: "removed"; id: number }
  /** The last transfer of a batch has ended. */
  | { kind: "batch"; batch: number; succeeded: number; failed: number };

export type ContentKind = "safe-zip" | "safe" | "partial-safe" | "landsat-tar" | "landsat-folder" | "band" | "window";
export type HoldingState = "verified" | "missing" | "damaged";

/** What the library has of a scene: one file or folder. */
export interface HoldingView {
  id: number;
  sceneId: string;
  name: string;
  sensor: Sensor;
  datetime: string;
  tile: string | null;
  /** Its bands are empty for all. */
  content: { kind: ContentKind; bands: Layer[] };
  path: string;
  bytes: number;
  provider: string;
  state: HoldingState;
  why: string | null;
  checkedAt: string | null;
  createdAt: string;
  footprint: Coordinates;
  thumbnail: boolean;
}

export type VerifyEvent =
  | { kind: "checked"; id: number; state: HoldingState; why: string | null }
  | { kind: "done"; verified: number; missing: number; damaged: number; cancelled: boolean };

export interface RootView { folder: string; there: boolean; free: number | null }
export interface MoveEvent { doneBytes: number; totalBytes: number }
export interface RelinkedView { found: number; stillMissing: number }

export interface TransferSettings {
  /** 1 to 16. */
  parallel: number;
  /** Megabytes (10⁶ bytes) a second, all together. */
  bandwidthMbPerS: number | null;
  /** "HH:MM" of every day in local time; may run over midnight. */
  hours: { from: string; to: string } | null;
  notify: boolean;
}
