import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { PlayIcon, StopIcon } from "@/components/icons";
import { Quote } from "@/components/quote";
import { Strand } from "@/components/strand";
import { useT } from "@/i18n/i18n";
import { useErrorText } from "@/lib/use-error-text";
import { useClip, useClipError, useClipsTogether } from "./clips";
import { useReasonTitle } from "./use-reason-title";
import styles from "./reason.module.css";

interface Props {
  reason: Schemas["Reason"];
  /** What the other person is called. */
  name: string;
  /** The level of its heading in the page's outline. */
  level: 2 | 3;
  /** Leave out my side, where it is the same for everybody. */
  theirsOnly?: boolean;
}

/** Why somebody fits: what I said, what they said to the same point, and the strand between both. */
export function Reason({ reason, name, level, theirsOnly = false }: Props) {
  const title = useReasonTitle();
  const { mine, theirs } = reason;
  if (!mine || !theirs) return null;
  if (theirsOnly) {
    return (
      <div className={styles.reason}>
        <Words of={theirs} whose="theirs" by={name} />
        <Unheard clips={[theirs.clip]} />
      </div>
    );
  }
  const Heading = `h${level}` as const;
  return (
    <section className={styles.reason}>
      <div className={styles.head}>
        <Heading className={styles.title}>{title(reason, name)}</Heading>
        <Both mine={mine.clip} theirs={theirs.clip} />
      </div>
      <Sentence of={reason} />
      <Strand
        mine={<Words of={mine} whose="mine" />}
        theirs={<Words of={theirs} whose="theirs" by={name} />}
      />
      <Unheard clips={[mine.clip, theirs.clip]} />
    </section>
  );
}

/** The pair in other words, where the API has some. They are nobody's own, so it is said whose. */
function Sentence({ of: { sentence } }: { of: Schemas["Reason"] }) {
  const t = useT("matches");
  if (sentence === "") return null;
  return (
    <p className={styles.sentence}>
      {sentence} <span className={styles.origin}>{t("sentence.origin")}</span>
    </p>
  );
}

interface WordsProps {
  of: Schemas["Statement"];
  whose: "mine" | "theirs";
  by?: string;
}

function Words({ of, whose, by }: WordsProps) {
  const player = useClip(of.clip);
  return (
    <Quote
      text={of.quote || of.text}
      whose={whose}
      by={by}
      startMs={of.endMs > 0 ? of.startMs : undefined}
      player={player}
    />
  );
}

/** Hears one after the other, where both can be heard. */
function Both({ mine, theirs }: { mine: string; theirs: string }) {
  const t = useT("matches");
  const { playing, toggle } = useClipsTogether([mine, theirs]);
  if (mine === "" || theirs === "") return null;
  return (
    <div className={styles.both}>
      <Button size="small" look="quiet" onPress={toggle}>
        {playing ? <StopIcon /> : <PlayIcon />}
        {t(playing ? "stop" : "playBoth")}
      </Button>
    </div>
  );
}

function Unheard({ clips }: { clips: readonly string[] }) {
  const error = useClipError(clips.filter((clip) => clip !== ""));
  const { text } = useErrorText()(error);
  if (error === undefined) return null;
  return (
    <p role="alert" className={styles.unheard}>
      {text}
    </p>
  );
}
