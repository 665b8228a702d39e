import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { account, area, backendWith, choice, finding, preflight, scene, SQUARE } from "../ipc/samples";
import type { FindingView, OrderChoice, OrderedView } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import DownloadDialog from "./DownloadDialog.svelte";

const CHOICES = [
  choice({ kind: "window", bands: ["red"] }, { bytes: 38e6 }), choice({ kind: "bands", bands: ["red"] }, { bytes: null, scenes: 0 }),
  choice({ kind: "product", form: "safe-zip", unpack: false }, { bytes: 1.1e9, account: "cdse", exact: false, scenes: 1, lacking: ["b"], held: 1 }),
];

async function show(commands: Partial<Backend> = {}) {
  const swath = new Workspace(backendWith({
    accounts: async () => [account()], downloadChoices: async () => CHOICES, downloadPreflight: async () => preflight(), ...commands,
  }));
  swath.area.replace(area());
  swath.scenes.add([scene("a"), scene("b", { datetime: "2025-07-06T10:30:00Z" })]);
  swath.openDownload();
  render(InWorkspace, { props: { swath, component: DownloadDialog, given: {} } });
  await screen.findAllByTestId(commands.downloadChoices ? "download-dialog" : "download-choice");
  return swath;
}
const add = () => screen.getByTestId<HTMLButtonElement>("download-add");
const ready = () => waitFor(() => expect(add().disabled).toBe(false));
const card = (key: string) => document.querySelector(`[data-choice='${key}']`)!;

