/** The browser's time zone, by its name in the time zone database. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "Europe/Riga";
}

/** All zones that the browser knows, by continent; `current` is among them even where the browser has another name for it. */
export function zonesByRegion(current: string): [region: string, zones: [zone: string, label: string][]][] {
  const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : ["Europe/Riga"];
  const all = [...new Set([...known, "Etc/UTC", current].filter(Boolean))].sort();
  const regions = new Map<string, [string, string][]>();
  for (const zone of all) {
    const [region, ...place] = zone.split("/");
    const label = (place.join(" / ") || region!).replaceAll("_", " ");
    const list = regions.get(region!) ?? [];
    list.push([zone, label]);
    regions.set(region!, list);
  }
  // Whoever reads this desk is most likely in Europe.
  return [...regions].sort(([a], [b]) => Number(b === "Europe") - Number(a === "Europe") || a.localeCompare(b));
}
