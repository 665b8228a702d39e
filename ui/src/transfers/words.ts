import type { IpcError, PackageForm, TransferStage, TransferState, TransferView, WaitingView, WantedView } from "../ipc/types";
import * as m from "../paraglide/messages.js";
import { bytes, duration, list, moment, number } from "../shared/format";
import { bandLabel } from "../shared/labels";
import type { TransferAction } from "./model";

const STATES: Record<TransferState, () => string> = {
  queued: m.state_queued, running: m.state_running, paused: m.state_paused, succeeded: m.state_succeeded, failed: m.state_failed,
  cancelled: m.state_cancelled,
};
const STAGES: Record<TransferStage, () => string> = {
  resolve: m.stage_resolve, fetch: m.stage_fetch, check: m.stage_check, clip: m.stage_clip, unpack: m.stage_unpack, publish: m.stage_publish,
};
export const stageText = (stage: TransferStage): string => STAGES[stage]();

/** On the chip: what it waits for is no running. */
export function stateText(transfer: TransferView): string {
  return transfer.state === "running" && transfer.waiting ? m.state_waiting() : STATES[transfer.state]();
}

export const ACTION_LABELS: Record<TransferAction, () => string> = {
  "pause": m.job_pause, "resume": m.job_resume, "cancel": m.job_cancel, "cancel-delete": m.transfer_cancel_delete, "retry": m.job_retry,
  "remove": m.transfer_remove,
};

const FORMS: Record<PackageForm, () => string> = {
  "safe-zip": m.form_safe_zip, "safe-nodes": m.form_safe, "safe-s3": m.form_safe_s3, "landsat-tar": m.form_tar,
};
export const formText = (form: PackageForm): string => FORMS[form]();

/** "SAFE (ZIP)", "SAFE, Red, NIR", "Red, NIR", "part of Red, NIR". */
export function wantedText(wanted: WantedView): string {
  if (wanted.kind === "product") return formText(wanted.form);
  const bands = wanted.bands.length > 4
    ? m.bands_count({ count: number(wanted.bands.length) })
    : list(wanted.bands.map(bandLabel));
  if (wanted.kind === "partial-safe") return m.wanted_partial({ bands });
  return wanted.kind === "window" ? m.wanted_window({ bands }) : bands;
}

/** What it waits for and when it goes on; the time left counts down from `now`, in milliseconds. */
export function waitingText(waiting: WaitingView, now: number): string {
  const until = waiting.until === null ? null : Date.parse(waiting.until);
  const left = until === null ? null : Math.max(0, (until - now) / 1000);
  // Of days nobody counts the seconds.
  const when = left === null || until === null ? m.wait_soon()
    : left < 1 ? m.wait_now()
    : left > 36_000 ? m.wait_until({ time: moment(waiting.until!) })
    : m.wait_in({ time: duration(left) });
  switch (waiting.for) {
    case "network": return m.wait_network();
    case "disk": return waiting.needs === null ? m.wait_disk_full() : m.wait_disk({ bytes: bytes(waiting.needs) });
    case "schedule": return m.wait_schedule({ when });
    case "host": return m.wait_host({ host: waiting.host ?? "", when });
    case "quota": return m.wait_quota({ account: waiting.account ?? "", when });
    case "provider": return m.wait_provider();
  }
}

const FAILURES: Partial<Record<IpcError["code"], [what: () => string, help: () => string]>> = {
  "provider-failed": [m.failure_source, m.failure_retry_help],
  "offline": [m.failure_offline, m.failure_offline_help],
  "not-found": [m.failure_missing, m.failure_missing_help],
  "disk-full": [m.failure_disk, m.failure_disk_help],
  "needs-account": [m.failure_account, m.failure_account_help],
};
/** Why a transfer failed and what helps; the source's own words stand beside it. */
export function failureWords(error: IpcError): { what: string; help: string } {
  const words = FAILURES[error.code] ?? [m.failure_internal, m.failure_retry_help];
  return { what: words[0](), help: words[1]() };
}

/** "312 MB of 1.10 GB", or how much there is while the end is unknown. */
export function amountText(done: number, total: number | null): string {
  return total === null ? bytes(done) : m.bytes_of({ done: bytes(done), total: bytes(total) });
}
