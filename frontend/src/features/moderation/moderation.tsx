import { useEffect, useRef, useState } from "react";
import type { Schemas } from "@/api/types";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Notice } from "@/components/notice";
import { Page } from "@/components/page";
import { Switch } from "@/components/switch";
import { useT } from "@/i18n/i18n";
import { useReports } from "./api/use-reports";
import { Report } from "./report";

/** Reports, for moderators. */
export default function Moderation() {
  const t = useT("moderation");
  const [includeResolved, setIncludeResolved] = useState(false);
  const [decided, setDecided] = useState<Schemas["Report"]>();
  const query = useReports(includeResolved);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Switch
        label={t("includeResolved")}
        isSelected={includeResolved}
        onChange={(isSelected) => {
          setDecided(undefined);
          setIncludeResolved(isSelected);
        }}
      />
      {decided && <Outcome key={decided.name} report={decided} />}
      <Loaded query={query}>
        {({ pages }) => {
          const reports = pages.flatMap((page) => page.reports);
          if (reports.length === 0) return <EmptyState title={t("empty")}>{t("empty.text")}</EmptyState>;
          return (
            <List label={t("title")}>
              {reports.map((report) => (
                <ListItem key={report.name}>
                  <Report report={report} onDecided={setDecided} />
                </ListItem>
              ))}
            </List>
          );
        }}
      </Loaded>
      <LoadMore query={query} />
    </Page>
  );
}

/** What was just decided. Takes the focus: the report it was about may be gone from the list. */
function Outcome({ report }: { report: Schemas["Report"] }) {
  const t = useT("moderation");
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // After the dialog has given the focus back to where it came from.
    const timer = setTimeout(() => ref.current?.focus(), 50);
    return () => clearTimeout(timer);
  }, []);
  const name = report.card?.displayName || t("nobody");
  return (
    <div ref={ref} tabIndex={-1}>
      <Notice tone="good" role="status">
        {t(report.resolution === "RESOLUTION_SUSPENDED" ? "outcome.suspended" : "outcome.dismissed", {
          name,
        })}
      </Notice>
    </div>
  );
}
