import { useState } from "react";
import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { TextArea } from "@/components/text-field";
import { useT } from "@/i18n/i18n";
import { useResolveReport, type Decision } from "./api/use-resolve-report";

interface Props {
  report: Schemas["Report"];
  name: string;
  resolution: Decision;
  onClose: () => void;
  onDecided: (report: Schemas["Report"]) => void;
}

/** Says what a decision does, and takes a note for the other moderators. */
export default function ResolveDialog({ report, name, resolution, onClose, onDecided }: Props) {
  const t = useT("moderation");
  const common = useT("common");
  const resolve = useResolveReport(report.name);
  const [note, setNote] = useState("");
  const suspends = resolution === "RESOLUTION_SUSPENDED";

  function decide() {
    resolve.mutate(
      { resolution, note: note.trim() },
      {
        onSuccess: (decided) => {
          // What the list showed of the person is richer than the answer may be.
          onDecided({ ...report, ...decided });
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      title={t(suspends ? "suspend.title" : "dismiss.title", { name })}
      isOpen
      onClose={onClose}
      alert={suspends}
      actions={
        <>
          <Button look={suspends ? "danger" : "primary"} isPending={resolve.isPending} onPress={decide}>
            {t(suspends ? "suspend" : "dismiss")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p>{t(suspends ? "suspend.text" : "dismiss.text")}</p>
      <TextArea
        label={t("note")}
        help={t("note.help")}
        value={note}
        onChange={setNote}
        maxLength={1000}
        rows={3}
      />
      {resolve.isError && <ErrorNotice error={resolve.error} onRetry={decide} />}
    </Dialog>
  );
}
