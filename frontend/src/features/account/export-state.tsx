import { useEffect, useRef } from "react";
import type { Schemas } from "@/api/types";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { Progress } from "@/components/progress";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useDownloadExport } from "./api/use-download-export";

/** How far an export is, and the archive once it is there. */
export function ExportState({ current }: { current: Schemas["Export"] }) {
  const t = useT("account");
  useTold(current.state);
  switch (current.state) {
    case "STATE_RUNNING":
      return (
        <>
          <Progress label={t("export.running")} />
          <p>{t("export.leave")}</p>
        </>
      );
    case "STATE_READY":
      return <Ready current={current} />;
    case "STATE_FAILED":
      return <Notice tone="danger">{t("export.failed")}</Notice>;
  }
}

function Ready({ current }: { current: Schemas["Export"] }) {
  const t = useT("account");
  const format = useFormat();
  const fetching = useDownloadExport(current.name);
  const megabytes = format.number(Math.max(0.1, Math.round(Number(current.sizeBytes) / 1e5) / 10));
  return (
    <>
      <Notice
        tone="good"
        title={t("export.ready")}
        action={
          <Button look="primary" isPending={fetching.isPending} onPress={() => fetching.mutate()}>
            {t("export.download")}
          </Button>
        }
      >
        {t("export.about", {
          size: megabytes,
          until: current.expireTime ? format.dateTime(current.expireTime) : "",
        })}
      </Notice>
      {fetching.isError && <ErrorNotice error={fetching.error} onRetry={() => fetching.mutate()} />}
    </>
  );
}

/** Says aloud that the waiting has ended; not what was so before. */
function useTold(state: Schemas["Export.State"]) {
  const t = useT("account");
  const announce = useAnnounce();
  const before = useRef(state);
  useEffect(() => {
    if (before.current === "STATE_RUNNING" && state !== before.current) {
      announce(t(state === "STATE_READY" ? "export.ready" : "export.failed"));
    }
    before.current = state;
  }, [state, announce, t]);
}
