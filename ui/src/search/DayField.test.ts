import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { backendWith } from "../ipc/samples";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import Dates from "./Dates.svelte";

function show() {
  const swath = new Workspace(backendWith({}));
  render(InWorkspace, { props: { swath, component: Dates, given: {} } });
  return { swath, field: screen.getByTestId<HTMLInputElement>("date-from") };
}

it("leaves the text alone while somebody types", async () => {
  const { swath, field } = show();
  await userEvent.clear(field);
  await userEvent.type(field, "2025-07-20");
  expect(field.value).toBe("2025-07-20");
  expect(swath.search.from).toBe("2025-07-20");
});

it("writes the day in ISO form when the field is left", async () => {
  const { field } = show();
  await userEvent.clear(field);
  await userEvent.type(field, "2025/6/1");
  await userEvent.tab();
  expect(field.value).toBe("2025-06-01");
});

it("goes back to the last day when what was typed is none", async () => {
  const { swath, field } = show();
  const before = swath.search.from;
  await userEvent.clear(field);
  await userEvent.type(field, "soon");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  await userEvent.tab();
  expect(field.value).toBe(before);
});

it("follows a preset", async () => {
  const { swath, field } = show();
  await userEvent.click(screen.getByRole("button", { name: "Last year" }));
  expect(field.value).toMatch(/-01-01$/);
  expect(swath.search.to).toMatch(/-12-31$/);
});
