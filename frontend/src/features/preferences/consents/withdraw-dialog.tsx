import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";

interface Props {
  purpose: Schemas["Purpose"];
  isPending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before a consent is withdrawn with which something goes for good. */
export function WithdrawDialog({ purpose, isPending, error, onConfirm, onClose }: Props) {
  const t = useT("preferences");
  const common = useT("common");
  return (
    <Dialog
      alert
      title={t("withdraw.title", { what: t(`${purpose}.title`) })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button look="danger" isPending={isPending} onPress={onConfirm}>
            {t("consent.withdraw")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p>{t(`${purpose}.withdrawn`)}</p>
      <p>{t("withdraw.final")}</p>
      {error !== null && <ErrorNotice error={error} onRetry={onConfirm} />}
    </Dialog>
  );
}
