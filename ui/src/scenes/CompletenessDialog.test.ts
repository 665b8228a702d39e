import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { backendWith, provider, scene } from "../ipc/samples";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import CompletenessDialog from "./CompletenessDialog.svelte";

it("lists what a catalogue lacks by name, and says what is not known", async () => {
  const swath = new Workspace(backendWith({}));
  swath.catalogues.list = [provider("one"), provider("two")];
  swath.scenes.add([scene("x", { name: "S2B_MSIL2A_X", datetime: "2025-08-18T10:30:00Z" })]);
  swath.search.lines = [
    { provider: "one", state: "done", count: 4, error: null },
    { provider: "two", state: "failed", count: 0, error: { code: "offline", message: "no route", detail: null } },
  ];
  swath.search.completeness = [{ provider: "one", sensor: "sentinel-2-l2a", found: 4, lacking: ["x", "gone"] }];
  render(InWorkspace, { props: { swath, component: CompletenessDialog, given: {} } });
  const rows = screen.getAllByTestId("completeness-row").map((row) => [row.dataset.provider, row.dataset.state]);
  expect(rows).toEqual([["one", "known"], ["two", "failed"]]);
  expect(screen.getByText("not known: it failed")).toBeTruthy();
  await userEvent.click(screen.getByTestId("completeness-lacking"));
  expect(screen.getByText(/18 Aug 2025\s+S2B_MSIL2A_X/)).toBeTruthy();
  expect(screen.getByText("gone")).toBeTruthy();
});
