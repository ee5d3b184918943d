import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { useT } from "@/i18n/i18n";
import { useResetFacetWeights } from "../api/use-reset-facet-weights";

/** Asks before all feedback is forgotten. */
export function ResetDialog({ onClose }: { onClose: () => void }) {
  const t = useT("preferences");
  const common = useT("common");
  const announce = useAnnounce();
  const reset = useResetFacetWeights();

  function confirm() {
    reset.mutate(undefined, {
      onSuccess: () => {
        announce(t("reset.done"));
        onClose();
      },
    });
  }

  return (
    <Dialog
      alert
      title={t("reset.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button look="danger" isPending={reset.isPending} onPress={confirm}>
            {t("reset.confirm")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p>{t("reset.text")}</p>
      {reset.isError && <ErrorNotice error={reset.error} onRetry={confirm} />}
    </Dialog>
  );
}
