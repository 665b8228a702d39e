import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { account, backendWith } from "../ipc/samples";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import AccountsTab from "./AccountsTab.svelte";

const SECRET = "correct horse";

async function show(commands: Partial<Backend>, present = account()) {
  const swath = new Workspace(backendWith({ accounts: async () => [present], providers: async () => [], ...commands }));
  swath.wantedAccount = "cdse";
  render(InWorkspace, { props: { swath, component: AccountsTab, given: {} } });
  await screen.findByTestId("account-cdse");
  return swath;
}

const field = (name: string) => screen.getByTestId<HTMLInputElement>(`account-cdse-${name}`);

async function save() {
  await userEvent.type(field("user"), "li.ming");
  await userEvent.type(field("password"), SECRET);
  await userEvent.click(screen.getByTestId("account-save-cdse"));
}

describe("an account", () => {
  it("is handed over and its secret is nowhere afterwards", async () => {
    const log = vi.spyOn(console, "log");
    const taken: [string, Record<string, string>][] = [];
    const swath = await show({
      accountSet: async (kind, fields) => (taken.push([kind, fields]), account({ state: "kept", user: "li.ming" })),
    });
    expect([field("password").type, field("password").autocomplete, field("password").value]).toEqual(["password", "new-password", ""]);
    await save();
    expect(taken).toEqual([["cdse", { user: "li.ming", password: SECRET }]]);
    await waitFor(() => expect(field("password").value).toBe(""));
    expect(field("user").value).toBe("");
    expect(screen.getByTestId("account-cdse").dataset.state).toBe("kept");
    expect(JSON.stringify([swath.accounts.list, swath.settings.value, swath.notices.items])).not.toContain(SECRET);
    expect(document.body.outerHTML).not.toContain(SECRET);
    expect(log).not.toHaveBeenCalled();
  });

  it("stays typed when it could not be kept, with the reason in place", async () => {
    await show({ accountSet: () => Promise.reject({ code: "internal", message: "the keychain is locked", detail: null }) });
    await save();
    expect(screen.getByRole("alert").textContent).toContain("the keychain is locked");
    expect(field("password").value).toBe(SECRET);
  });

  it("cannot be saved in half", async () => {
    await show({});
    await userEvent.type(field("user"), "li.ming");
    expect(screen.getByTestId<HTMLButtonElement>("account-save-cdse").disabled).toBe(true);
  });

  it("is tested with a one-time code, which is used once", async () => {
    const codes: (string | null)[] = [];
    const kept = account({ state: "kept", user: "li.ming" });
    await show({
      accountTest: async (_kind, code) => {
        codes.push(code);
        if (codes.length > 1) throw { code: "needs-account", message: "401 invalid_grant", detail: null };
        return { ...kept, quota: "4 of 20", checkedAt: "2025-09-01T08:00:00Z" };
      },
    }, kept);
    await userEvent.type(screen.getByTestId("account-code"), "123456");
    await userEvent.click(screen.getByTestId("account-test-cdse"));
    expect((await screen.findByTestId("account-accepted-cdse")).textContent).toContain("accepted");
    expect(screen.getByTestId("account-facts-cdse").textContent).toContain("4 of 20");
    await userEvent.click(screen.getByTestId("account-test-cdse"));
    expect(codes).toEqual(["123456", null]);
    expect((await screen.findByRole("alert")).textContent).toContain("401 invalid_grant");
    expect(screen.getByTestId("account-accepted-cdse").textContent).toBe("");
  });

  it("is removed after one question, and the catalogues are looked at anew", async () => {
    const providers = vi.fn(async () => []);
    await show({ accountRemove: async () => account(), providers }, account({ state: "session-only", user: "li.ming" }));
    await userEvent.click(screen.getByTestId("account-remove-cdse"));
    expect(screen.getByTestId("account-cdse").dataset.state).toBe("session-only");
    await userEvent.click(screen.getByTestId("account-remove-yes-cdse"));
    expect(screen.getByTestId("account-cdse").dataset.state).toBe("absent");
    expect(providers).toHaveBeenCalledOnce();
  });

  it("opens the page where one gets it", async () => {
    const accountPage = vi.fn(async () => {});
    await show({ accountPage });
    await userEvent.click(screen.getByTestId("account-page-cdse"));
    expect(accountPage).toHaveBeenCalledWith("cdse");
  });
});
