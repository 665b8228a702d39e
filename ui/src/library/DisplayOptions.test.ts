import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { backendWith, product, report } from "../ipc/samples";
import { picturesOf } from "../map/view";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import ProductRow from "./ProductRow.svelte";

async function show(productReport = vi.fn(async () => report())) {
  const one = product(1);
  const backend = backendWith({ products: async () => [one], productReport });
  const swath = new Workspace(backend);
  await swath.library.load();
  render(InWorkspace, { props: { swath, component: ProductRow, given: { product: one } } });
  await userEvent.click(screen.getByTestId("product-show"));
  return { swath, productReport, url: () => picturesOf(backend, swath.library, [])[0]!.url };
}

describe("a product on the map", () => {
  it("tells how its pixels came to be, and of its holes", async () => {
    await show();
    const shown = await screen.findByTestId("product-report");
    expect(shown.textContent).toContain("Clear, 720 m or more from cloud");
    expect([...shown.querySelectorAll("dd")].map((one) => one.textContent)).toEqual(["70%", "20%", "5%", "4%", "1%"]);
    expect(shown.querySelector("[role=img]")!.getAttribute("aria-label")).toContain("Filled from other days 4%");
    expect(screen.getByTestId("product-holes").textContent!.trim()).toBe("Holes: 2, the largest of 8 pixels (0.08 ha).");
  });

  it("shows a layer in the image's place, with its legend, and the image again", async () => {
    const { url } = await show();
    expect(url()).toContain("bands=red,green,blue");
    await userEvent.click(await screen.findByTestId("layer-date"));
    expect(url()).toContain("layer=date&low=20240&high=20331&ramp=");
    expect(screen.getByTestId("layer-legend").textContent).toMatch(/1 Jun 2025\s*31 Aug 2025/);
    expect(screen.queryByTestId("display-band-0")).toBeNull();
    expect(screen.getByTestId("product-opacity")).toBeTruthy();
    await userEvent.click(screen.getByTestId("layer-how"));
    expect(url()).toContain("layer=how&classes=1:");
    expect([...screen.getByTestId("layer-legend").querySelectorAll("li")].map((one) => one.textContent)).toEqual(
      ["Clear, 720 m or more from cloud", "Clear", "Suspect: no look passed screening", "Filled from other days"]);
    await userEvent.click(screen.getByTestId("layer-image"));
    expect(url()).toContain("bands=red,green,blue");
    expect(screen.queryByTestId("layer-legend")).toBeNull();
  });

  it("asks once, and tells when there is no report: the image is shown all the same", async () => {
    const { swath, productReport } = await show(vi.fn(async () => Promise.reject({ code: "not-found", message: "gone", detail: null })));
    await waitFor(() => expect(swath.notices.items).toHaveLength(1));
    expect(productReport).toHaveBeenCalledTimes(1);
    expect(screen.getByTestId("display-band-0")).toBeTruthy();
    expect(screen.queryByTestId("layer-image")).toBeNull();
  });

  it("keeps its report while it is off the map", async () => {
    const { productReport } = await show();
    await screen.findByTestId("product-report");
    await userEvent.click(screen.getByTestId("product-show"));
    await userEvent.click(screen.getByTestId("product-show"));
    expect(screen.getByTestId("product-report")).toBeTruthy();
    expect(productReport).toHaveBeenCalledTimes(1);
  });
});