describe("the download dialog", () => {
  it("shows every choice with its size, and what choosing is worth", async () => {
    await show();
    expect(screen.getByTestId("download-about").textContent).toBe("2 scenes · Sentinel-2 L2A · 1 Jul 2025 – 6 Jul 2025");
    expect(screen.getByTestId("download-ends").textContent).toBe("1.10 GB as product · 38.0 MB as you need it");
    expect(screen.getAllByTestId("download-choice").map((one) => (one as HTMLElement).dataset.choice)).toEqual(["safe-zip", "bands", "window"]);
    expect(card("safe-zip").textContent).toContain("≈ 1.10 GB");
    expect(card("safe-zip").textContent).toContain("1 of 2 scenes offer it.");
    expect(card("safe-zip").textContent).toContain("1 is in the library already");
    expect(screen.getByTestId<HTMLInputElement>("choice-bands").disabled).toBe(true);
    expect(screen.getByTestId<HTMLInputElement>("choice-window").checked).toBe(true);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("choice-window")));
  });

  it("asks anew when bands change, and needs one", async () => {
    const downloadChoices = vi.fn(async () => CHOICES);
    await show({ downloadChoices });
    await screen.findByTestId("download-bands");
    expect(downloadChoices).toHaveBeenLastCalledWith(["b", "a"], expect.arrayContaining(["red"]), SQUARE);
    await userEvent.click(screen.getByTestId("download-band-nir").querySelector("input")!);
    await waitFor(() => expect(downloadChoices).toHaveBeenCalledTimes(2));
    await userEvent.click(screen.getByTestId("download-bands-all"));
    await userEvent.click(screen.getByTestId("download-bands-all"));
    expect(screen.getByTestId("download-sum").textContent!.trim()).toBe("Choose at least one band.");
    expect(add().disabled).toBe(true);
  });

  it("orders what is chosen and shows the queue", async () => {
    const orders: OrderChoice[] = [];
    const swath = await show({ downloadOrder: async (order) => (orders.push(order), { batch: 1, ordered: 2, held: 0, queued: 0 }) });
    await userEvent.click(screen.getByTestId("choice-safe-zip"));
    await userEvent.click(screen.getByTestId("download-unpack"));
    await userEvent.type(screen.getByTestId("download-name"), "coast");
    await ready();
    expect(screen.getByTestId("download-sum").textContent!.trim()).toBe("2 transfers · 1.10 GB · 250 GB free");
    await userEvent.click(add());
    expect(orders).toEqual([{
      name: "coast", sceneIds: expect.arrayContaining(["a", "b"]), wanted: { kind: "product", form: "safe-zip", unpack: true }, area: null,
    }]);
    expect([swath.dialog, swath.tray.open, swath.tray.tab]).toEqual([null, true, "downloads"]);
  });

  it("sends the area with a window", async () => {
    const downloadPreflight = vi.fn(async (_: OrderChoice) => preflight());
    await show({ downloadPreflight });
    await ready();
    expect(downloadPreflight.mock.lastCall![0].area).toEqual(SQUARE);
  });

  it.each([
    [{ batch: null, ordered: 0, held: 2, queued: 0 }, "All of it is in the library already."],
    [{ batch: null, ordered: 0, held: 0, queued: 2 }, "They have been ordered before; 2 are in the queue."],
  ] as [OrderedView, string][])("says what became of %j", async (ordered, text) => {
    const swath = await show({ downloadOrder: async () => ordered });
    await ready();
    await userEvent.click(add());
    expect(swath.notices.items.map((one) => one.body)).toEqual([text]);
    expect(swath.tray.open).toBe(false);
  });

  it("refuses, says why in its foot, and names the rest above", async () => {
    await show({
      downloadPreflight: async () => preflight({
        refuses: true, findings: [
          finding("archived", { refuses: false, scenes: ["a"] }), finding("disk", { needs: 1.3e12, free: 212e9, path: "/data" }), finding("not-writable", { path: "/data" }),
        ],
      }),
    });
    await screen.findAllByTestId("download-finding");
    expect(screen.getAllByTestId("download-finding").map((one) => [one.dataset.finding, one.dataset.refuses])).toEqual([["disk", "true"], ["not-writable", "true"], ["archived", "false"]]);
    expect(screen.getByTestId("download-sum").textContent!.trim()).toBe("Not enough room: 1.30 TB are needed, 212 GB are free. (1 more)");
    expect(add().disabled).toBe(true);
    expect(add().getAttribute("aria-describedby")).toContain("download-findings");
  });

  it.each([
    [finding("disk", { needs: 2e9, free: 1e9, path: "/data" }), "Not enough room: 2.00 GB are needed, 1.00 GB are free.", "library"],
    [finding("memory", { needs: 2e9, most: 1e9 }), "It would need 2.00 GB of memory; 1.00 GB may be used.", "limits"],
    [finding("quota", { account: "cdse", needs: 2e9, left: 1e9 }), "The allowance of CDSE does not suffice: 2.00 GB are needed, 1.00 GB are left.", null],
    [finding("path-too-long", { length: 274, most: 259, path: "C:/a" }), "A path would be 274 characters long; 259 is the most that Windows takes.", "library"],
    [finding("not-writable", { path: "/data" }), "The folder /data cannot be written.", "again"],
    [finding("root-missing", { path: "/data" }), "The library’s folder /data is not there.", "again"],
    [finding("no-account", { account: "usgs" }), "No account for USGS.", "accounts"],
    [finding("archived", { scenes: ["a"] }), "1 product lies in its provider’s archive.", null],
    [finding("not-offered", { scenes: ["a", "b"] }), "2 scenes do not offer it and are left out.", null],
  ] as [FindingView, string, string | null][])("puts into words and helps with case %#", async (one, what, leads) => {
    await show({ downloadPreflight: async () => preflight({ refuses: true, findings: [one] }) });
    const row = await screen.findByTestId("download-finding");
    expect(row.querySelector(".what")!.textContent).toContain(what);
    expect(row.querySelector("button")?.dataset.testid ?? null).toBe(leads && `finding-${leads}`);
    expect(row.querySelector("details")!.textContent).toContain(one.message);
  });

  it("leads to the account that is missing, and comes back afterwards", async () => {
    const swath = await show();
    await userEvent.click(await screen.findByTestId("choice-account-safe-zip"));
    expect([swath.dialog, swath.settingsTab, swath.wantedAccount]).toEqual(["settings", "accounts", "cdse"]);
    swath.closeSettings();
    expect(swath.dialog).toBe("download");
    swath.dialog = null;
    swath.openSettings();
    swath.closeSettings();
    expect(swath.dialog).toBeNull();
  });

  it("looks again when the order is refused after all", async () => {
    let refuses = false;
    await show({
      downloadPreflight: async () => preflight(refuses ? { refuses, findings: [finding("disk", { needs: 2e9, free: 1e9 })] } : {}),
      downloadOrder: async () => {
        refuses = true;
        throw { code: "refused", message: "no room", detail: null };
      },
    });
    await ready();
    await userEvent.click(add());
    expect((await screen.findByTestId("download-finding")).dataset.finding).toBe("disk");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says in place why the choices cannot be told", async () => {
    await show({ downloadChoices: () => Promise.reject({ code: "offline", message: "no route to host", detail: null }) });
    expect((await screen.findByRole("alert")).textContent).toContain("no route to host");
    expect(add().disabled).toBe(true);
  });
});
