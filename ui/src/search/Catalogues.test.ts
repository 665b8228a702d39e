import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { backendWith, provider, SETTINGS } from "../ipc/samples";
import type { Settings } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import CatalogueLines from "./CatalogueLines.svelte";
import Catalogues from "./Catalogues.svelte";

function workspace() {
  const kept: Settings[] = [];
  const swath = new Workspace(backendWith({ settingsSet: async (settings) => (kept.push(settings), settings) }));
  swath.settings.value = SETTINGS;
  swath.catalogues.list = [
    provider("cdse"), provider("asf", { sensors: ["sentinel-1-grd"] }), provider("usgs-m2m", { searchAccount: "usgs", usable: false }),
  ];
  return { swath, kept };
}

it("lists those with the sensors, switches them, and leads to a missing account", async () => {
  const { swath, kept } = workspace();
  render(InWorkspace, { props: { swath, component: Catalogues, given: {} } });
  expect(screen.queryByTestId("catalogue-asf")).toBeNull();
  await userEvent.click(screen.getByTestId("catalogue-cdse"));
  expect(kept.at(-1)?.disabledProviders).toEqual(["cdse"]);
  expect(screen.getByTestId("catalogue-cdse").getAttribute("aria-checked")).toBe("false");
  await userEvent.click(screen.getByTestId("catalogue-cdse"));
  expect(kept.at(-1)?.disabledProviders).toEqual([]);
  await userEvent.click(screen.getByTestId("catalogue-account-usgs-m2m"));
  expect([swath.dialog, swath.settingsTab, swath.wantedAccount]).toEqual(["settings", "accounts", "usgs"]);
});

it("tells of a failure in the catalogue's own words", () => {
  const { swath } = workspace();
  swath.search.lines = [
    { provider: "cdse", state: "done", count: 0, error: null },
    { provider: "asf", state: "failed", count: 0, error: { code: "provider-failed", message: "503 from the server", detail: "Retry-After: 120" } },
  ];
  render(InWorkspace, { props: { swath, component: CatalogueLines, given: {} } });
  const lines = screen.getAllByTestId("catalogue-line").map((line) => [line.dataset.provider, line.dataset.state, line.textContent]);
  expect(lines[0]![2]).toContain("0 scenes");
  expect(lines[1]![2]).not.toContain("0 scenes");
  expect(screen.getByTestId("catalogue-why").textContent).toContain("503 from the server\nRetry-After: 120");
  expect(screen.getByTestId("search-again")).toBeTruthy();
});
