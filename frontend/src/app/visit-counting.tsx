import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import { useConfig } from "@/lib/config-context";
import { storage } from "@/lib/storage";
import styles from "./visit-counting.module.css";

const key = "timbre.visits";

/** Asks whether visits may be counted, where there is something to count with; loads nothing before a yes. */
export function VisitCounting() {
  const t = useT("shell");
  const { vercel, speedInsights } = useConfig().analytics;
  const [said, setSaid] = useState(() => storage("local").getItem(key));
  const counts = said === "yes" && (vercel || speedInsights);

  useEffect(() => {
    if (!counts) return;
    if (vercel) void import("@vercel/analytics").then(({ inject }) => inject({ mode: "production" }));
    if (speedInsights) void import("@vercel/speed-insights").then((module) => module.injectSpeedInsights());
  }, [counts, vercel, speedInsights]);

  if (said !== null || !(vercel || speedInsights)) return null;

  function say(word: "yes" | "no") {
    storage("local").setItem(key, word);
    setSaid(word);
  }

  return (
    <section className={styles.question} aria-label={t("consent.title")}>
      <p>{t("consent.text")}</p>
      <div className={styles.answers}>
        <Button size="small" onPress={() => say("no")}>
          {t("consent.no")}
        </Button>
        <Button size="small" onPress={() => say("yes")}>
          {t("consent.yes")}
        </Button>
      </div>
    </section>
  );
}
