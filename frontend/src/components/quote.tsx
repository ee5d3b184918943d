import { useFormat } from "@/i18n/use-format";
import { useT } from "@/i18n/i18n";
import { PauseIcon, PlayIcon } from "./icons";
import styles from "./quote.module.css";

export interface Player {
  state: "idle" | "loading" | "playing";
  onPress: () => void;
}

interface Props {
  /** Exactly what was said. */
  text: string;
  whose: "mine" | "theirs";
  /** Who said it; “You said” or “They said” when left out. */
  by?: string | undefined;
  /** Where in the take it was said; left out for what was written. */
  startMs?: number | undefined;
  /** Lets people hear it. */
  player?: Player | undefined;
}

/** Somebody's own words: the heart of the page. */
export function Quote({ text, whose, by, startMs, player }: Props) {
  const t = useT("common");
  const format = useFormat();
  return (
    <figure className={`${styles.quote} ${styles[whose]}`}>
      <blockquote className={styles.words}>
        <p>{text}</p>
      </blockquote>
      <figcaption className={styles.source}>
        {player && <PlayButton text={text} player={player} />}
        <span>{by === undefined ? t(whose) : t("said", { name: by })}</span>
        <span className={styles.at}>{startMs === undefined ? t("typed") : format.clock(startMs)}</span>
      </figcaption>
    </figure>
  );
}

function PlayButton({ text, player }: { text: string; player: Player }) {
  const t = useT("common");
  const plays = player.state === "playing";
  return (
    <button
      type="button"
      className={styles.play}
      aria-busy={player.state === "loading"}
      onClick={player.onPress}
      aria-label={plays ? t("pause") : t("play", { quote: text })}
    >
      {plays ? <PauseIcon /> : <PlayIcon />}
    </button>
  );
}
