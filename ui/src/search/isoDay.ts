const SEPARATED = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;

/** "2025-06-01", also typed as 20250601, 2025/6/1 or 2025年6月1日; null when it names no day. */
export function parseDay(text: string): string | null {
  const match = SEPARATED.exec(text.trim()) ?? COMPACT.exec(text.trim());
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  // A day that does not exist, such as 31 June, rolls over.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}
