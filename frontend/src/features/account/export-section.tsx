import { ApiError } from "@/api/api-error";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { useT } from "@/i18n/i18n";
import { useExport } from "./api/use-export";
import { useStartExport } from "./api/use-start-export";
import { ExportState } from "./export-state";
import { useOwnExport } from "./own-export";
import { Section } from "./section";

/** Everything about me, to take along. */
export function ExportSection() {
  const t = useT("account");
  const own = useOwnExport();
  const start = useStartExport(own.keep);
  const query = useExport(own.name);
  // Removed after a day, or of another account: as if there had been none.
  const isGone = query.error instanceof ApiError && query.error.reason === "EXPORT_NOT_FOUND";
  const current = isGone ? undefined : query.data;
  return (
    <Section title={t("export")}>
      <p>{t("export.text")}</p>
      {start.isError && <ErrorNotice error={start.error} onRetry={() => start.mutate()} />}
      {query.isError && !isGone && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {current && <ExportState current={current} />}
      {current?.state !== "STATE_RUNNING" && (
        <Button isPending={start.isPending || query.isLoading} onPress={() => start.mutate()}>
          {t(current ? "export.again" : "export.start")}
        </Button>
      )}
    </Section>
  );
}
