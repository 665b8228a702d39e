export type Preset = "last-30-days" | "last-90-days" | "this-summer" | "last-year" | "this-year" | "last-3-years" | "last-5-years";
export const PRESETS: Preset[] = ["last-30-days", "last-90-days", "this-summer", "this-year", "last-year", "last-3-years", "last-5-years"];

export interface Period { from: string; to: string }

/** Summer is June to August; before June it is the one that has passed. */
export function periodOf(preset: Preset, today: Date): Period {
  const year = today.getUTCFullYear();
  switch (preset) {
    case "last-30-days": return { from: daysBefore(today, 30), to: iso(today) };
    case "last-90-days": return { from: daysBefore(today, 90), to: iso(today) };
    case "this-summer": {
      const summer = today.getUTCMonth() >= 5 ? year : year - 1;
      return { from: `${summer}-06-01`, to: `${summer}-08-31` };
    }
    case "this-year": return { from: `${year}-01-01`, to: iso(today) };
    case "last-year": return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
    // Whole years and the present one, so that a season is met that many times.
    case "last-3-years": return { from: `${year - 2}-01-01`, to: iso(today) };
    case "last-5-years": return { from: `${year - 4}-01-01`, to: iso(today) };
  }
}

export function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function daysBefore(date: Date, days: number): string {
  return iso(new Date(date.getTime() - days * 86_400_000));
}
