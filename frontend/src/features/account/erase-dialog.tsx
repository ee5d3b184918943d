import { useState, type SyntheticEvent } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { TextField } from "@/components/text-field";
import { useT } from "@/i18n/i18n";
import { useEraseAccount } from "./api/use-erase-account";
import styles from "./erase-dialog.module.css";

const gone = [
  "erase.gone.recordings",
  "erase.gone.profile",
  "erase.gone.matches",
  "erase.gone.account",
] as const;

/** Asks in earnest: a word has to be typed, because nothing brings the account back. */
export default function EraseDialog({ onClose }: { onClose: () => void }) {
  const t = useT("account");
  const erase = useEraseAccount();
  const [typed, setTyped] = useState("");
  const word = t("erase.word");
  const isMeant = typed.trim().toLowerCase() === word.toLowerCase();

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isMeant && !erase.isPending) erase.mutate();
  }

  return (
    <Dialog
      title={t("erase.sure")}
      isOpen
      onClose={() => !erase.isPending && onClose()}
      alert
      actions={
        <>
          <Button
            look="danger"
            isDisabled={!isMeant}
            isPending={erase.isPending}
            onPress={() => erase.mutate()}
          >
            {t("erase.do")}
          </Button>
          <Button isDisabled={erase.isPending} onPress={onClose}>
            {t("erase.keep")}
          </Button>
        </>
      }
    >
      <p>{t("erase.what")}</p>
      <ul className={styles.list}>
        {gone.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <TextField
          label={t("erase.type", { word })}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          isDisabled={erase.isPending}
        />
      </form>
      {erase.isError && <ErrorNotice error={erase.error} onRetry={() => erase.mutate()} />}
    </Dialog>
  );
}
