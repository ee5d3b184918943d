import { useState } from "react";
import { useLocation } from "wouter";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { useT } from "@/i18n/i18n";
import { useRemove } from "./api/use-remove";
import styles from "./remove-recording.module.css";

/** Deletes a recording, after saying what goes with it. */
export function RemoveRecording({ id }: { id: string }) {
  const t = useT("recordings");
  const [isOpen, setOpen] = useState(false);
  const [, navigate] = useLocation();
  const announce = useAnnounce();
  const remove = useRemove(id);
  const go = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        announce(t("removed"));
        navigate("/recordings", { replace: true });
      },
    });
  return (
    <div className={styles.remove}>
      <Button size="small" onPress={() => setOpen(true)}>
        {t("remove")}
      </Button>
      <Dialog
        alert
        title={t("remove.title")}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button look="danger" isPending={remove.isPending} onPress={go}>
              {t("remove.yes")}
            </Button>
            <Button onPress={() => setOpen(false)}>{t("remove.no")}</Button>
          </>
        }
      >
        <p>{t("remove.text")}</p>
        {remove.error && <ErrorNotice error={remove.error} />}
      </Dialog>
    </div>
  );
}
