import type { AccountKind, AccountView } from "../types";
import { problem } from "./problem";
import { wait } from "./random";

const open = (name: string) => ({ name, secret: false, optional: false });
const secret = (name: string) => ({ name, secret: true, optional: false });
const KINDS: [AccountKind, title: string, fields: AccountView["fields"]][] = [
  ["cdse", "Copernicus Data Space Ecosystem", [open("user"), secret("password")]],
  ["cdse-s3", "Copernicus Data Space Ecosystem, S3 keys", [open("access-key"), secret("secret-key")]],
  ["sentinel-hub", "Sentinel Hub", [open("client-id"), secret("client-secret")]],
  ["usgs", "USGS EROS, machine-to-machine access", [open("user"), secret("token")]],
  ["earthdata", "NASA Earthdata Login", [secret("token")]],
  ["aws", "Amazon Web Services", [open("access-key"), secret("secret-key")]],
];

/** Keeps no secret: only that there is one. A secret of "wrong" is refused when it is tested. */
export class SampleAccounts {
  readonly #views = new Map<AccountKind, AccountView>(KINDS.map(([kind, title, fields]) => [kind, absent(kind, title, fields)]));
  readonly #wrong = new Set<AccountKind>();

  list(): AccountView[] {
    return [...this.#views.values()];
  }

  has(kind: AccountKind): boolean {
    return this.#views.get(kind)!.state !== "absent";
  }

  async set(kind: AccountKind, fields: Record<string, string>): Promise<AccountView> {
    await wait(150);
    if (Object.values(fields).includes("wrong")) this.#wrong.add(kind);
    else this.#wrong.delete(kind);
    return this.#change(kind, {
      state: kind === "aws" ? "session-only" : "kept", user: fields.user ?? fields["client-id"] ?? fields["access-key"] ?? null, checkedAt: null,
    });
  }

  async test(kind: AccountKind, oneTimeCode: string | null): Promise<AccountView> {
    await wait(500);
    if (this.#wrong.has(kind)) throw problem("needs-account", "the server refused user or password", "401 invalid_grant: Invalid user credentials");
    if (oneTimeCode && !/^\d{6}$/.test(oneTimeCode)) throw problem("needs-account", "the one-time code was refused", "401 invalid_totp");
    const quota = kind === "cdse" ? "4 of 20 connections" : kind === "sentinel-hub" ? "9,412 of 10,000 requests" : null;
    const validUntil = kind === "earthdata" ? new Date(Date.now() + 41 * 86_400_000).toISOString() : null;
    return this.#change(kind, { checkedAt: new Date().toISOString(), quota, validUntil });
  }

  remove(kind: AccountKind): AccountView {
    const { title, fields } = this.#views.get(kind)!;
    return this.#change(kind, absent(kind, title, fields));
  }

  #change(kind: AccountKind, part: Partial<AccountView>): AccountView {
    const view = { ...this.#views.get(kind)!, ...part };
    this.#views.set(kind, view);
    return view;
  }
}

function absent(kind: AccountKind, title: string, fields: AccountView["fields"]): AccountView {
  return { kind, title, fields, link: "https://example.org/", state: "absent", user: null, validUntil: null, quota: null, checkedAt: null };
}
