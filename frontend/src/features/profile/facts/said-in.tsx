import { TextLink } from "@/components/text-link";
import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import styles from "./facts.module.css";

interface Props {
  evidence: Schemas["Evidence"];
  take: Schemas["Recording"] | undefined;
}

/** The recording in which something was said, or written. */
export function SaidIn({ evidence: { recording, typed }, take }: Props) {
  const t = useT("profile");
  const format = useFormat();
  const when = take?.createTime && format.date(take.createTime);
  return (
    <p className={styles.said}>
      <TextLink href={`/recordings/${idOf(recording)}`}>
        {when ? t(typed ? "written.on" : "spoken.on", { date: when }) : t(typed ? "written.in" : "spoken.in")}
      </TextLink>
      {take?.prompt && <span className={styles.prompt}>{take.prompt}</span>}
    </p>
  );
}
