import { useMemo } from "react";
import { useLanguage } from "./i18n";

/** Numbers, times and names as people write them in the current language. */
export interface Format {
  number: (value: number) => string;
  percent: (share: number) => string;
  /** A day: “3 Mar 2026”. Takes what the API sends. */
  date: (time: string) => string;
  /** A day and a time. */
  dateTime: (time: string) => string;
  /** “5 minutes ago”. */
  ago: (time: string, now?: number) => string;
  /** A position in a take: “1:05”. */
  clock: (ms: number) => string;
  /** “a, b and c”. */
  list: (items: readonly string[]) => string;
  /** The name of a language by its code. */
  language: (code: string) => string;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

export function useFormat(): Format {
  const { locale } = useLanguage();
  return useMemo(() => formats(locale), [locale]);
}

function formats(locale: string): Format {
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const list = new Intl.ListFormat(locale);
  const languages = new Intl.DisplayNames(locale, { type: "language", fallback: "code" });
  return {
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    date: (time) => date.format(new Date(time)),
    dateTime: (time) => dateTime.format(new Date(time)),
    ago: (time, now = Date.now()) => {
      const passed = new Date(time).getTime() - now;
      for (const [unit, ms] of units) {
        if (Math.abs(passed) >= ms) return ago.format(Math.round(passed / ms), unit);
      }
      return ago.format(0, "minute");
    },
    clock: (ms) => {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    },
    list: (items) => list.format(items),
    language: (code) => languages.of(code) ?? code,
  };
}
