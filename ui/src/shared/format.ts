import { getLocale } from "../paraglide/runtime.js";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Decimal units, as disks and providers count. */
export function bytes(value: number): string {
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${scaled.toFixed(digits)} ${UNITS[unit]}`;
}

/** "45 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(getLocale(), { maximumFractionDigits: digits }).format(value);
}

export function km2(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${number(value, digits)} km²`;
}

/** A share between 0 and 1 as a whole percent; only exactly nothing or everything reads 0 or 100. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return "<1%";
  if (rounded === 100 && share < 0.9995) return "99%";
  return `${rounded}%`;
}

/** "18 Aug 2025" or "2025年8月18日", in UTC as acquisition times are. */
export function day(iso: string): string {
  return dateFormat({ day: "numeric", month: "short", year: "numeric" }).format(new Date(iso));
}

export function shortDay(iso: string): string {
  return dateFormat({ day: "numeric", month: "short" }).format(new Date(iso));
}

export function time(iso: string): string {
  return `${new Date(iso).toISOString().slice(11, 16)} UTC`;
}

/** Day and time on the user's own clock, for things that happened here. */
export function moment(iso: string): string {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(getLocale() === "zh" ? "zh-CN" : "en-GB", options).format(new Date(iso));
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(getLocale() === "zh" ? "zh-CN" : "en-GB", { ...options, timeZone: "UTC" });
}

/** "red, green, blue" or "红、绿、蓝" */
export function list(items: string[]): string {
  return items.join(getLocale() === "zh" ? "、" : ", ");
}
