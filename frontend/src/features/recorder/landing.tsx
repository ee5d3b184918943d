import { Suspense } from "react";
import { Page } from "@/components/page";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { useSessionState } from "@/lib/session/session-context";
import { Steps } from "./steps";
import { StudioCard } from "./studio-card";
import styles from "./landing.module.css";

/** The first page: what Timbre does, and the recorder right there. */
export default function Landing() {
  const t = useT("recorder");
  const isNew = useSessionState().status === "signed-out";
  return (
    <Page
      title={t(isNew ? "title" : "title.again")}
      documentTitle={t("pageTitle")}
      lead={t(isNew ? "lead" : "lead.again")}
    >
      <div className={isNew ? styles.landing : styles.again}>
        <Suspense fallback={<Skeleton lines={6} />}>
          <StudioCard />
        </Suspense>
        {isNew && <Steps />}
      </div>
    </Page>
  );
}
