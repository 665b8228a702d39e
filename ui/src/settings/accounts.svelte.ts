import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { AccountKind, AccountView, IpcError } from "../ipc/types";

export type AccountWork = "saving" | "testing" | "removing";

/** The accounts, as far as the window may know them: never a secret, only that there is one. */
export class AccountsStore {
  list = $state.raw<AccountView[]>([]);
  loadError = $state.raw<IpcError | null>(null);
  #working = $state.raw<Partial<Record<AccountKind, AccountWork>>>({});
  #errors = $state.raw<Partial<Record<AccountKind, IpcError>>>({});

  /** `changed` is called when an account has come or gone: then other catalogues can be asked. */
  constructor(private readonly backend: Backend, private readonly changed: () => void) {}

  async load(): Promise<void> {
    try {
      this.list = await this.backend.accounts();
      this.loadError = null;
    } catch (reason) {
      this.loadError = toIpcError(reason);
    }
  }

  work(kind: AccountKind): AccountWork | null {
    return this.#working[kind] ?? null;
  }

  error(kind: AccountKind): IpcError | null {
    return this.#errors[kind] ?? null;
  }

  /** Hands the fields over and keeps none of them. True when they were taken. */
  set(kind: AccountKind, fields: Record<string, string>): Promise<boolean> {
    return this.#do(kind, "saving", () => this.backend.accountSet(kind, fields));
  }

  test(kind: AccountKind, oneTimeCode: string | null): Promise<boolean> {
    return this.#do(kind, "testing", () => this.backend.accountTest(kind, oneTimeCode));
  }

  remove(kind: AccountKind): Promise<boolean> {
    return this.#do(kind, "removing", () => this.backend.accountRemove(kind));
  }

  async openPage(kind: AccountKind): Promise<void> {
    try {
      await this.backend.accountPage(kind);
    } catch (reason) {
      this.#errors = { ...this.#errors, [kind]: toIpcError(reason) };
    }
  }

  async #do(kind: AccountKind, work: AccountWork, ask: () => Promise<AccountView>): Promise<boolean> {
    if (this.#working[kind]) return false;
    this.#working = { ...this.#working, [kind]: work };
    this.#errors = { ...this.#errors, [kind]: undefined };
    try {
      const view = await ask();
      this.list = this.list.map((one) => (one.kind === kind ? view : one));
      this.changed();
      return true;
    } catch (reason) {
      this.#errors = { ...this.#errors, [kind]: toIpcError(reason) };
      return false;
    } finally {
      this.#working = { ...this.#working, [kind]: undefined };
    }
  }
}
