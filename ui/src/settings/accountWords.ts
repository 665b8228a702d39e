import type { AccountKind, AccountState } from "../ipc/types";
import * as m from "../paraglide/messages.js";

/** What an account is good for, and where one gets it. */
export const ABOUT: Record<AccountKind, { purpose: () => string; where: () => string }> = {
  "cdse": { purpose: m.account_cdse, where: m.account_cdse_where },
  "cdse-s3": { purpose: m.account_cdse_s3, where: m.account_cdse_s3_where },
  "sentinel-hub": { purpose: m.account_sentinel_hub, where: m.account_sentinel_hub_where },
  "usgs": { purpose: m.account_usgs, where: m.account_usgs_where },
  "earthdata": { purpose: m.account_earthdata, where: m.account_earthdata_where },
  "aws": { purpose: m.account_aws, where: m.account_aws_where },
};

const FIELDS: Record<string, () => string> = {
  "user": m.field_user, "password": m.field_password, "access-key": m.field_access_key, "secret-key": m.field_secret_key,
  "client-id": m.field_client_id, "client-secret": m.field_client_secret, "token": m.field_token,
};
/** A field that is not known here is named as the Rust side names it. */
export const fieldLabel = (name: string): string => FIELDS[name]?.() ?? name;

export const STATES: Record<AccountState, () => string> = {
  "absent": m.account_absent, "kept": m.account_kept, "session-only": m.account_session_only,
};
