const EQUATOR_M = 40_075_016.686;
const WIDEST_PX = 110;

/** The longest round distance (1, 2 or 5 times a power of ten) that fits, at the latitude of the map's centre. */
export function scaleBar(latitude: number, zoom: number): { width: number; label: string } {
  const metresPerPixel = (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom);
  const limit = metresPerPixel * WIDEST_PX;
  const power = 10 ** Math.floor(Math.log10(limit));
  const metres = ([5, 2, 1].find((factor) => factor * power <= limit) ?? 1) * power;
  return { width: metres / metresPerPixel, label: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}
