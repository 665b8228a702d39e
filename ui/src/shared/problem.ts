import type { ErrorCode, IpcError } from "../ipc/types";
import * as m from "../paraglide/messages.js";

/** What happened, and what helps, in the user's language. The server's own words stand beside it untouched. */
export function wordsFor(error: IpcError): { what: string; help: string } {
  const words = WORDS[error.code] ?? WORDS.internal;
  return { what: words[0](), help: words[1]() };
}

const WORDS: Record<ErrorCode, [() => string, () => string]> = {
  "invalid-area": [m.error_invalid_area, m.help_invalid_area],
  "invalid-dates": [m.error_invalid_dates, m.help_invalid_dates],
  "invalid-recipe": [m.error_invalid_recipe, m.help_invalid_recipe],
  "no-scenes": [m.error_no_scenes, m.help_no_scenes],
  "provider-failed": [m.error_provider_failed, m.help_provider_failed],
  "offline": [m.error_offline, m.help_offline],
  "not-found": [m.error_not_found, m.help_not_found],
  "disk-full": [m.error_disk_full, m.help_disk_full],
  "cancelled": [m.error_cancelled, m.help_cancelled],
  "needs-account": [m.error_needs_account, m.help_needs_account],
  "refused": [m.error_refused, m.help_refused],
  "internal": [m.error_internal, m.help_internal],
};
