import type { Schemas } from "@/api/types";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import { durationMs } from "./watching/progress";

/** In short: how the words came in, how long it is, and when it was made. */
export function About({ recording }: { recording: Schemas["Recording"] }) {
  const word = useWord();
  const format = useFormat();
  const length = durationMs(recording);
  const { origin, createTime } = recording;
  const parts = [
    word("ORIGIN", origin),
    length !== undefined && format.clock(length),
    createTime && format.date(createTime),
  ];
  return parts.filter(Boolean).join(" · ");
}
