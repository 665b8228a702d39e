import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { area, backendWith, SQUARE } from "../ipc/samples";
import type { PointsChoice } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import ImportPanel from "./ImportPanel.svelte";

async function show() {
  const asked: { layer: string; features: number[] | null; points: PointsChoice }[] = [];
  const swath = new Workspace(backendWith({
    areaFeatures: async (_key, layer) => [0, 1, 2].map((id) => ({
      id, label: `${layer}${id}`, values: [`${layer}${id}`, "承德市"], areaKm2: 12.5, outline: id === 1 ? null : SQUARE, problem: id === 1 ? "no outline" : null,
    })),
    areaChoose: async (_key, layer, features, points) => (asked.push({ layer, features, points }), { ...area(), notes: ["buffered", "quite-new"] }),
  }));
  swath.area.receive({
    file: {
      key: 1, name: "县界.shp", area: null,
      layers: [
        { name: "县", features: 3, usable: 2, geometry: "polygons", crs: "EPSG:4490", fields: ["名称", "所属市"] },
        { name: "站", features: 3, usable: 2, geometry: "points", crs: null, fields: ["站名", "城市"] },
      ],
    },
    error: null,
  });
  render(InWorkspace, { props: { swath, component: ImportPanel, given: { choice: swath.area.importing } } });
  await screen.findByText("县2");
  return { swath, asked };
}

it("shows attributes and problems, and takes the chosen rows", async () => {
  const { swath, asked } = await show();
  expect(screen.getByText("所属市")).toBeTruthy();
  expect(screen.getByText("no outline")).toBeTruthy();
  expect(screen.queryByTestId("import-points")).toBeNull();
  expect(screen.getByTestId<HTMLButtonElement>("import-take").disabled).toBe(true);
  const rows = screen.getAllByTestId("import-row");
  await userEvent.click(rows[2]!);
  await userEvent.click(rows[1]!);
  await userEvent.click(screen.getByTestId("import-take"));
  expect(asked).toEqual([{ layer: "县", features: [2], points: { kind: "buffer", metres: 1000 } }]);
  expect(swath.area.importing).toBeNull();
  expect(swath.map.target).not.toBeNull();
});

it("asks what becomes of points", async () => {
  const { asked } = await show();
  await userEvent.selectOptions(screen.getByTestId("import-layer"), "站");
  await screen.findByText("站0");
  await userEvent.click(screen.getByTestId("import-all"));
  const metres = screen.getByTestId("import-metres");
  await userEvent.clear(metres);
  expect(screen.getByTestId<HTMLButtonElement>("import-take").disabled).toBe(true);
  await userEvent.type(metres, "250");
  await userEvent.click(screen.getByTestId("import-take"));
  expect(asked).toEqual([{ layer: "站", features: null, points: { kind: "buffer", metres: 250 } }]);
});

it("finds rows as one types", async () => {
  await show();
  await userEvent.type(screen.getByTestId("import-filter"), "县2");
  expect(screen.getAllByTestId("import-row")).toHaveLength(1);
});
