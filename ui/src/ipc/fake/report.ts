import { GRADED_BUFFERS } from "../../recipe/choice";
import type { ProductReportView, ProductView } from "../types";

const DAY_MS = 86_400_000;
const SHARES: [how: number, share: number][] = [[1, 0.62], [2, 0.19], [3, 0.1], [4, 0.06], [20, 0.018]];

/** A report as most products have one: nearly all is clear, and a few pixels are empty. */
export function sampleReport(product: ProductView): ProductReportView {
  const areaPixels = product.width * product.height;
  const byHow = SHARES.map(([how, share]) => ({ how, pixels: Math.round(areaPixels * share) }));
  const emptyPixels = areaPixels - byHow.reduce((sum, one) => sum + one.pixels, 0);
  const day = (iso: string) => Math.round(Date.parse(iso) / DAY_MS);
  return {
    areaPixels, emptyPixels, byHow, holes: 41, largestPixels: Math.round(emptyPixels / 6),
    largestM2: Math.round(emptyPixels / 6) * product.resolution ** 2, gradesM: GRADED_BUFFERS,
    layers: [
      { name: "looks", low: 1, high: product.scenes }, { name: "source", low: 1, high: product.scenes },
      { name: "date", low: day(product.from), high: day(product.to) }, { name: "how", low: 1, high: 20 },
      { name: "rejected", low: 1, high: 3 },
    ],
  };
}
