import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { backendWith, SETTINGS } from "../ipc/samples";
import type { TransferSettings } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import TransfersTab from "./TransfersTab.svelte";

const BEFORE: TransferSettings = { parallel: 3, bandwidthMbPerS: null, hours: null, notify: true };

async function show(before: Partial<TransferSettings> = {}) {
  const swath = new Workspace(backendWith({
    settings: async () => ({ ...SETTINGS, transfers: { ...BEFORE, ...before } }), basemaps: async () => [], settingsSet: async (settings) => settings,
  }));
  await swath.settings.load();
  render(InWorkspace, { props: { swath, component: TransfersTab, given: {} } });
  return () => swath.settings.value.transfers;
}

const type = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });

it.each([
  ["transfers-parallel", "8", { parallel: 8 }], ["transfers-parallel", "0", {}], ["transfers-parallel", "17", {}], ["transfers-parallel", "", {}],
  ["transfers-bandwidth", "2.5", { bandwidthMbPerS: 2.5 }], ["transfers-bandwidth", "-1", {}],
] as [string, string, Partial<TransferSettings>][])("%s takes '%s' as %j", async (id, value, part) => {
  const now = await show();
  await type(id, value);
  expect(now()).toEqual({ ...BEFORE, ...part });
});

it("takes an emptied bandwidth for no limit", async () => {
  const now = await show({ bandwidthMbPerS: 4 });
  await type("transfers-bandwidth", "");
  expect(now().bandwidthMbPerS).toBeNull();
});

it.each([
  ["21:30", "21:30"], ["9", "09:00"], ["7.15", "07:15"], ["25:00", null], ["12:60", null], ["noon", null], ["06:00", null],
])("reads the hour '%s' as %s", async (text, hour) => {
  const now = await show({ hours: { from: "22:00", to: "06:00" } });
  await type("transfers-hours-from", text);
  expect(now().hours).toEqual({ from: hour ?? "22:00", to: "06:00" });
  expect(screen.queryAllByRole("alert")).toHaveLength(hour === null ? 1 : 0);
});

it("remembers the hours while they are off, and tells of those over midnight", async () => {
  const now = await show({ hours: { from: "23:00", to: "05:00" } });
  expect(document.body.textContent).toContain("Runs over midnight.");
  await userEvent.click(screen.getByTestId("transfers-hours"));
  expect(now().hours).toBeNull();
  await userEvent.click(screen.getByTestId("transfers-hours"));
  expect(now().hours).toEqual({ from: "23:00", to: "05:00" });
});

it("notifies or not", async () => {
  const now = await show();
  await userEvent.click(screen.getByTestId("transfers-notify"));
  expect(now().notify).toBe(false);
});
