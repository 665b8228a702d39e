import type { AccountKind, PackageView, SceneView } from "../ipc/types";
import * as m from "../paraglide/messages.js";

/** Short names of the accounts, as the services write them. */
export const ACCOUNT_NAMES: Record<AccountKind, string> = {
  "cdse": "CDSE", "cdse-s3": "CDSE S3", "sentinel-hub": "Sentinel Hub", "usgs": "USGS", "earthdata": "NASA Earthdata", "aws": "AWS",
};

const FORMS: Record<PackageView["form"], string> = {
  "safe-zip": "SAFE (ZIP)", "safe-nodes": "SAFE", "safe-s3": "SAFE (S3)", "landsat-tar": "TAR",
};
export const formLabel = (form: PackageView["form"]): string => FORMS[form];

/** What fetching from the easiest source takes; null when it is free for all. */
export function accessText(scene: SceneView): string | null {
  if (scene.access === "requester-pays") return m.requester_pays_how();
  if (scene.access === "account") return scene.account ? m.access_account({ account: ACCOUNT_NAMES[scene.account] }) : m.needs_account();
  return null;
}

export function orbitText(scene: SceneView): string | null {
  const direction = scene.orbitDirection === null ? null : scene.orbitDirection === "ascending" ? m.orbit_ascending() : m.orbit_descending();
  const track = scene.relativeOrbit === null ? null : m.orbit_track({ track: scene.relativeOrbit });
  return [direction, track].filter(Boolean).join(" · ") || null;
}
