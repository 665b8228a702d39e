import type { ChoiceView, FindingView } from "../ipc/types";
import * as m from "../paraglide/messages.js";
import { ACCOUNT_NAMES } from "../scenes/access";
import { bytes, moment, number } from "../shared/format";
import { formText } from "../transfers/words";

export function choiceTitle(choice: ChoiceView): string {
  switch (choice.wanted.kind) {
    case "product": return m.choice_product({ form: formText(choice.wanted.form) });
    case "partial-safe": return m.choice_partial();
    case "bands": return m.choice_bands();
    case "window": return m.choice_window();
  }
}

export function choiceHow(choice: ChoiceView): string {
  switch (choice.wanted.kind) {
    case "product": return { "safe-zip": m.choice_safe_zip_how, "safe-nodes": m.choice_safe_how, "safe-s3": m.choice_safe_how, "landsat-tar": m.choice_tar_how }[choice.wanted.form]();
    case "partial-safe": return m.choice_partial_how();
    case "bands": return m.choice_bands_how();
    case "window": return m.choice_window_how();
  }
}

/** "1.1 GB", "≈ 1.1 GB" where it is estimated. */
export function choiceSize(choice: ChoiceView): string {
  if (choice.bytes === null) return m.size_unknown();
  return choice.exact ? bytes(choice.bytes) : `≈ ${bytes(choice.bytes)}`;
}

export type FindingHelp = "accounts" | "limits" | "again" | "library";

/** What stands in the way, what to do, and where the button for that leads. */
export function findingWords(finding: FindingView): { what: string; help: string; leads: FindingHelp | null } {
  const path = finding.path ?? "";
  const needs = finding.needs === null ? "?" : bytes(finding.needs);
  const account = finding.account ? ACCOUNT_NAMES[finding.account] : "";
  switch (finding.kind) {
    case "disk": return { what: m.finding_disk({ needs, free: bytes(finding.free ?? 0) }), help: m.finding_disk_help({ path }), leads: "library" };
    case "memory": return { what: m.finding_memory({ needs, most: bytes(finding.most ?? 0) }), help: m.finding_memory_help(), leads: "limits" };
    case "quota": return {
      what: m.finding_quota({ account, needs, left: bytes(finding.left ?? 0) }),
      help: finding.until ? m.finding_quota_until({ time: moment(finding.until) }) : m.finding_quota_help(), leads: null,
    };
    case "path-too-long": return {
      what: m.finding_path({ length: number(finding.length ?? 0), most: number(finding.most ?? 259) }), help: m.finding_path_help({ path }), leads: "library",
    };
    case "not-writable": return { what: m.finding_not_writable({ path }), help: m.finding_not_writable_help(), leads: "again" };
    case "root-missing": return { what: m.finding_root_missing({ path }), help: m.finding_root_missing_help(), leads: "again" };
    case "no-account": return { what: m.finding_no_account({ account }), help: m.finding_no_account_help(), leads: "accounts" };
    case "archived": return { what: m.finding_archived({ count: finding.scenes.length }), help: m.finding_archived_help(), leads: null };
    case "not-offered": return { what: m.finding_not_offered({ count: finding.scenes.length }), help: m.finding_not_offered_help(), leads: null };
    default: return { what: finding.message, help: "", leads: null };
  }
}
