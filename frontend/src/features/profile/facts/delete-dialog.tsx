import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useDeleteFact } from "../api/use-delete-fact";
import { facetHeadingId } from "./facet-heading";
import styles from "./facts.module.css";

interface Props {
  fact: Schemas["Fact"];
  onClose: () => void;
}

/** Asks before a fact is deleted, and says what that means. */
export function DeleteDialog({ fact, onClose }: Props) {
  const t = useT("profile");
  const common = useT("common");
  const announce = useAnnounce();
  const remove = useDeleteFact();

  function confirm() {
    remove.mutate(fact.name, {
      onSuccess: () => {
        onClose();
        announce(t("deleted"));
        // The button that opened this is gone with the fact; wait until the dialog has let go of the focus.
        setTimeout(() => document.getElementById(facetHeadingId(fact.facet))?.focus());
      },
    });
  }

  return (
    <Dialog
      alert
      title={t("delete.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button look="danger" isPending={remove.isPending} onPress={confirm}>
            {t("delete.confirm")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p className={styles.text}>{fact.text}</p>
      <p>{t("delete.text")}</p>
      {remove.isError && <ErrorNotice error={remove.error} onRetry={confirm} />}
    </Dialog>
  );
}
