import { Notice } from "@/components/notice";
import { useT } from "@/i18n/i18n";
import type { MicrophoneProblem } from "./recording/microphone";

interface Props {
  problem: MicrophoneProblem | "full";
  /** It happened just now, and was not so from the beginning. */
  isNew: boolean;
}

/** Why nothing can be recorded just now, and what to do about it. */
export function MicrophoneProblemNotice({ problem, isNew }: Props) {
  const t = useT("recorder");
  return (
    <Notice tone="caution" role={isNew ? "alert" : undefined} title={t(`problem.${problem}`)}>
      {t(`problem.${problem}.help`)}
    </Notice>
  );
}
