import { expect, it } from "vitest";
import type { Position } from "../ipc/types";
import { parsePlace } from "./place";

it.each<[string, Position | null]>([
  ["7.25, 46.1", [7.25, 46.1]],
  ["7.25 46.1", [7.25, 46.1]],
  ["116.39，39.91", [116.39, 39.91]],
  ["39.91, 116.39", [116.39, 39.91]],
  ["46.1N 7.25E", [7.25, 46.1]],
  ["7.25 E, 46.1 N", [7.25, 46.1]],
  ["33.9S, 18.4W", [-18.4, -33.9]],
  ["-70.5, -33.4", [-70.5, -33.4]],
  ["120, 200", null],
  ["46.1N 47N", null],
  ["7.25", null],
  ["somewhere", null],
  ["", null],
])("reads %j as %j", (text, place) => {
  expect(parsePlace(text)).toEqual(place);
});
