import type { ReactNode } from "react";
import type { Schemas } from "@/api/types";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { useT } from "@/i18n/i18n";
import { useReactToMatch, type Answer } from "../api/use-react-to-match";
import { Mutual } from "./mutual";
import styles from "./reactions.module.css";

interface Props {
  match: Schemas["Match"];
  /** What the person is called. */
  name: string;
  /** The element with that name, where it tells buttons of different people apart. */
  named?: string;
  /** It is what this screen is about. */
  main?: boolean;
  /** The buttons are others now; the focus was on one of them. */
  onAnswered: () => void;
}

/** Say yes or no to somebody, and what came of it. */
export function Reactions({ match, name, named, main = false, onAnswered }: Props) {
  const t = useT("matches");
  const announce = useAnnounce();
  const react = useReactToMatch(match.name);
  const say = (reaction: Answer) =>
    react.mutate(reaction, {
      onSuccess: ({ match: answered }) => {
        const key = answered?.connected ? "mutual.text" : reaction === "REACTION_LIKE" ? "liked" : "passed";
        announce(t(key, { name }));
        onAnswered();
      },
    });
  const button = (reaction: Answer, text: string, look: "primary" | "secondary" | "quiet") => (
    <Button
      look={look}
      {...(named !== undefined && { "aria-describedby": named })}
      isPending={react.isPending}
      onPress={() => say(reaction)}
    >
      {text}
    </Button>
  );
  return (
    <div className={styles.reactions}>
      {match.connected ? (
        <Mutual name={name} fresh={react.isSuccess} />
      ) : match.reaction === "REACTION_LIKE" ? (
        <Answered text={t("liked", { name })}>{button("REACTION_PASS", t("passInstead"), "quiet")}</Answered>
      ) : match.reaction === "REACTION_PASS" ? (
        <Answered text={t("passed", { name })}>
          {button("REACTION_LIKE", t("likeInstead"), "secondary")}
        </Answered>
      ) : (
        <div className={styles.buttons}>
          {button("REACTION_LIKE", t("like"), main ? "primary" : "secondary")}
          {button("REACTION_PASS", t("pass"), "quiet")}
        </div>
      )}
      {react.isError && <ErrorNotice error={react.error} onRetry={() => say(react.variables)} />}
    </div>
  );
}

function Answered({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className={styles.answered}>
      <p>{text}</p>
      {children}
    </div>
  );
}
