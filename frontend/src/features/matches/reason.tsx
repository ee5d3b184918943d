import type { Schemas } from "@/api/types";
import { Quote } from "@/components/quote";
import { Strand } from "@/components/strand";

/** Why somebody fits: what I said, and what they said to the same point. */
export function Reason({ reason, name }: { reason: Schemas["Reason"]; name: string }) {
  const { mine, theirs } = reason;
  if (!mine || !theirs) return null;
  return (
    <Strand mine={<Words of={mine} whose="mine" />} theirs={<Words of={theirs} whose="theirs" by={name} />} />
  );
}

interface WordsProps {
  of: Schemas["Statement"];
  whose: "mine" | "theirs";
  by?: string;
}

function Words({ of, whose, by }: WordsProps) {
  return (
    <Quote text={of.quote || of.text} whose={whose} by={by} startMs={of.endMs > 0 ? of.startMs : undefined} />
  );
}
