import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { backendWith, scene } from "../ipc/samples";
import type { SceneView } from "../ipc/types";
import { Workspace } from "../workspace.svelte";
import InWorkspace from "../shared/InWorkspace.svelte";
import SceneCard from "./SceneCard.svelte";

function show(onzoom = vi.fn(), part: Partial<SceneView> = {}) {
  const swath = new Workspace(backendWith({}));
  const one = scene("sample/s2/a b", { datetime: "2025-08-18T10:30:00Z", ...part });
  swath.scenes.add([one]);
  render(InWorkspace, { props: { swath, component: SceneCard, given: { scene: one, onzoom } } });
  return { swath, onzoom, id: one.id };
}

describe("a scene's card", () => {
  it("names the scene and escapes its id in the picture's address", () => {
    show();
    const card = screen.getByTestId("scene-card");
    expect(card.dataset.sceneId).toBe("sample/s2/a b");
    expect(card.textContent).toContain("18 Aug 2025");
    expect(card.textContent).toContain("Sentinel-2B L2A · 32TLS");
    expect(card.querySelector("img")!.getAttribute("src")).toBe("thumb:scene/sample%2Fs2%2Fa%20b");
  });

  it("shows the clear share as soon as it is known", async () => {
    const { swath, id } = show();
    expect(screen.getByTestId("scene-clear").textContent!.trim()).toBe("…");
    swath.scenes.measured.set(id, { clear: 0.71, cloud: 0.2, shadow: 0.05, missing: 0.04 });
    expect(await screen.findByText("71% clear")).toBeTruthy();
    expect(screen.getByRole("img").getAttribute("aria-label")).toContain("20% cloud");
  });

  it("selects without zooming", async () => {
    const { swath, onzoom, id } = show();
    await userEvent.click(screen.getByRole("checkbox"));
    expect([...swath.scenes.selected]).toEqual([id]);
    expect(onzoom).not.toHaveBeenCalled();
    await userEvent.click(screen.getByTestId("scene-card"));
    expect(onzoom).toHaveBeenCalledOnce();
  });

  it("tells the map where the pointer is", async () => {
    const { swath, id } = show();
    await userEvent.hover(screen.getByTestId("scene-card"));
    expect(swath.scenes.hovered).toBe(id);
    await userEvent.unhover(screen.getByTestId("scene-card"));
    expect(swath.scenes.hovered).toBeNull();
  });

  it("marks its sources and what they ask for, and leads to the account", async () => {
    const { swath } = show(vi.fn(), {
      name: "S2B_MSIL1C_X", sources: ["earth-search", "cdse", "usgs"], access: "requester-pays", account: "aws", composable: false,
      orbitDirection: "descending", relativeOrbit: 22,
      packages: [{ form: "safe-zip", provider: "cdse", size: 8e8, access: "account", online: false }],
    });
    expect(screen.getByTestId("scene-sources").textContent!.trim()).toBe("Earth Search · CDSE +1");
    expect(screen.getByTestId("scene-pays").title).toContain("US$0.09 per GB");
    expect(screen.getByTestId("scene-whole")).toBeTruthy();
    expect(screen.queryByTestId("scene-details")).toBeNull();
    await userEvent.click(screen.getByTestId("scene-card"));
    expect(screen.getByTestId("scene-name").textContent).toBe("S2B_MSIL1C_X");
    expect(screen.getByTestId("scene-package").textContent).toContain("800 MB");
    await userEvent.click(screen.getByTestId("scene-accounts"));
    expect([swath.dialog, swath.settingsTab, swath.wantedAccount]).toEqual(["settings", "accounts", "aws"]);
  });

  it("copies the name of the product", async () => {
    const user = userEvent.setup();
    const { onzoom } = show(vi.fn(), { name: "S2B_MSIL2A_X" });
    await user.click(screen.getByTestId("scene-card"));
    await user.click(screen.getByTestId("scene-copy"));
    expect(await navigator.clipboard.readText()).toBe("S2B_MSIL2A_X");
    expect(onzoom).toHaveBeenCalledOnce();
  });
});
