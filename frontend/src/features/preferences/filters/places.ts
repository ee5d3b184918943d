import type { Schemas } from "@/api/types";

type Place = Schemas["Place"];

/** A town by which people can say where they are. */
export interface City extends Place {
  en: string;
  es: string;
  /** ISO 3166. */
  country: string;
}

/** How far a town may be to name a place by it. */
const nearKm = 60;
const earthKm = 6_371;

/** The towns that are offered; fetched when they are needed. */
export async function loadCities(): Promise<City[]> {
  const { default: rows } = await import("./cities.json");
  return rows.map((row) => {
    const [names = "", country = "", latitude = "", longitude = ""] = row.split(" | ");
    const [en = "", es = en] = names.split(" / ");
    return { en, es, country, latitude: Number(latitude), longitude: Number(longitude) };
  });
}

/** What to choose from, by position in the list: “Madrid, Spain”. */
export function cityChoices(cities: readonly City[], locale: string): { id: string; label: string }[] {
  const countries = new Intl.DisplayNames(locale, { type: "region" });
  return cities
    .map(({ en, es, country }, index) => ({
      id: String(index),
      label: `${locale === "es" ? es : en}, ${countries.of(country) ?? country}`,
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** A place to a quarter of a degree, which is all that Timbre keeps. */
export function rounded({ latitude, longitude }: Place): Place {
  const quarter = (degrees: number) => Math.round(degrees * 4) / 4;
  return { latitude: quarter(latitude), longitude: quarter(longitude) };
}

/** The town that a place may be called by, if there is one near enough. */
export function nearest(place: Place, cities: readonly City[]): City | undefined {
  const [closest] = cities.map((city) => ({ city, km: distanceKm(place, city) })).sort((a, b) => a.km - b.km);
  return closest && closest.km <= nearKm ? closest.city : undefined;
}

/** The distance on a flat map, which is right for short ones. */
function distanceKm(a: Place, b: Place): number {
  const radians = Math.PI / 180;
  const north = (b.latitude - a.latitude) * radians;
  const east = (b.longitude - a.longitude) * radians * Math.cos(a.latitude * radians);
  return earthKm * Math.hypot(north, east);
}
