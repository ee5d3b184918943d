import { useParams } from "wouter";
import { ApiError } from "@/api/api-error";
import type { Schemas } from "@/api/types";
import { ButtonLink } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useChanges } from "./api/use-changes";
import { useFactsOf } from "./api/use-facts-of";
import { useRecording } from "./api/use-recording";
import { useTranscript } from "./api/use-transcript";
import { About } from "./about";
import { useTakePlayer } from "./playback/use-take-player";
import { RemoveRecording } from "./remove-recording";
import { Transcript } from "./transcript/transcript";
import { Changed } from "./understood/changed";
import { Understood } from "./understood/understood";
import { usePending } from "./understood/use-pending";
import { Failure } from "./watching/failure";
import { Journey } from "./watching/journey";
import { isMoving, isUnderWay, mayBeWritten } from "./watching/progress";
import { useSaid } from "./watching/use-said";
import { useWatch } from "./watching/use-watch";
import styles from "./recording.module.css";

/** One recording: on its way, as it happens; then what was said, and what was understood of it. */
export default function Recording() {
  const { recording: id } = useParams<{ recording: string }>();
  const t = useT("recordings");
  const query = useRecording(id);
  const { data: recording } = query;
  const live = useWatch(id, recording !== undefined && isUnderWay(recording));
  useSaid(recording);
  const gone = query.error instanceof ApiError && query.error.status === 404;
  if (live.deleted || gone) {
    return (
      <Page title={t("one")}>
        <EmptyState title={t("gone")} action={<ButtonLink href="/recordings">{t("gone.action")}</ButtonLink>}>
          {t("gone.text")}
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page
      title={recording?.prompt || t("one")}
      documentTitle={t("one")}
      lead={recording && <About recording={recording} />}
    >
      <Loaded query={query}>
        {(now) => (
          <>
            {isUnderWay(now) && (
              <Journey recording={now} connection={live.connection} partial={live.partial} />
            )}
            {now.state === "STATE_FAILED" && now.failure && <Failure id={id} failure={now.failure} />}
            {mayBeWritten(now) && <Contents key={id} id={id} recording={now} />}
            <RemoveRecording id={id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

const noFacts: Schemas["Fact"][] = [];

/** What was said, and what was understood. */
function Contents({ id, recording }: { id: string; recording: Schemas["Recording"] }) {
  const t = useT("recordings");
  const ready = recording.state === "STATE_READY";
  const again = isMoving(recording);
  const transcript = useTranscript(id, true);
  const written = Boolean(transcript.data);
  const facts = useFactsOf(id, written);
  const hearing = useTakePlayer(id, recording.origin === "ORIGIN_SPOKEN", facts.data ?? noFacts);
  const pending = usePending(id);
  const changes = useChanges(id, pending.from, ready);
  return (
    <>
      {pending.from !== undefined && ready && (
        <Changed
          query={changes}
          onClose={() => {
            pending.close();
          }}
        />
      )}
      <div className={styles.columns}>
        <Loaded query={transcript}>
          {(said) =>
            said && (
              <Transcript
                id={id}
                recording={recording}
                transcript={said}
                hearing={hearing}
                onCorrected={pending.begin}
              />
            )
          }
        </Loaded>
        {written && (ready || (facts.data?.length ?? 0) > 0) && (
          <section className={styles.understood} aria-labelledby="understood">
            <h2 id="understood">{t("facts")}</h2>
            {again && <p className={styles.note}>{t("facts.before")}</p>}
            <Loaded query={facts}>{(found) => <Understood facts={found} hearing={hearing} />}</Loaded>
          </section>
        )}
      </div>
    </>
  );
}
