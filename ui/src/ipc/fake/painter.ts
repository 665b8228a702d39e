import type { Bbox } from "../types";
import { chance } from "./random";

const SIZE = 256;

/** A sample landscape, cut by the same world coordinates on every tile so that neighbours fit together. */
export function paintTile(url: string, [west, south, east, north]: Bbox, grown: number): Promise<Blob> {
  const [, z = 0, x = 0, y = 0] = (/\/(\d+)\/(\d+)\/(\d+)(?:\?|$)/.exec(url) ?? []).map(Number);
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const pen = canvas.getContext("2d")!;
  const image = pen.createImageData(SIZE, SIZE);
  const scale = 1 / 2 ** z / SIZE;
  const layer = layerColours(url);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const lon = (x * SIZE + column) * scale * 360 - 180;
      const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * (y * SIZE + row) * scale))) * (180 / Math.PI);
      if (lon < west || lon > east || lat < south || lat > north) continue;
      const block = chance(`${Math.floor(lon * 40)},${Math.floor(lat * 40)}`);
      if (block > grown) continue;
      image.data.set([...(layer ? layer(block) : landscape(lon, lat)), 255], (row * SIZE + column) * 4);
    }
  }
  pen.putImageData(image, 0, 0);
  return canvas.convertToBlob();
}

/** A quick-look: the same fields under clouds that grow with the scene's cloud cover. */
export function paintThumbnail(id: string, cloud: number): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 96;
  const pen = canvas.getContext("2d");
  if (!pen) return "data:,";
  for (let row = 0; row < 96; row += 2) {
    for (let column = 0; column < 96; column += 2) {
      const [red, green, blue] = landscape(column / 300, row / 300);
      pen.fillStyle = `rgb(${red} ${green} ${blue})`;
      pen.fillRect(column, row, 2, 2);
    }
  }
  for (let puff = 0; puff < cloud * 90; puff++) {
    const radius = 4 + 16 * chance(`${id}r${puff}`);
    pen.fillStyle = "rgb(245 247 250 / 0.62)";
    pen.beginPath();
    pen.arc(96 * chance(`${id}x${puff}`), 96 * chance(`${id}y${puff}`), radius, 0, 7);
    pen.fill();
  }
  return canvas.toDataURL();
}

type Colour = [number, number, number];

/** The colours that a tile of a layer asks for, by chance; null where the image itself is asked. */
function layerColours(url: string): ((chance: number) => Colour) | null {
  const [, list] = /[?&](?:ramp|classes)=([^&]+)/.exec(url) ?? [];
  if (!list) return null;
  const colours = list.split(",").map((one): Colour => {
    const number = Number.parseInt(one.slice(-6), 16);
    return [number >> 16, (number >> 8) & 255, number & 255];
  });
  return (chance) => colours[Math.floor(chance * 0.999 * colours.length)]!;
}

function landscape(lon: number, lat: number): Colour {
  const river = Math.abs(lat - 0.04 * Math.sin(lon * 22) - 0.08 * Math.sin(lon * 7)) < 0.008;
  const coast = lon + 0.03 * Math.sin(lat * 31) > 0.34;
  if (river || coast) return [28, 58, 82];
  const field = chance(`${Math.floor(lon * 90)}:${Math.floor(lat * 130)}`);
  if (Math.sin(lon * 9) * Math.cos(lat * 11) > 0.45) return [34 + 14 * field, 66 + 14 * field, 40];
  return field < 0.55 ? [104 + 40 * field, 128, 70] : [150 + 40 * field, 134, 92];
}
