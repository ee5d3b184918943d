import { useParams } from "wouter";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import { useRecording } from "./api/use-recording";
import { useTranscript } from "./api/use-transcript";

/** One recording and what was understood of it. */
export default function Recording() {
  const { recording } = useParams<{ recording: string }>();
  const t = useT("recordings");
  const word = useWord();
  const query = useRecording(recording);
  const transcript = useTranscript(recording, query.data?.state === "STATE_READY");
  return (
    <Page title={query.data?.prompt || t("one")} documentTitle={t("one")}>
      <Loaded query={query}>{({ state }) => <p>{word("STATE", state)}</p>}</Loaded>
      {query.data?.state === "STATE_READY" && (
        <section>
          <h2>{t("transcript")}</h2>
          <Loaded query={transcript}>{({ text }) => <p>{text}</p>}</Loaded>
        </section>
      )}
    </Page>
  );
}
